"""What is said about goals that wait from earlier weeks, and the three ways on."""

from dataclasses import replace
from datetime import datetime

from bot.core.chat.control import Button
from bot.core.chat.message import Actions, Block, Message, Section, Text
from bot.core.chat.part import Markdown
from bot.core.domain.late import Kind, Obstacle, Remedy, remedies
from bot.core.domain.packing import most_hours
from bot.core.domain.plans import Plan, last_day, late_goals
from bot.core.views.dates import count_text, day_text
from bot.core.views.presses import LATE, UNDO_LATE

NAMES: dict[Kind, str] = {"catch_up": "Catch up", "rebalance": "Spread out", "extend": "Extend"}


def late_blocks(plan: Plan, now: datetime) -> tuple[Block, ...]:
    """The ways on, each with the end it leads to or why it can't work; nothing when no goal is late."""
    late = late_goals(plan, now)
    if not late:
        return ()
    waiting = "goal waits" if len(late) == 1 else "goals wait"
    lead = f"**{len(late)} {waiting} from earlier weeks.** Do them as you like, or pick a way on:"
    return (Text((Markdown(lead),)), *(_way(plan, remedy) for remedy in remedies(plan, now)))


def taken_text(plan: Plan, remedy: Remedy) -> str:
    """What a way on did to `plan`, or how things are when it can't be taken."""
    if remedy.plan is None:
        return _obstacle(plan, remedy)
    return f"{NAMES[remedy.kind]}: done. {_says(plan, remedy.plan, remedy.kind)}"


def with_undo(message: Message, plan: Plan) -> Message:
    """The card with a button that takes the way back, below its first words."""
    first, *rest = message.blocks
    return replace(message, blocks=(first, Actions((Button("Undo", UNDO_LATE(plan.id)),)), *rest))


def undone_text(before: Plan, after: Plan) -> str:
    """What an undo did, or that there is nothing to undo."""
    if before == after:
        return "There is nothing to undo any more: your plan has changed since. Here is how it stands."
    return f"Undone: your goals are back where they were. The plan ends on {_end(after, before)}."


def _way(plan: Plan, remedy: Remedy) -> Block:
    name = NAMES[remedy.kind]
    if remedy.plan is None:
        return Text((Markdown(_obstacle(plan, remedy)),))
    words = f"**{name}**: {_says(plan, remedy.plan, remedy.kind)}"
    return Section((Markdown(words),), Button(name, LATE(plan.id, remedy.kind)))


def _says(plan: Plan, after: Plan, kind: Kind) -> str:
    """Where the late goals go, what they push back, and when the plan ends."""
    weeks = {goal.goal_id: goal.week for goal in plan.goals}
    named = {goal.goal_id for goal in after.goals if goal.carried > _carried(plan, goal.goal_id)}
    late = [goal.week for goal in after.goals if goal.goal_id in named]
    shifts = [
        goal.week - weeks[goal.goal_id]
        for goal in after.goals
        if goal.state == "todo" and goal.goal_id not in named and goal.week != weeks[goal.goal_id]
    ]
    first, last = min(late) + 1, max(late) + 1
    where = f"week {first}" if first == last else f"weeks {first} to {last}"
    words = f"{_late_ones(len(late))} to {where}"
    if shifts:
        words += (
            f", and {count_text(len(shifts), 'other goal')} {'moves' if len(shifts) == 1 else 'move'} back"
        )
        words += f" by {'up to ' if min(shifts) < max(shifts) else ''}{count_text(max(shifts), 'week')}"
    return f"{words}. The end {'moves to' if kind == 'extend' else 'stays'} {_end(after, plan)}."


def _late_ones(count: int) -> str:
    return "The late goal goes" if count == 1 else f"The {count} late goals go"


def _carried(plan: Plan, goal_id: str) -> int:
    return next(goal.carried for goal in plan.goals if goal.goal_id == goal_id)


def _end(plan: Plan, before: Plan) -> str:
    return day_text(last_day(plan), before.start.year)


def _obstacle(plan: Plan, remedy: Remedy) -> str:
    reasons: dict[Obstacle | None, str] = {
        "nothing-late": "Nothing waits from earlier weeks any more.",
        "no-weeks": f"**{NAMES[remedy.kind]}** can't work: the last week is over.",
        "no-room": (
            f"**{NAMES[remedy.kind]}** can't work: a week would hold more than {most_hours(plan.pace)} h."
        ),
        "ended": "That plan has ended.",
    }
    return reasons[remedy.reason]
