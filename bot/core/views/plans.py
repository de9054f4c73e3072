"""What is said when a plan begins, when another one is in the way, and when it ends."""

from collections.abc import Sequence

from bot.core.chat.codec import ActionId
from bot.core.chat.control import LABEL_LIMIT, Button, Choice, Select
from bot.core.chat.message import Actions, Block, Message, Section, Text
from bot.core.chat.part import Markdown
from bot.core.domain.curriculum import Content
from bot.core.domain.drafts import Draft, Dropped
from bot.core.domain.plans import Plan, goals_of, is_finished, last_day, monday_of_week, zone_of
from bot.core.time import local_day
from bot.core.views.dates import count_text, day_text
from bot.core.views.naming import clock_name, gap_name, goal_title, level_name, spans, track_name
from bot.core.views.presses import ADJUST, GOALS, KEEP, LEFT_OUT, LOOK_BACK, PAGE, REMIND, RESET, VIEW

LEFT_OUT_FIRST = 4
LEFT_OUT_ROWS = 8
FIRST_WEEK_ROWS = 5


def started_card(content: Content, plan: Plan, draft: Draft, note: str = "") -> Message:
    """The new plan: its dates, phases and first week, and what the profile made unnecessary.

    `draft` is the one that the plan follows.
    """
    blocks: list[Block] = [Text((Markdown(note),))] if note else []
    blocks.append(Text((Markdown(f"{_dates(content, plan)}\n{_phases(content, plan)}"),)))
    blocks.append(Text((Markdown(_first_week(content, plan)),)))
    if draft.dropped:
        blocks.append(Text((Markdown(_difference(plan, draft)),)))
        blocks += [_left_out(content, plan, each, 0) for each in draft.dropped[:LEFT_OUT_FIRST]]
    more = len(draft.dropped) > LEFT_OUT_FIRST
    row = [
        Button("The first week's goals", GOALS(plan.id), "primary"),
        Button("The whole plan", VIEW(plan.id)),
    ]
    if more:
        row.append(Button(f"All {len(draft.dropped)} left out", LEFT_OUT(plan.id, 1)))
    row.append(Button("Adjust it", ADJUST(plan.id)))
    row.append(Button("Remind me each week", REMIND(plan.id)))
    blocks += [Text((Markdown(_ADJUST),)), Actions(tuple(row))]
    return Message(f"Your plan: {count_text(plan.weeks, 'week')}", tuple(blocks))


def left_out_card(content: Content, plan: Plan, draft: Draft, page: int, note: str = "") -> Message:
    """Every goal that the plan does without, each with its reason and a way back."""
    pages = max(1, -(-len(draft.dropped) // LEFT_OUT_ROWS))
    page = min(max(page, 1), pages)
    rows = draft.dropped[(page - 1) * LEFT_OUT_ROWS : page * LEFT_OUT_ROWS]
    lead = _difference(plan, draft) if rows else "Your plan holds every goal of its track."
    blocks: list[Block] = [Text((Markdown(f"{note}\n{lead}" if note else lead),))]
    blocks += [_left_out(content, plan, each, page) for each in rows]
    turns = [Button("Previous", LEFT_OUT(plan.id, page - 1))] if page > 1 else []
    turns += [Button("Next", LEFT_OUT(plan.id, page + 1))] if page < pages else []
    blocks.append(Actions((*turns, Button("The whole plan", VIEW(plan.id)))))
    return Message("Left out of your plan", tuple(blocks))


def kept_text(content: Content, plan: Plan, goal_id: str) -> str:
    """Says which week a goal that was left out has got."""
    goal = next(goal for goal in plan.goals if goal.goal_id == goal_id)
    return f"Kept: “{goal_title(content, goal_id)}” is in week {goal.week + 1}."


def running_card(content: Content, plan: Plan, other: Plan, swap: ActionId) -> Message:
    """A plan runs already: asks which one it is to be. Nothing has changed yet."""
    year = plan.start.year
    now = f"You have a plan that runs: **{track_name(content, plan.track_id)}**, until {_end(plan, year)}."
    new = (
        f"The new one would be **{track_name(content, other.track_id)}** at {other.pace} h a week, "
        f"from {day_text(other.start, year)} to {_end(other, year)}."
    )
    kept = "If you start the new one, the old one ends. What you did stays in `/plan history`."
    return Message(
        "Which plan shall it be?",
        (
            Text((Markdown(f"{now}\n{new}\n{kept}"),)),
            Actions(
                (
                    Button("Keep the running one", PAGE(plan.id, 1), "primary"),
                    Button("End it and start the new one", swap, "danger"),
                )
            ),
        ),
    )


def reset_card(content: Content, plan: Plan) -> Message:
    """Asks before a plan is ended."""
    done = sum(goal.state == "done" for goal in plan.goals)
    words = (
        f"This ends **{track_name(content, plan.track_id)}** with {count_text(done, 'goal')} done. "
        "Nothing is deleted: your goals and links stay in `/plan history`. "
        "If you only need time off, `/plan pause` costs nothing."
    )
    return Message(
        "End your plan?",
        (
            Text((Markdown(words),)),
            Actions(
                (Button("Keep it", PAGE(plan.id, 1), "primary"), Button("End it", RESET(plan.id), "danger"))
            ),
        ),
    )


def ended_card() -> Message:
    words = "Your plan has ended. You can look at it in `/plan history`, and begin again with `/plan start`."
    return Message("Ended", (Text((Markdown(words),)),))


def history_card(content: Content, plans: Sequence[Plan]) -> Message:
    """The member's ended plans, the newest first, and a list to look at one."""
    if not plans:
        words = "No plan of yours has ended yet. `/plan view` shows the running one."
        return Message("Earlier plans", (Text((Markdown(words),)),))
    lines = "\n".join(f"- {_past(content, plan)}" for plan in plans)
    choices = tuple(Choice(_past_label(content, plan), str(plan.id)) for plan in plans)
    return Message(
        "Earlier plans",
        (Text((Markdown(lines),)), Actions((Select(LOOK_BACK.select(), "Look at one", choices),))),
    )


_ADJUST = (
    "To adjust it: `/plan pace` for other hours, `/plan pause` for time off, `/plan zone` when you move, "
    "`/plan reset` to end it."
)


def _dates(content: Content, plan: Plan) -> str:
    return (
        f"**{track_name(content, plan.track_id)}**, {plan.pace} h a week, clocks of {clock_name(plan)}\n"
        f"From **{day_text(plan.start, plan.start.year)}** to **{_end(plan, plan.start.year)}**."
    )


def _end(plan: Plan, year: int) -> str:
    return day_text(last_day(plan), year)


def _phases(content: Content, plan: Plan) -> str:
    lines = []
    for span in spans(content, plan):
        if span.first == span.end:
            lines.append(f"- {span.number}. {span.name}: you know it all already")
            continue
        first = day_text(monday_of_week(plan, span.first), plan.start.year)
        lines.append(f"- {span.number}. {span.name}: {count_text(span.phase.weeks, 'week')} from {first}")
    return "\n".join(lines)


def _first_week(content: Content, plan: Plan) -> str:
    goals = goals_of(plan, 0)
    lines = [f"- {goal_title(content, goal.goal_id)} ({goal.hours} h)" for goal in goals[:FIRST_WEEK_ROWS]]
    if len(goals) > FIRST_WEEK_ROWS:
        lines.append(f"- and {len(goals) - FIRST_WEEK_ROWS} more")
    return "\n".join(("**The first week**", *lines))


def _difference(plan: Plan, draft: Draft) -> str:
    before = draft.weeks_without_profile
    if before > plan.weeks:
        return (
            f"**{before} weeks became {plan.weeks}**, because these goals are left out. "
            "If you want one all the same, keep it."
        )
    return "**Left out.** If you want one of these all the same, keep it."


def _left_out(content: Content, plan: Plan, dropped: Dropped, page: int) -> Section:
    words = f"**{dropped.goal.title}** ({dropped.goal.hours} h)\n{_reason(content, plan, dropped)}"
    return Section((Markdown(words),), Button("Keep it", KEEP(plan.id, dropped.goal.id, page)))


def _reason(content: Content, plan: Plan, dropped: Dropped) -> str:
    if dropped.reason == "done":
        return "You have done it already."
    if dropped.reason == "room":
        return f"A stretch goal that doesn't fit in at {plan.pace} h a week."
    levels = " and ".join(
        f"“{level_name(content, gap_id, level)}” in {gap_name(content, gap_id)}"
        for gap_id, level in dropped.levels
    )
    return f"You said that you are at {levels}."


def _past(content: Content, plan: Plan) -> str:
    done = sum(goal.state == "done" for goal in plan.goals)
    began = day_text(plan.start, 0)
    told = f"{track_name(content, plan.track_id)}, begun {began}: {done} of {len(plan.goals)} goals done"
    return f"{told}, finished {_finished(plan)}" if is_finished(plan) else told


def _finished(plan: Plan) -> str:
    """The day, by the plan's clock, on which the last goal was done."""
    last = max(goal.done_at for goal in plan.goals if goal.done_at is not None)
    return day_text(local_day(last, zone_of(plan)), 0)


def _past_label(content: Content, plan: Plan) -> str:
    began = day_text(plan.start, 0)
    return f"{began}: {track_name(content, plan.track_id)}"[:LABEL_LIMIT]
