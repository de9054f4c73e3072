"""What is said about pauses, hours a week and clocks."""

from collections.abc import Sequence
from datetime import datetime

from bot.core.chat.control import Button
from bot.core.chat.form import DateInput, Form, TextInput
from bot.core.chat.message import Actions, Message, Text
from bot.core.chat.part import Markdown
from bot.core.domain.curriculum import Content
from bot.core.domain.packing import PACE_MAX, PACE_MIN
from bot.core.domain.plans import Plan, last_day, monday_of_week, place_at
from bot.core.views.dates import count_text, day_text
from bot.core.views.naming import goal_title
from bot.core.views.presses import ADJUSTED, GOALS, PACE, RESUME, VIEW

SET_ASIDE_ROWS = 8


def adjust_form(plan: Plan) -> Form:
    """Hours, clock and a pause together, filled in with how they are."""
    return Form(
        "Adjust your plan",
        ADJUSTED(plan.id),
        (
            TextInput("hours", f"Hours a week, {PACE_MIN} to {PACE_MAX}", value=str(plan.pace), limit=4),
            TextInput("zone", "A city with your time", value=plan.zone),
            DateInput("until", "Pause until", hint="Leave it empty to go on as planned.", required=False),
        ),
        submit="Adjust",
    )


def adjusted_text(before: Plan, after: Plan, set_aside: int) -> str:
    """What the form changed, by its outcome. `set_aside` counts the stretch goals without room."""
    if before == after:
        return "Nothing has changed."
    skipped = f" {count_text(set_aside, 'stretch goal')} found no room and can be brought back."
    return f"Adjusted. {_ends(after)}{skipped if set_aside else ''}"


def paused_card(plan: Plan, now: datetime) -> Message:
    """A pause that has just begun, or changed: when study goes on, and where the plan now ends."""
    week = place_at(plan, now).week
    back = day_text(monday_of_week(plan, week), plan.start.year)
    words = (
        f"Week {week + 1} comes next, on **{back}**. {_ends(plan)}\n"
        "A pause costs nothing: no goal becomes late, and what you did stays done."
    )
    row = (Button("Go on earlier", RESUME(plan.id)), Button("The whole plan", VIEW(plan.id)))
    return Message(f"Paused until {back}", (Text((Markdown(words),)), Actions(row)))


def resumed_card(plan: Plan, now: datetime) -> Message:
    """A pause that was cut short."""
    week = place_at(plan, now).week
    begins = day_text(monday_of_week(plan, week), plan.start.year)
    words = f"Your pause is cut short. Week {week + 1} begins on **{begins}**. {_ends(plan)}"
    return Message("Welcome back", (Text((Markdown(words),)), _next(plan)))


def not_paused_card(plan: Plan) -> Message:
    words = "There is no pause to cut short; your plan goes on as it is. `/plan pause` begins one."
    return Message("Your plan isn't paused", (Text((Markdown(words),)), _next(plan)))


def not_this_week_card(plan: Plan) -> Message:
    """For a press of "Skip this week" that comes too late, or twice."""
    words = "That week is over or skipped already, so I changed nothing. Here is how things are."
    return Message("Nothing to skip", (Text((Markdown(words),)), _next(plan)))


def pace_card(content: Content, before: Plan, after: Plan, set_aside: Sequence[str]) -> Message:
    """Other hours a week: the new end, and which stretch goals found no room."""
    year = before.start.year
    if before.pace == after.pace:
        words = f"Your plan has {after.pace} h a week already. {_ends(after)}"
        return Message(f"{after.pace} h a week", (Text((Markdown(words),)), _next(after)))
    end, earlier = day_text(last_day(after), year), day_text(last_day(before), year)
    lines = [f"From {before.pace} to **{after.pace} h a week**. The end moves from {earlier} to **{end}**."]
    if set_aside:
        lines.append("These stretch goals found no room, so I skipped them; you can bring each back:")
        lines += [f"- {goal_title(content, goal_id)}" for goal_id in set_aside[:SET_ASIDE_ROWS]]
        if len(set_aside) > SET_ASIDE_ROWS:
            lines.append(f"- and {len(set_aside) - SET_ASIDE_ROWS} more")
    back = Button(f"Back to {before.pace} h", PACE(after.id, before.pace))
    row = (
        Button("This week's goals", GOALS(after.id), "primary"),
        Button("The whole plan", VIEW(after.id)),
        back,
    )
    return Message(f"{after.pace} h a week", (Text((Markdown("\n".join(lines)),)), Actions(row)))


def zone_card(before: Plan, after: Plan) -> Message:
    words = (
        f"Your weeks now go by the clocks of **{after.zone}** (before: {before.zone}). "
        "They still begin on Mondays at 04:00, and no goal has moved."
    )
    if before.zone_by_platform:
        words += " Your profile moves them no more: this is your own choice."
    return Message("Your clock", (Text((Markdown(words),)), _next(after)))


def _ends(plan: Plan) -> str:
    return f"Your plan ends on {day_text(last_day(plan), plan.start.year)}."


def _next(plan: Plan) -> Actions:
    return Actions(
        (Button("This week's goals", GOALS(plan.id), "primary"), Button("The whole plan", VIEW(plan.id)))
    )
