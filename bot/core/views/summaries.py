"""How a cohort is doing, in numbers that say nothing of anybody by themselves."""

from datetime import date

from bot.core.chat.chart import WEEK_LIMIT, Burnup, Chart, Point
from bot.core.chat.codec import Action
from bot.core.chat.control import Button
from bot.core.chat.message import Actions, Block, Field, Fields, Message, Text
from bot.core.chat.part import Markdown
from bot.core.domain.cohorts import FLOOR, Cohort
from bot.core.domain.curriculum import Content
from bot.core.domain.figures import FRESH_FOR
from bot.core.domain.schedules import SUMMARY
from bot.core.domain.summaries import Summary
from bot.core.views.cohorts import name_parts
from bot.core.views.dates import day_text
from bot.core.views.progress import AHEAD, ON_PACE
from bot.core.views.reminders import WHY

POST = Action("summary.post", "cohort_id", "stamp")

TITLE = "How the cohort is doing"


def summary_message(content: Content, cohort: Cohort, summary: Summary, key: str, today: date) -> Message:
    """The summary as it is posted. `key` is that of its row in the ledger."""
    why = Actions((Button("Why did I get this?", WHY(SUMMARY, key)),))
    return Message(TITLE, (*_pieces(content, cohort, summary, today), why))


def preview_card(
    content: Content, cohort: Cohort, summary: Summary, stamp: int, today: date, way_in: str
) -> Message:
    """The same for the lead alone, who decides whether it is posted. `way_in`: what they do first where
    Cairn can't post; empty where it can."""
    post: Block = Actions((Button("Post it in this channel", POST(cohort.id, stamp), "primary"),))
    if way_in:
        text = f"I can't post here. {way_in}, then ask there again."
        post = Text((Markdown(text),))
    return Message(
        f"{TITLE}: a preview",
        (
            Text((Markdown("Only you see this. What is posted is counted anew at that moment."),)),
            *_pieces(content, cohort, summary, today),
            post,
        ),
    )


def posted_card(cohort: Cohort) -> Message:
    """That it is on its way."""
    text = ": the summary is on its way to this channel. `/lead schedule` has one posted each week."
    return Message("Posted", (Text((*name_parts(cohort), Markdown(text))),))


def _pieces(content: Content, cohort: Cohort, summary: Summary, today: date) -> tuple[Block, ...]:
    head = Text((*name_parts(cohort), Markdown(".")))
    if summary.standing != "open":
        return (head, Text((Markdown(_why_waiting(summary, today)),)))
    facts = Fields(tuple(Field(label, (Markdown(told),)) for label, told in _facts(content, summary)))
    note = Text((Markdown(_who_is_counted(summary, today)),))
    if not summary.tallies:
        return (head, facts, note)
    return (head, facts, _chart(summary, today), note)


def _why_waiting(summary: Summary, today: date) -> str:
    if summary.standing == "few":
        return (
            f"Fewer than {FLOOR} of them have a plan, so every sum would tell of somebody. "
            f"Goals, pace and phases appear once {FLOOR} have one."
        )
    first = "in a day or two"
    if summary.standing == "fresh" and summary.since is not None:
        first = f"on {day_text((summary.since + FRESH_FOR).date(), today.year)}"
    return (
        "A plan that was counted here is gone, so counting begins again: otherwise the difference would be "
        f"one member's share. The next figures appear {first}, with what was done until then."
    )


def _who_is_counted(summary: Summary, today: date) -> str:
    joining = f"New plans are added once there are {FLOOR} of them"
    if summary.since is None:
        return f"{joining}; when a plan goes, counting begins again. So no change is one member's share."
    since = day_text(summary.since.date(), today.year)
    return (
        f"Counted since {since}, when a plan that was counted here went. {joining}. "
        "So no change is one member's share."
    )


def _chart(summary: Summary, today: date) -> Chart:
    """Weeks up to the present one: goals planned and done."""
    shown = summary.tallies[-WEEK_LIMIT:]
    points = tuple(Point(one.monday, one.planned, one.done) for one in shown)
    alt = f"The cohort's goals week by week: {shown[-1].done} done, {shown[-1].planned} planned by now."
    return Chart(Burnup(points, today), alt)


def _facts(content: Content, summary: Summary) -> tuple[tuple[str, str], ...]:
    names = {phase.id: phase.name for phase in content.phases}
    reached = ", ".join(f"{names[phase]} {count}" for phase, count in summary.reached)
    # A new count has as many plans as there are, which would be one fewer than before.
    of_all = f" of {summary.planning} with a plan" if summary.since is None else ""
    span = "in all" if summary.since is None else "since counting began"
    return (
        ("Active", f"{summary.active}{of_all} did a goal in the last two weeks"),
        ("Goals done", f"{summary.goals_week} in the last seven days, {summary.goals_all} {span}"),
        ("Pace", _pace(summary)),
        ("Came as far as" if summary.since is None else "Finished since then", reached),
    )


def _pace(summary: Summary) -> str:
    if summary.ratio is None:
        return "Nothing was due yet."
    span = "so far" if summary.since is None else "since counting began"
    share = f"{summary.hours_done} of {summary.hours_due} hours due {span}"
    if summary.ratio >= AHEAD:
        return f"Ahead of the plans: {share}."
    if summary.ratio >= ON_PACE:
        return f"On pace: {share}."
    return f"Behind the plans: {share}."
