"""Reminders as they come: said, put off, and explained."""

from datetime import UTC, date, datetime

from bot.core.chat.command import Option
from bot.core.chat.message import Message
from bot.core.chat.notice import Later, Notice, Skip, Telling
from bot.core.domain.caps import SNOOZES as SNOOZES_A_DAY
from bot.core.domain.ledger import Occurrence
from bot.core.domain.plans import Plan, place_at, zone_of
from bot.core.domain.reminders import (
    IGNORED_MOST,
    KIND,
    LATE,
    LATE_FROM,
    SNOOZES,
    after_sent,
    after_silence,
    has_open_goals,
    snooze_until,
    why_silent,
)
from bot.core.domain.schedules import ALERT
from bot.core.errors import InvalidInput
from bot.core.feature import Feature
from bot.core.handlers.caps import count
from bot.core.handlers.reminders import chosen_by, reminders_card, upcoming_of
from bot.core.handlers.running import find_running, open_running, require_running
from bot.core.quiet import QuietHours
from bot.core.recurrence import Due
from bot.core.request import Context, Request
from bot.core.views import reminders as views
from bot.core.views.alerts import WHY_TOLD
from bot.core.views.schedules import why_posted

feature = Feature("reminding", views)

QUIET = QuietHours()

# The memo of the question whether to go on.
ASKED = "asked"


@feature.command(
    "reminders snooze",
    "This week's reminder again, later",
    private=True,
    plan=True,
    options=(Option("later", "When", choices=views.SNOOZE_CHOICES),),
)
def snooze_last(request: Request, ctx: Context, *, later: str | None = None) -> Message:
    plan = require_running(request, ctx).plan
    week = ctx.tx.ledger.last_week(request.member.space_id, KIND, request.member.id, request.now)
    if week is None:
        return reminders_card(request, ctx, plan, views.NOTHING_TO_SNOOZE)
    return _snooze(request, ctx, plan, week, int(later) if later else SNOOZES[0])


@feature.action(views.SNOOZE)
def snooze(request: Request, ctx: Context, plan_id: int, week: int, hours: int) -> Message:
    plan = open_running(request, ctx, plan_id).plan
    last = ctx.tx.ledger.last_week(request.member.space_id, KIND, request.member.id, request.now)
    if hours not in SNOOZES or last is None or last.toordinal() != week:
        raise InvalidInput("reminder.over")
    return _snooze(request, ctx, plan, last, hours)


def _snooze(request: Request, ctx: Context, plan: Plan, week: date, hours: int) -> Message:
    zone = zone_of(plan)
    at = QUIET.move(snooze_until(request.now, hours, zone), zone)
    coming = upcoming_of(ctx, request.member, plan, request.now, reminding=True)
    if isinstance(coming, Due) and at >= coming.at:
        return reminders_card(request, ctx, plan, views.TOO_LATE_TO_SNOOZE)
    member = request.member
    if not ctx.tx.ledger.move(member.space_id, KIND, member.id, week, at, request.now):
        count(request, ctx, SNOOZES_A_DAY)
        ctx.tx.ledger.add(request.space.address, member.space_id, KIND, member.id, week, at, request.now)
    return views.snoozed_card(at, plan)


@feature.action(views.WHY)
def why(request: Request, ctx: Context, kind: str, key: str) -> Message:
    del key  # it says which message it is, for platforms that are asked for it
    if kind == ALERT:
        return views.why_card(WHY_TOLD)
    if kind != KIND:
        return views.why_card(why_posted())
    running = find_running(ctx, request.member)
    reminder = chosen_by(ctx, request.member)
    if running is None or not reminder.on:
        return views.why_card(views.NO_LONGER)
    return views.why_card(views.why_text(reminder, running.plan))


def count_sent(occurrence: Occurrence, ctx: Context, _now: datetime) -> None:
    """A week counts once, when its reminder was sent. A snooze is the same reminder again."""
    member = ctx.tx.reminders.member(occurrence.space_id, occurrence.subject)
    if member is None or occurrence.ordinal > 0:
        return
    due_on = occurrence.due_at.astimezone(UTC).date()
    after = after_sent(chosen_by(ctx, member), member.seen_on, due_on, asked=occurrence.memo == ASKED)
    ctx.tx.reminders.count(member, after, occurrence.week)


@feature.schedule(KIND, late=LATE, nudges=True, sent=count_sent)
def remind(occurrence: Occurrence, ctx: Context, now: datetime) -> Telling:
    member = ctx.tx.reminders.member(occurrence.space_id, occurrence.subject)
    if member is None:
        return Skip("gone")
    running = find_running(ctx, member)
    plan = running.plan if running else None
    reminder = chosen_by(ctx, member)
    silent = why_silent(reminder, plan, occurrence.week, now)
    if silent is not None or plan is None:
        return Skip(silent or "no plan")
    ignored = after_silence(reminder, member.seen_on)
    if ignored > IGNORED_MOST:
        return Skip("quiet after weeks without an answer")
    late = now - occurrence.due_at > LATE_FROM
    morning = QUIET.move(now, zone_of(plan))
    # The hour that a member chose is theirs, at night too; what comes late waits for the morning.
    if late and morning > now:
        return Later(morning, "quiet hours")
    if ignored == IGNORED_MOST:
        return Notice("direct", member.address, views.question_message(plan, occurrence.key, KIND), ASKED)
    due = upcoming_of(ctx, member, plan, now, reminding=True)
    if has_open_goals(plan, place_at(plan, now).week, now):
        week = occurrence.week.toordinal()
        message = views.reminder_message(ctx.content, plan, week, occurrence.key, KIND, due, late, now)
        return Notice("direct", member.address, message)
    if not reminder.well_done or place_at(plan, now).kind != "studying":
        return Skip("nothing is due")
    return Notice("direct", member.address, views.well_done_message(plan, occurrence.key, KIND, due))
