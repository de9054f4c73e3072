"""What leads are told when something that they asked for could not be said."""

from datetime import datetime

from bot.core.chat.control import Button
from bot.core.chat.markup import clip
from bot.core.chat.message import Actions, Block, Message, Text
from bot.core.chat.part import Markdown, Plain
from bot.core.domain.cohorts import Cohort
from bot.core.domain.ledger import Unsaid, late_reason
from bot.core.domain.refusals import read_why
from bot.core.domain.schedules import ALERT, SUMMARY, TIP, Schedule
from bot.core.ids import Platform
from bot.core.views.refusals import reason_parts, remedy
from bot.core.views.reminders import WHY
from bot.core.views.schedules import COMMANDS, due_text, way_in

WHAT = {SUMMARY: "the summary", TIP: "the tip"}
WHY_ROOM = 300
WHY_TOLD = (
    "You asked for something to be posted for a cohort, and it could not be. I say so once, to you alone, "
    "so that you can do something about it."
)


def alert_message(
    platform: Platform, unsaid: Unsaid, schedule: Schedule, cohort: Cohort, key: str, now: datetime
) -> Message:
    """What was not posted, why, and what to do about it. `key`: the alert's own in the outbox, by which a
    platform is asked whether it has the message already."""
    title, blocks = _pieces(platform, unsaid, schedule, cohort, now)
    return Message(title, (*blocks, Actions((Button("Why did I get this?", WHY(ALERT, key)),))))


def _pieces(
    platform: Platform, unsaid: Unsaid, schedule: Schedule, cohort: Cohort, now: datetime
) -> tuple[str, tuple[Block, ...]]:
    what = WHAT.get(unsaid.kind, "a message")
    head = (
        Markdown(f"I could not post {what} of {due_text(schedule, unsaid.due_at, now)} for "),
        Plain(cohort.name),
        Markdown("."),
    )
    late = unsaid.state == "skipped"
    reason, _ = read_why(late_reason(unsaid.why) if late else unsaid.why)
    if late and not reason:
        then = (
            "The next one comes at its time." if schedule.is_weekly else "`/lead summary` makes a fresh one."
        )
        text = f"I was away at that hour, and what comes hours late helps nobody. {then}"
        return "Not posted", (Text(head), Text((Markdown(text),)))
    if unsaid.state == "held":
        text = (
            "It may stand there already, so I don't say it again. Please look; whoever runs me can send it."
        )
        return "Perhaps posted", (Text(head), Text((Markdown(text),)))
    why = Text(reason_parts(clip(late_reason(unsaid.why) if late else unsaid.why, WHY_ROOM)))
    return "Not posted", (Text(head), why, Text((Markdown(_what_next(platform, reason, schedule)),)))


def _what_next(platform: Platform, reason: str, schedule: Schedule) -> str:
    """What to do, and whether anything comes by itself."""
    first = remedy(platform, reason)
    if schedule.is_weekly and schedule.on:
        goes_on = "The next one comes at its time, and I don't repeat this each week."
        return f"{first}. {goes_on}" if first else goes_on
    if not first and schedule.on:
        return "`/lead summary` makes a fresh one."
    first = first or f"{way_in(platform)}".replace("the channel where it shall appear", "that channel")
    again = COMMANDS[schedule.kind] if schedule.is_weekly else "`/lead summary`"
    ended = "" if schedule.on else "Nothing of yours comes there each week any more. "
    return f"{ended}{first}, then ask for it there again: {again}. Or ask in another one."
