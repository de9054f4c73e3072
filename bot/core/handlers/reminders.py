"""Reminders: once a week, at the member's own hour, only for who asked for it."""

from dataclasses import replace
from datetime import date, datetime

from bot.core.chat.command import Option
from bot.core.chat.control import Choice
from bot.core.chat.form import Form
from bot.core.chat.message import Message, Update
from bot.core.chat.notice import Later, Notice, Skip, Telling
from bot.core.domain.ledger import Occurrence
from bot.core.domain.members import Member
from bot.core.domain.plans import Plan, place_at, zone_of
from bot.core.domain.reminders import (
    KIND,
    LATE,
    LATE_FROM,
    SNOOZES,
    WEEK_MOST,
    Reminder,
    has_open_goals,
    skip,
    snooze_until,
    unskip,
    upcoming,
    why_silent,
)
from bot.core.errors import InvalidInput
from bot.core.feature import Feature
from bot.core.handlers.running import find_running, open_running, point_again, require_running
from bot.core.quiet import QuietHours
from bot.core.recurrence import Due, read_wall, read_weekday
from bot.core.request import Context, Glance, Request
from bot.core.views import presses
from bot.core.views import reminders as views

feature = Feature("reminders", views)

QUIET = QuietHours()


def suggest_days(_glance: Glance, _ctx: Context, text: str) -> tuple[Choice, ...]:
    """The days of the week that begin with what is typed."""
    return tuple(Choice(day, day) for day in views.DAYS if day.lower().startswith(text.strip().lower()))


DAY = Option("day", "A day of the week, such as Monday", suggest=suggest_days)
HOUR = Option("hour", "An hour of that day, such as 9:00")


@feature.command("reminders view", "When I remind you, and when the next one comes", private=True)
def view(request: Request, ctx: Context) -> Message:
    return _card(request, ctx, require_running(request, ctx).plan)


@feature.command(
    "reminders on", "A direct message with the week's goals, once a week", private=True, options=(DAY, HOUR)
)
def turn_on(request: Request, ctx: Context, *, day: str | None = None, hour: str | None = None) -> Message:
    return _choose(request, ctx, require_running(request, ctx).plan, day, hour, views.ON)


@feature.action(presses.REMIND)
def press_on(request: Request, ctx: Context, plan_id: int) -> Message:
    return _choose(request, ctx, open_running(request, ctx, plan_id).plan, None, None, views.ON)


@feature.command("reminders set", "Another day or hour", private=True, options=(DAY, HOUR))
def change(request: Request, ctx: Context, *, day: str | None = None, hour: str | None = None) -> Message:
    plan = require_running(request, ctx).plan
    if day is None and hour is None:
        return _card(request, ctx, plan)
    return _choose(request, ctx, plan, day, hour, views.CHANGED)


@feature.action(views.SET, opens_form=True)
def ask(request: Request, ctx: Context, plan_id: int) -> Form:
    plan = open_running(request, ctx, plan_id).plan
    return views.choice_form(_chosen(ctx, request.member), plan)


@feature.form(views.CHOSEN)
def chosen(request: Request, ctx: Context, plan_id: int, *, day: str, hour: str) -> Update:
    plan = open_running(request, ctx, plan_id).plan
    return Update(_choose(request, ctx, plan, day, hour, views.CHANGED))


@feature.command("reminders off", "No more reminders", private=True)
def turn_off(request: Request, ctx: Context) -> Message:
    return _turn_off(request, ctx, require_running(request, ctx).plan)


@feature.action(views.OFF)
def press_off(request: Request, ctx: Context, plan_id: int) -> Message:
    return _turn_off(request, ctx, open_running(request, ctx, plan_id).plan)


@feature.command("reminders skip", "Without the next reminder", private=True)
def skip_next(request: Request, ctx: Context) -> Message:
    plan = require_running(request, ctx).plan
    due = _upcoming(ctx, request.member, plan, request.now)
    return _skip(request, ctx, plan, due.week)


@feature.action(views.SKIP)
def press_skip(request: Request, ctx: Context, plan_id: int, week: int) -> Update:
    """Skips the week that was shown; a second press skips no other one."""
    if not 1 <= week <= WEEK_MOST:
        raise InvalidInput("button.foreign")
    plan = open_running(request, ctx, plan_id).plan
    return Update(_skip(request, ctx, plan, date.fromordinal(week)))


@feature.command("reminders unskip", "With the reminders that you skipped", private=True)
def unskip_all(request: Request, ctx: Context) -> Message:
    return _unskip(request, ctx, require_running(request, ctx).plan)


@feature.action(views.UNSKIP)
def press_unskip(request: Request, ctx: Context, plan_id: int) -> Update:
    return Update(_unskip(request, ctx, open_running(request, ctx, plan_id).plan))


@feature.action(views.SNOOZE)
def snooze(request: Request, ctx: Context, plan_id: int, week: int, hours: int) -> Message:
    plan = open_running(request, ctx, plan_id).plan
    if hours not in SNOOZES or not 1 <= week <= WEEK_MOST:
        raise InvalidInput("button.foreign")
    zone = zone_of(plan)
    at = QUIET.move(snooze_until(request.now, hours, zone), zone)
    if at >= _upcoming(ctx, request.member, plan, request.now).at:
        return _card(request, ctx, plan, views.TOO_LATE_TO_SNOOZE)
    member = request.member
    monday = date.fromordinal(week)
    ctx.tx.ledger.add(request.space.address, member.space_id, KIND, member.id, monday, at, request.now)
    return views.snoozed_card(at, plan)


@feature.action(views.WHY)
def why(request: Request, ctx: Context, kind: str, key: str) -> Message:
    del kind, key  # they say which message it is, for platforms that are asked for it
    running = find_running(ctx, request.member)
    reminder = _chosen(ctx, request.member)
    if running is None or not reminder.on:
        return views.why_card(views.NO_LONGER)
    return views.why_card(views.why_text(reminder, running.plan))


@feature.schedule(KIND, late=LATE)
def remind(occurrence: Occurrence, ctx: Context, now: datetime) -> Telling:
    member = ctx.tx.reminders.member(occurrence.space_id, occurrence.subject)
    if member is None:
        return Skip("gone")
    running = find_running(ctx, member)
    plan = running.plan if running else None
    reminder = _chosen(ctx, member)
    silent = why_silent(reminder, plan, occurrence.week, now)
    if silent is not None or plan is None:
        return Skip(silent or "no plan")
    late = now - occurrence.due_at > LATE_FROM
    morning = QUIET.move(now, zone_of(plan))
    # The hour that a member chose is theirs, at night too; what comes late waits for the morning.
    if late and morning > now:
        return Later(morning, "quiet hours")
    due = _upcoming(ctx, member, plan, now)
    if has_open_goals(plan, place_at(plan, now).week, now):
        week = occurrence.week.toordinal()
        message = views.reminder_message(ctx.content, plan, week, occurrence.key, KIND, due, late, now)
        return Notice("direct", member.address, message)
    if not reminder.well_done or place_at(plan, now).kind != "studying":
        return Skip("nothing is due")
    return Notice("direct", member.address, views.well_done_message(plan, occurrence.key, KIND, due))


def _chosen(ctx: Context, member: Member) -> Reminder:
    return ctx.tx.reminders.of(member) or Reminder()


def _upcoming(ctx: Context, member: Member, plan: Plan, now: datetime) -> Due:
    spoken = ctx.tx.ledger.last_week(member.space_id, KIND, member.id)
    return upcoming(_chosen(ctx, member), plan.zone, now, spoken)


def _card(request: Request, ctx: Context, plan: Plan, note: str = "") -> Message:
    reminder = _chosen(ctx, request.member)
    return views.reminders_card(reminder, plan, _upcoming(ctx, request.member, plan, request.now), note)


def _choose(
    request: Request, ctx: Context, plan: Plan, day: str | None, hour: str | None, note: str
) -> Message:
    before = _chosen(ctx, request.member)
    after = replace(
        before,
        on=True,
        weekday=before.weekday if day is None else read_weekday(day),
        minute=before.minute if hour is None else read_wall(hour),
    )
    ctx.tx.reminders.keep(request.member, after, request.now)
    point_again(ctx, request.member, plan.zone, request.now)
    return _card(request, ctx, plan, note)


def _turn_off(request: Request, ctx: Context, plan: Plan) -> Message:
    reminder = replace(_chosen(ctx, request.member), on=False)
    ctx.tx.reminders.keep(request.member, reminder, request.now)
    ctx.tx.slots.leave(request.member.space_id, KIND, request.member.id)
    return _card(request, ctx, plan, views.TURNED_OFF)


def _skip(request: Request, ctx: Context, plan: Plan, week: date) -> Message:
    ctx.tx.reminders.keep(request.member, skip(_chosen(ctx, request.member), week), request.now)
    return _card(request, ctx, plan, views.SKIPPED)


def _unskip(request: Request, ctx: Context, plan: Plan) -> Message:
    reminder = _chosen(ctx, request.member)
    ctx.tx.reminders.keep(request.member, unskip(reminder, reminder.skipped), request.now)
    return _card(request, ctx, plan, views.BACK)
