"""Reminders: once a week, at the member's own hour, only for who asked for it."""

from dataclasses import replace
from datetime import date, datetime

from bot.core.chat.command import Option
from bot.core.chat.control import Choice
from bot.core.chat.form import Form
from bot.core.chat.message import Block, Message, Update
from bot.core.domain.coming import Coming, Quiet, Standing, next_reminder
from bot.core.domain.members import Member
from bot.core.domain.plans import Plan
from bot.core.domain.reminders import (
    KIND,
    WEEK_MOST,
    Reminder,
    skip,
    unskip,
)
from bot.core.errors import InvalidInput
from bot.core.feature import Feature
from bot.core.handlers.running import find_running, open_running, point_again, require_running
from bot.core.quiet import QuietHours
from bot.core.recurrence import is_wall, is_weekday, read_wall, read_weekday
from bot.core.request import Context, Glance, Request
from bot.core.views import presses
from bot.core.views import reminders as views

feature = Feature("reminders", views)

QUIET = QuietHours()


def suggest_days(_glance: Glance, _ctx: Context, text: str) -> tuple[Choice, ...]:
    """The days of the week that begin with what is typed."""
    return tuple(Choice(day, day) for day in views.DAYS if day.lower().startswith(text.strip().lower()))


DAY = Option(
    "day", "A day of the week, such as Monday", suggest=suggest_days, fits=is_weekday, example="Friday"
)
HOUR = Option("hour", "An hour of that day, such as 9:00", fits=is_wall, example="9:00")


@feature.command("reminders view", "When I remind you, and when the next one comes", private=True, plan=True)
def view(request: Request, ctx: Context) -> Message:
    return reminders_card(request, ctx, require_running(request, ctx).plan)


@feature.command(
    "reminders on",
    "A direct message with the week's goals, once a week",
    private=True,
    plan=True,
    options=(DAY, HOUR),
)
def turn_on(request: Request, ctx: Context, *, day: str | None = None, hour: str | None = None) -> Message:
    return _choose(request, ctx, require_running(request, ctx).plan, day, hour, views.ON)


@feature.action(presses.REMIND)
def press_on(request: Request, ctx: Context, plan_id: int) -> Message:
    return _choose(request, ctx, open_running(request, ctx, plan_id).plan, None, None, views.ON)


@feature.command("reminders set", "Another day or hour", private=True, plan=True, options=(DAY, HOUR))
def change(request: Request, ctx: Context, *, day: str | None = None, hour: str | None = None) -> Message:
    plan = require_running(request, ctx).plan
    if day is None and hour is None:
        return reminders_card(request, ctx, plan)
    return _choose(request, ctx, plan, day, hour, views.CHANGED)


@feature.action(views.SET, opens_form=True)
def ask(request: Request, ctx: Context, plan_id: int) -> Form:
    plan = open_running(request, ctx, plan_id).plan
    return views.choice_form(chosen_by(ctx, request.member), plan)


@feature.form(views.CHOSEN)
def chosen(request: Request, ctx: Context, plan_id: int, *, day: str, hour: str) -> Update:
    plan = open_running(request, ctx, plan_id).plan
    return Update(_choose(request, ctx, plan, day, hour, views.CHANGED))


@feature.command("reminders off", "No more reminders", private=True, plan=True)
def turn_off(request: Request, ctx: Context) -> Message:
    return _turn_off(request, ctx, require_running(request, ctx).plan)


@feature.action(views.OFF)
def press_off(request: Request, ctx: Context, plan_id: int) -> Message:
    return _turn_off(request, ctx, open_running(request, ctx, plan_id).plan)


@feature.command("reminders skip", "Skip the next reminder", private=True, plan=True)
def skip_next(request: Request, ctx: Context) -> Message:
    plan = require_running(request, ctx).plan
    due = upcoming_of(ctx, request.member, plan, request.now)
    if isinstance(due, Quiet):
        return reminders_card(request, ctx, plan, views.NOTHING_TO_SKIP)
    return _skip(request, ctx, plan, due.week)


@feature.action(views.SKIP)
def press_skip(request: Request, ctx: Context, plan_id: int, week: int) -> Update:
    """Skips the week that was shown; a second press skips no other one."""
    if not 1 <= week <= WEEK_MOST:
        raise InvalidInput("button.foreign")
    plan = open_running(request, ctx, plan_id).plan
    return Update(_skip(request, ctx, plan, date.fromordinal(week)))


@feature.command("reminders unskip", "Undo skipped reminders", private=True, plan=True)
def unskip_all(request: Request, ctx: Context) -> Message:
    return _unskip(request, ctx, require_running(request, ctx).plan)


@feature.action(views.UNSKIP)
def press_unskip(request: Request, ctx: Context, plan_id: int) -> Update:
    return Update(_unskip(request, ctx, open_running(request, ctx, plan_id).plan))


@feature.action(views.GO_ON)
def go_on(request: Request, ctx: Context, plan_id: int) -> Update:
    """The press itself says that they are here; the count starts anew."""
    plan = open_running(request, ctx, plan_id).plan
    return Update(reminders_card(request, ctx, plan, views.WELCOME_BACK))


@feature.home
def show_next(glance: Glance, ctx: Context) -> tuple[Block, ...]:
    running = find_running(ctx, glance.member) if glance.member else None
    if glance.member is None or running is None:
        return ()
    due = upcoming_of(ctx, glance.member, running.plan, glance.now)
    return views.reminders_piece(chosen_by(ctx, glance.member), running.plan, due)


def chosen_by(ctx: Context, member: Member) -> Reminder:
    """What the member chose, or what is usual."""
    return ctx.tx.reminders.of(member) or Reminder()


def upcoming_of(
    ctx: Context, member: Member, plan: Plan, now: datetime, *, reminding: bool = False
) -> Coming:
    """The member's next reminder, or why none comes. `reminding`: one is being made at this moment, and the
    question is what follows it."""
    standing = Standing(
        chosen_by(ctx, member),
        member.seen_on,
        ctx.tx.ledger.last_week(member.space_id, KIND, member.id, now),
        None if reminding else ctx.tx.reminders.waiting(member, KIND),
        ctx.tx.reach.cut(member.space_id, member.address.id),
    )
    return next_reminder(standing, plan, now)


def reminders_card(request: Request, ctx: Context, plan: Plan, note: str = "") -> Message:
    """What the member chose, and when the next one comes."""
    reminder = chosen_by(ctx, request.member)
    if reminder.on and ctx.tx.spaces.is_doubted(request.member.space_id):
        note = views.NOTHING_COMES
    return views.reminders_card(reminder, plan, upcoming_of(ctx, request.member, plan, request.now), note)


def _choose(
    request: Request, ctx: Context, plan: Plan, day: str | None, hour: str | None, note: str
) -> Message:
    before = chosen_by(ctx, request.member)
    after = replace(
        before,
        on=True,
        weekday=before.weekday if day is None else read_weekday(day),
        minute=before.minute if hour is None else read_wall(hour),
    )
    ctx.tx.reminders.keep(request.member, after, request.now)
    # Who wants them wants to be written to, whatever was found closed before.
    ctx.tx.reach.regain(request.member)
    point_again(ctx, request.member, plan.zone, request.now)
    return reminders_card(request, ctx, plan, note)


def _turn_off(request: Request, ctx: Context, plan: Plan) -> Message:
    reminder = replace(chosen_by(ctx, request.member), on=False)
    ctx.tx.reminders.keep(request.member, reminder, request.now)
    ctx.tx.slots.leave(request.member.space_id, KIND, request.member.id)
    return reminders_card(request, ctx, plan, views.TURNED_OFF)


def _skip(request: Request, ctx: Context, plan: Plan, week: date) -> Message:
    ctx.tx.reminders.keep(request.member, skip(chosen_by(ctx, request.member), week), request.now)
    return reminders_card(request, ctx, plan, views.SKIPPED)


def _unskip(request: Request, ctx: Context, plan: Plan) -> Message:
    reminder = chosen_by(ctx, request.member)
    ctx.tx.reminders.keep(request.member, unskip(reminder, reminder.skipped), request.now)
    return reminders_card(request, ctx, plan, views.BACK)
