"""What leads are told about what is posted each week, and everybody about why."""

from collections.abc import Sequence
from datetime import datetime

from bot.core.chat.codec import Action
from bot.core.chat.control import Button
from bot.core.chat.message import Actions, Message, Text
from bot.core.chat.part import Markdown, Plain
from bot.core.domain.cohorts import Cohort
from bot.core.domain.schedules import SUMMARY, TIP, Schedule
from bot.core.ids import Platform
from bot.core.recurrence import Due
from bot.core.time import find_zone
from bot.core.views.dates import day_text
from bot.core.views.refusals import remedy
from bot.core.views.reminders import DAYS

OFF = Action("schedule.off", "schedule_id")

TITLES = {SUMMARY: "A summary each week", TIP: "A tip each week"}
SET = "Set."
SET_PLAIN = "Set. Its pictures are left out until you allow me Attach Files in this channel."
TURNED_OFF = "Off: nothing more comes by itself."
COMMANDS = {SUMMARY: "`/lead schedule`", TIP: "`/lead tips` with `set`"}
# What lets Cairn write in a channel, before the words that say in which.
_WAYS_IN: dict[Platform, str] = {
    "slack": "Type /invite @Cairn",
    "discord": "Allow me View Channel and Send Messages",
}
_WHY = (
    "A lead of this community has it posted here for a cohort. It says nothing of anybody by themselves. "
    "If it comes at a bad time, tell a lead: they choose day, hour and channel."
)


def wall_text(schedule: Schedule) -> str:
    """`Fridays at 15:00, by the clocks of Europe/Lisbon`."""
    recurrence = schedule.recurrence
    return f"{DAYS[recurrence.weekday]}s at {recurrence.wall:%H:%M}, by the clocks of {recurrence.zone}"


def due_text(schedule: Schedule, at: datetime, now: datetime) -> str:
    """`Fri 11 Dec, 15:00`, by the schedule's clock."""
    zone = find_zone(schedule.recurrence.zone)
    local = at.astimezone(zone)
    return f"{day_text(local.date(), now.astimezone(zone).year)}, {local:%H:%M}"


def place_text(schedule: Schedule, here: str | None) -> str:
    """Channels have no name that every platform knows; whether it is this one can always be said."""
    return "in this channel" if schedule.to == here else "in another channel, where it was set"


def schedule_card(
    cohort: Cohort, schedule: Schedule, upcoming: Due, here: str | None, note: str, now: datetime
) -> Message:
    """What comes each week, where, and when next; with the way to end it."""
    if not schedule.on:
        return nothing_card(cohort, schedule.kind, note)
    lead = f"{note}\n" if note else ""
    text = (
        f"{lead}**{wall_text(schedule)}**, {place_text(schedule, here)}. "
        f"The next one comes on {due_text(schedule, upcoming.at, now)}. For the cohort "
    )
    return Message(
        TITLES[schedule.kind],
        (
            Text((Markdown(text), Plain(cohort.name), Markdown("."))),
            Actions((Button("Off", OFF(schedule.id)),)),
        ),
    )


def nothing_card(cohort: Cohort, kind: str, note: str = "") -> Message:
    """That nothing comes by itself, and how it would."""
    lead = f"{note}\n" if note else ""
    text = (
        f" gets nothing each week. {COMMANDS[kind]}, a day, an hour and a zone begin it in the channel "
        "where you type it."
    )
    parts = (Plain(cohort.name), Markdown(text))
    return Message(TITLES[kind], (Text((Markdown(lead), *parts) if lead else parts),))


def way_in(platform: Platform, lacks: Sequence[str] = (), shut: str = "") -> str:
    """What a lead does first so that Cairn may post, without a full stop. `lacks`: permissions by name;
    `shut`: another reason why it may not."""
    if lacks:
        *others, last = lacks
        named = f"{', '.join(others)} and {last}" if others else last
        return f"Allow me {named} in the channel where it shall appear"
    if shut and (first := remedy(platform, shut)):
        return first.replace("that channel", "the channel where it shall appear")
    return f"{_WAYS_IN.get(platform, 'Let me write')} in the channel where it shall appear"


def why_posted() -> str:
    """Why something came to a channel."""
    return _WHY
