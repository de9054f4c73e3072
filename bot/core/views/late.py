"""What is said about goals that wait from earlier weeks, and the three ways on."""

from datetime import datetime

from bot.core.chat.control import Button
from bot.core.chat.message import Block, Section, Text
from bot.core.chat.part import Markdown
from bot.core.domain.late import Kind, Obstacle, Remedy, remedies
from bot.core.domain.packing import most_hours
from bot.core.domain.plans import Plan, last_day, late_goals
from bot.core.views.dates import count_text, day_text
from bot.core.views.presses import LATE

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
    return f"{NAMES[remedy.kind]}: done. Your plan ends on {_end(remedy.plan, plan)}."


def _way(plan: Plan, remedy: Remedy) -> Block:
    name = NAMES[remedy.kind]
    if remedy.plan is None:
        return Text((Markdown(_obstacle(plan, remedy)),))
    words = f"**{name}**: {_says(plan, remedy.plan, remedy.kind)}"
    return Section((Markdown(words),), Button(name, LATE(plan.id, remedy.kind)))


def _says(plan: Plan, after: Plan, kind: Kind) -> str:
    if kind == "extend":
        weeks = count_text(after.weeks - plan.weeks, "week")
        return f"everything else moves back by {weeks}. The end moves to {_end(after, plan)}."
    where = (
        "the next two weeks take them" if kind == "catch_up" else "they spread over the weeks that are left"
    )
    return f"{where}. The end stays {_end(after, plan)}."


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
