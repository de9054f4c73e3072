"""What is said about reminders, and the reminder itself."""

from datetime import datetime

from bot.core.chat.codec import Action
from bot.core.chat.control import Button, Choice, Select
from bot.core.chat.form import Form, SelectInput, TextInput
from bot.core.chat.message import Actions, Block, Message, Section, Text
from bot.core.chat.part import Markdown
from bot.core.domain.coming import Coming, Reason
from bot.core.domain.curriculum import Content
from bot.core.domain.plans import Plan, zone_of
from bot.core.domain.reminders import SNOOZES, Reminder
from bot.core.recurrence import Due
from bot.core.views import weeks
from bot.core.views.dates import day_text
from bot.core.views.naming import clock_name
from bot.core.views.presses import ADJUST, GOALS, REMIND, SKIP_WEEK

OFF = Action("reminder.off", "plan_id")
SKIP = Action("reminder.skip", "plan_id", "week")
UNSKIP = Action("reminder.unskip", "plan_id")
SNOOZE = Action("reminder.snooze", "plan_id", "week", "hours")
GO_ON = Action("reminder.go_on", "plan_id")
SET = Action("reminder.set", "plan_id")
CHOSEN = Action("reminder.chosen", "plan_id")
WHY = Action("notice.why", "kind", "key")

_QUIET: dict[Reason, str] = {
    "off": "Reminders are off. `/reminders on` turns them on.",
    "left": "No reminder comes, because I can't reach you in this community.",
    "closed": "No reminder comes while your direct messages are closed to me.",
    "unanswered": "No reminder comes, because I had no answer for some weeks. Any command brings them back.",
    "done": "No reminder comes, because nothing is left to do.",
}

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SNOOZE_LABELS = {1: "In an hour", 3: "In three hours", 24: "Tomorrow at this time"}
SNOOZE_CHOICES = tuple(Choice(_SNOOZE_LABELS[hours], str(hours)) for hours in SNOOZES)


def moment_text(due: Due, plan: Plan) -> str:
    """`Mon 7 Dec, 09:00 (Europe/Lisbon)`, by the plan's clock."""
    local = due.at.astimezone(zone_of(plan))
    return f"{day_text(local.date(), plan.start.year)}, {local:%H:%M} ({plan.zone})"


def next_text(coming: Coming, plan: Plan) -> str:
    """When the next reminder comes, or why none does and what brings it back."""
    if isinstance(coming, Due):
        return f"The next reminder comes on {moment_text(coming, plan)}."
    return _QUIET[coming.reason]


def wall_text(reminder: Reminder) -> str:
    """`Mondays at 09:00`."""
    return f"{DAYS[reminder.weekday]}s at {reminder.minute // 60:02}:{reminder.minute % 60:02}"


def reminder_message(
    content: Content,
    plan: Plan,
    iso_week: int,
    key: str,
    kind: str,
    coming: Coming,
    late: bool,
    now: datetime,
) -> Message:
    """The week's goals with Done beside each, and every way to be left in peace."""
    lead = "This comes late, because I was away. " if late else ""
    week = weeks.present_week(plan, now)
    return Message(
        f"Your week: {week + 1} of {plan.weeks}" if week < plan.weeks else "Still open",
        (
            *weeks.this_week(content, plan, now),
            Text((Markdown(f"{lead}{next_text(coming, plan)}"),)),
            _snooze(plan, iso_week),
            Actions(
                (
                    Button("Skip this week", SKIP_WEEK(plan.id, week + 1)),
                    Button("Pause", ADJUST(plan.id)),
                    Button("Off", OFF(plan.id)),
                    Button("Why did I get this?", WHY(kind, key)),
                )
            ),
        ),
    )


def well_done_message(plan: Plan, key: str, kind: str, coming: Coming) -> Message:
    """Everything is done: a short word instead of a list."""
    return Message(
        "Well done",
        (
            Text(
                (
                    Markdown(
                        f"Everything of this week is done. Enjoy the rest of it. {next_text(coming, plan)}"
                    ),
                )
            ),
            Actions((Button("Off", OFF(plan.id)), Button("Why did I get this?", WHY(kind, key)))),
        ),
    )


def question_message(plan: Plan, key: str, kind: str) -> Message:
    """Asked once, after reminders that nobody answered."""
    text = (
        "You have not been here for two weeks, and that is fine. Shall I go on reminding you? "
        "If I hear nothing, I stay quiet until you are back."
    )
    return Message(
        "Shall I go on?",
        (
            Text((Markdown(text),)),
            Actions(
                (
                    Button("Go on", GO_ON(plan.id), "primary"),
                    Button("Pause the plan", ADJUST(plan.id)),
                    Button("Off", OFF(plan.id)),
                    Button("Why did I get this?", WHY(kind, key)),
                )
            ),
        ),
    )


def reminders_piece(reminder: Reminder, plan: Plan, coming: Coming) -> tuple[Block, ...]:
    """For the home: whether reminders come, and when the next one does."""
    if not reminder.on:
        told = "**Reminders** off: I never write to you by myself."
        return (Section((Markdown(told),), Button("Remind me each week", REMIND(plan.id))),)
    told = f"**Reminders** {wall_text(reminder)}. {next_text(coming, plan)}"
    return (Section((Markdown(told),), Button("Day and hour", SET(plan.id))),)


def _snooze(plan: Plan, iso_week: int) -> Block:
    return Actions((Select(SNOOZE.select(plan.id, iso_week), "Remind me later", SNOOZE_CHOICES),))


def reminders_card(reminder: Reminder, plan: Plan, coming: Coming, note: str = "") -> Message:
    """What was chosen, when the next one comes, and how to change that."""
    lines = [note] if note else []
    if not reminder.on:
        lines.append("Reminders are off: I never write to you by myself.")
        buttons = [Button("Remind me each week", REMIND(plan.id), "primary")]
    else:
        lines.append(f"**{wall_text(reminder)}**, by the clocks of {clock_name(plan)}, as a direct message.")
        if reminder.skipped:
            lines.append(f"Skipped: the week of {day_text(reminder.skipped[-1], plan.start.year)}.")
        lines.append(next_text(coming, plan))
        buttons = []
        if isinstance(coming, Due):
            buttons.append(Button("Skip the next reminder", SKIP(plan.id, coming.week.toordinal())))
        buttons += [Button("Don't skip", UNSKIP(plan.id))] if reminder.skipped else []
        buttons += [Button("Off", OFF(plan.id))]
    buttons.append(Button("Day and hour", SET(plan.id)))
    return Message("Reminders", (Text((Markdown("\n".join(lines)),)), Actions(tuple(buttons))))


def choice_form(reminder: Reminder, plan: Plan) -> Form:
    """Day and hour, filled in with how they are."""
    days = tuple(Choice(day, day) for day in DAYS)
    wall = f"{reminder.minute // 60:02}:{reminder.minute % 60:02}"
    return Form(
        "Your reminder",
        CHOSEN(plan.id),
        (
            SelectInput("day", "Day of the week", days, value=DAYS[reminder.weekday]),
            TextInput("hour", "Time, by your own clock", hint="Such as 9:00 or 18:30", value=wall, limit=10),
        ),
        submit="Keep",
    )


def snoozed_card(at: datetime, plan: Plan) -> Message:
    """When it comes again."""
    local = at.astimezone(zone_of(plan))
    told = f"{day_text(local.date(), plan.start.year)}, {local:%H:%M} ({plan.zone})"
    text = f"I'll remind you again on {told}, if anything is open then."
    return Message("Later", (Text((Markdown(text),)), Actions((Button("This week", GOALS(plan.id)),))))


def why_card(told: str) -> Message:
    return Message("Why you got this", (Text((Markdown(told),)),))


def why_text(reminder: Reminder, plan: Plan) -> str:
    """Why a reminder came."""
    return (
        f"You asked for a reminder on {wall_text(reminder)}, by the clocks of {plan.zone}. "
        "`/reminders set` changes day and hour, `/reminders off` ends them."
    )


NO_LONGER = "You had asked for it then. Reminders are off now: I won't write to you by myself."
TOO_LATE_TO_SNOOZE = "The next reminder comes before that, so there is nothing to put off."
ON = "Reminders are on."
NOTHING_COMES = (
    "I can't send messages here at the moment, so nothing comes until whoever runs me has set that right. "
    "Your choice is kept."
)
TURNED_OFF = "Done: no more reminders."
SKIPPED = "Skipped. Nothing else changes."
NOTHING_TO_SKIP = "There is no reminder to skip, so nothing has changed."
BACK = "Nothing is skipped any more."
CHANGED = "Changed."
NOTHING_TO_SNOOZE = "There was no reminder yet that could come again."
WELCOME_BACK = "Good: reminders go on."
