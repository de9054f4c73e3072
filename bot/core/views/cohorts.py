"""What members are told about cohorts."""

from collections.abc import Sequence

from bot.core.chat.codec import Action
from bot.core.chat.control import Button, Choice
from bot.core.chat.message import Actions, Block, Message, Section, Text
from bot.core.chat.part import Markdown, Part, Plain
from bot.core.domain.cohorts import FLOOR, Cohort
from bot.core.views.dates import count_text

JOIN = Action("cohort.join", "cohort_id")
LEAVE = Action("cohort.leave", "cohort_id")

ROWS = 8

JOINED = "You are in."
ALREADY = "You are in it already."
LEFT = "You left the cohort. Your plan and everything you did stay as they are."


def cohort_choice(cohort: Cohort) -> Choice:
    return Choice(cohort.name, cohort.name)


def name_parts(cohort: Cohort) -> tuple[Part, ...]:
    """The cohort's name with the number of its members."""
    return (Plain(cohort.name), Markdown(f", {count_text(cohort.size, 'member')}"))


def cohort_card(cohort: Cohort, note: str = "") -> Message:
    """The member's own cohort, and what others get to know of them there."""
    lead = f"{note}\n" if note else ""
    privacy = (
        "Leads of this community see that you are in it. Summaries hold sums over at least "
        f"{FLOOR} members with a plan, never a name. They can't be compared to find out your part: new "
        f"members are added {FLOOR} at a time, and when somebody leaves, counting begins again for those "
        "who stay."
    )
    return Message(
        "Your cohort",
        (
            Text((Markdown(lead), *name_parts(cohort)) if lead else name_parts(cohort)),
            Text((Markdown(privacy),)),
            Actions((Button("Leave", LEAVE(cohort.id)),)),
        ),
    )


def cohorts_card(cohorts: Sequence[Cohort], note: str = "You are in no cohort.") -> Message:
    """The running cohorts, each with Join beside it."""
    lead = Text((Markdown(f"{note} These are running here; you can be in one at a time."),))
    rows: list[Block] = [
        Section(name_parts(cohort), Button("Join", JOIN(cohort.id))) for cohort in cohorts[:ROWS]
    ]
    if len(cohorts) > ROWS:
        more = len(cohorts) - ROWS
        rows.append(Text((Markdown(f"And {more} more: `/cohort join` offers them while you type."),)))
    return Message("Cohorts", (lead, *rows))


def left_card(cohort: Cohort) -> Message:
    """What leaving changes, and the way back."""
    return Message(
        "Left",
        (
            Text((Markdown(f"{LEFT}\n"), Plain(cohort.name), Markdown(" can be joined again at any time."))),
            Actions((Button("Join again", JOIN(cohort.id)),)),
        ),
    )
