"""Tips as they are posted for a cohort: a mistake, what to do behind a button, and who has met it."""

from collections.abc import Sequence
from datetime import datetime

from bot.core.chat.codec import Action
from bot.core.chat.control import Button
from bot.core.chat.markup import clip
from bot.core.chat.message import Actions, Block, Message, Section, Text
from bot.core.chat.part import Markdown, Plain
from bot.core.domain.cohorts import Cohort
from bot.core.domain.schedules import TIP, Schedule
from bot.core.domain.tips import Challenge, Poll, Tip
from bot.core.recurrence import Due
from bot.core.views.reminders import WHY
from bot.core.views.schedules import OFF, due_text, place_text, wall_text

LOOK = Action("tip.look", "tip_id")
SAID = Action("tip.said", "key", "row", "answer")
# On messages of the first releases.
MET = Action("tip.met", "post_id", "answer")

YES, NOT_YET = "yes", "not_yet"
ROWS = 6
NAME_ROOM = 120


def posted_card(tip: Tip, challenge: Challenge, key: str, row: int, poll: Poll) -> Message:
    """The tip in its channel. The poll shows numbers only; a press changes one's own answer. `key` and `row`
    are those of its occurrence; without a number (0), its post is known already."""
    told = "Nobody has said yet."
    if poll.met or poll.not_yet:
        told = f"Yes {poll.met}, not yet {poll.not_yet}."
    return Message(
        tip.title,
        (
            *_pieces(tip, challenge),
            Actions((Button("Show what to do", LOOK(tip.id), "primary"),)),
            Text((Markdown(f"**Met this one?** {told}"),)),
            Actions(
                (
                    Button("Yes", SAID(key, row, YES)),
                    Button("Not yet", SAID(key, row, NOT_YET)),
                    Button("Why did I get this?", WHY(TIP, key)),
                )
            ),
        ),
    )


def preview_message(tip: Tip, challenge: Challenge, cohort: Cohort, phase: str | None, key: str) -> Message:
    """The same for the lead alone, before the cohort sees it."""
    where = "Nobody in it is in a phase yet, so any tip may come."
    if phase is not None:
        where = f"Most of it is in the phase {phase}, so this one would come next."
    return Message(
        tip.title,
        (
            Text((Markdown("A preview, for "), Plain(cohort.name), Markdown(f". {where}"))),
            *_pieces(tip, challenge),
            Text((Markdown("In the channel, members can also say whether they have met it."),)),
            Actions(
                (
                    Button("Show what to do", LOOK(tip.id), "primary"),
                    Button("Why did I get this?", WHY(TIP, key)),
                )
            ),
        ),
    )


def on_its_way_card() -> Message:
    text = "A preview is on its way to you, as a direct message. The cohort sees nothing of it."
    return Message("A preview", (Text((Markdown(text),)),))


def tips_card(
    rows: Sequence[tuple[Cohort, Schedule, Due]], more: int, here: str | None, now: datetime
) -> Message:
    """What comes for which cohort, and when next, with Off beside each."""
    if not rows:
        text = "No cohort gets a tip each week. `/lead tips` with `set`, a day, an hour and a zone begins it."
        return Message("Tips", (Text((Markdown(text),)),))
    sections: list[Block] = [
        Section(
            (
                Plain(clip(cohort.name, NAME_ROOM)),
                Markdown(
                    f": {wall_text(schedule)}, {place_text(schedule, here)}. "
                    f"Next: {due_text(schedule, upcoming.at, now)}."
                ),
            ),
            Button("Off", OFF(schedule.id)),
        )
        for cohort, schedule, upcoming in rows
    ]
    if more:
        text = f"And {more} more; name a cohort to see its own."
        sections.append(Text((Markdown(text),)))
    return Message("Tips", tuple(sections))


def _pieces(tip: Tip, challenge: Challenge) -> tuple[Block, ...]:
    think = (Text((Markdown(f"**Think first:** {tip.reveal}"),)),) if tip.reveal else ()
    return (
        Text((Markdown(f"_{challenge.name}_"),)),
        Text((Markdown(f"{tip.mistake}\n**How you notice it:** {tip.sign}"),)),
        *think,
    )
