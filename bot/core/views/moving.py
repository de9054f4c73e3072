"""What a lead is asked before something that is posted each week comes in another channel."""

from bot.core.chat.codec import Action
from bot.core.chat.control import Button
from bot.core.chat.message import Actions, Message, Text
from bot.core.chat.part import Markdown, Plain
from bot.core.domain.cohorts import Cohort
from bot.core.domain.schedules import Schedule
from bot.core.recurrence import Recurrence
from bot.core.views.reminders import DAYS
from bot.core.views.schedules import TITLES

MOVE = Action("schedule.move", "schedule_id", "weekday", "minute", "zone")
STAY = Action("schedule.stay", "schedule_id", "weekday", "minute", "zone")


def move_card(cohort: Cohort, schedule: Schedule, wanted: Recurrence) -> Message:
    """Asks whether it shall come here from now on, or at the new time where it comes now."""
    given = (schedule.id, wanted.weekday, wanted.minute, wanted.zone)
    when = f"{DAYS[wanted.weekday]}s at {wanted.wall:%H:%M}, by the clocks of {wanted.zone}"
    text = (
        " gets this in another channel now, so nothing has changed yet. "
        f"From now on it comes **{when}**: here instead, or there as before?"
    )
    buttons = (Button("Move it here", MOVE(*given), "primary"), Button("Keep it there", STAY(*given)))
    return Message(TITLES[schedule.kind], (Text((Plain(cohort.name), Markdown(text))), Actions(buttons)))
