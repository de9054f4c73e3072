"""What is said about how far a member has come."""

from collections.abc import Sequence
from datetime import date

from bot.core.chat.chart import WEEK_LIMIT, Burnup, Chart, Point
from bot.core.chat.control import Button
from bot.core.chat.message import Actions, Block, Field, Fields, Message, Text
from bot.core.chat.part import Markdown
from bot.core.domain.curriculum import Content
from bot.core.domain.plans import Plan
from bot.core.domain.progress import Progress
from bot.core.domain.tally import Tally
from bot.core.views.dates import count_text
from bot.core.views.naming import phase_name, track_name
from bot.core.views.presses import GOALS, VIEW

ON_PACE = 0.9
AHEAD = 1.1


def progress_card(
    content: Content, plan: Plan, progress: Progress, tallies: Sequence[Tally], today: date
) -> Message:
    """Phase, weeks, pace and streak in words, then a picture of goals planned and done."""
    return Message(
        "How far you have come",
        (
            Text((Markdown(_summary(content, plan, progress)),)),
            Fields(tuple(Field(label, (Markdown(told),)) for label, told in _facts(progress))),
            goals_chart(tallies, today),
            Actions((Button("This week", GOALS(plan.id), "primary"), Button("The plan", VIEW(plan.id)))),
        ),
    )


def progress_piece(progress: Progress) -> tuple[Block, ...]:
    """For the home: the same in one line."""
    done = count_text(progress.goals_done, "goal")
    told = f"**Progress** {done} done. Streak: {_streak(progress)}. `/progress` shows more."
    return (Text((Markdown(told),)),)


def _summary(content: Content, plan: Plan, progress: Progress) -> str:
    track = track_name(content, plan.track_id)
    if progress.phase_id is None:
        praise = " Well done!" if progress.goals_done else ""
        return f"You have come to the end of **{track}**.{praise}"
    where = f"**{track}**, in the phase {phase_name(content, plan, progress.phase_id)}."
    if progress.place.kind == "over":
        return f"{where} The last week is over, and what is still open stays open for you."
    return where


def _facts(progress: Progress) -> tuple[tuple[str, str], ...]:
    late = f", {progress.goals_late} late" if progress.goals_late else ""
    skipped = f", {progress.goals_skipped} skipped" if progress.goals_skipped else ""
    goals = f"{progress.goals_done} done{late}, {progress.goals_left} to come{skipped}"
    weeks = f"{progress.weeks_done} behind you, {progress.weeks_left} to go"
    return (("Goals", goals), ("Weeks", weeks), ("Pace", _pace(progress)), ("Streak", _streak(progress)))


def _pace(progress: Progress) -> str:
    if progress.ratio is None:
        return "Nothing was due yet."
    share = f"{progress.hours_done} of {progress.hours_due} hours due so far"
    if progress.ratio >= AHEAD:
        return f"Ahead of the plan: {share}."
    if progress.ratio >= ON_PACE:
        return f"On pace: {share}."
    return f"{share}. `/goal` offers ways to catch up."


def _streak(progress: Progress) -> str:
    streak = progress.streak
    if not streak.weeks:
        return "a goal this week begins one"
    frozen = f", {count_text(len(streak.frozen), 'week')} frozen" if streak.frozen else ""
    return f"{count_text(streak.weeks, 'week')} in a row{frozen}"


def goals_chart(tallies: Sequence[Tally], today: date, told: str = "Goals") -> Chart:
    """Goals planned and done, week by week; `told` says in the alt text whose they are."""
    shown = tallies[-WEEK_LIMIT:]
    past = [one for one in shown if one.done is not None]
    done, planned = (past[-1].done, past[-1].planned) if past else (0, 0)
    alt = (
        f"{told} week by week: {done} done, {planned} planned by now, "
        f"{shown[-1].planned} planned in all by the week of {shown[-1].monday.isoformat()}."
    )
    return Chart(Burnup(tuple(Point(one.monday, one.planned, one.done) for one in shown), today), alt)
