"""Pauses, hours a week and clocks: what changes when a plan's goals are done, not which."""

from datetime import date, timedelta

from bot.core.chat.command import Option, convert
from bot.core.chat.form import Form
from bot.core.chat.message import Message, Update
from bot.core.domain.marks import change_zone
from bot.core.domain.pace import change_pace
from bot.core.domain.packing import PACE_MAX, PACE_MIN
from bot.core.domain.pauses import PAUSE_WEEKS_MAX, pause_until, resume
from bot.core.domain.plans import Plan, place_at, zone_of
from bot.core.errors import InvalidInput
from bot.core.feature import Feature
from bot.core.handlers.running import Running, keep, open_running, require_running
from bot.core.handlers.zones import read_zone, suggest_zones
from bot.core.request import Context, Request
from bot.core.time import WEEK, local_day, monday_of
from bot.core.views import pauses as views
from bot.core.views import presses
from bot.core.views.plan_pages import plan_card
from bot.core.views.zones import city_question

feature = Feature("pauses", views)


HOURS = Option(
    "hours",
    f"Hours a week, {PACE_MIN} to {PACE_MAX}",
    kind=int,
    required=True,
    least=PACE_MIN,
    most=PACE_MAX,
    example="6",
)
UNTIL = Option("until", "The day you are back, such as 2027-01-04", kind=date, required=True)


@feature.command(
    "plan pause", "Pause for whole weeks; it costs nothing", private=True, plan=True, options=(UNTIL,)
)
def pause_plan(request: Request, ctx: Context, *, until: date) -> Message:
    running = require_running(request, ctx)
    plan = keep(request, ctx, running, _pause(running.plan, until, request))
    return views.paused_card(plan, request.now)


@feature.action(presses.SKIP_WEEK)
def skip_week(request: Request, ctx: Context, plan_id: int, week: int) -> Update:
    """Skips the week that was shown; a press that comes later, or again, changes nothing."""
    running = open_running(request, ctx, plan_id)
    place = place_at(running.plan, request.now)
    if place.kind != "studying" or place.week != week - 1:
        return Update(views.not_this_week_card(running.plan))
    today = local_day(request.now, zone_of(running.plan))
    plan = keep(request, ctx, running, pause_until(running.plan, monday_of(today) + WEEK, request.now))
    return Update(views.paused_card(plan, request.now))


@feature.command("plan resume", "End your pause early", private=True, plan=True)
def resume_plan(request: Request, ctx: Context) -> Message:
    return _resume(request, ctx, require_running(request, ctx))


@feature.action(presses.RESUME)
def go_on(request: Request, ctx: Context, plan_id: int) -> Update:
    return Update(_resume(request, ctx, open_running(request, ctx, plan_id)))


@feature.command(
    "plan pace",
    "Other hours a week; what is left is packed anew",
    private=True,
    plan=True,
    options=(HOURS,),
)
def set_pace(request: Request, ctx: Context, *, hours: int) -> Message:
    return _set_pace(request, ctx, require_running(request, ctx), hours)


@feature.action(presses.PACE)
def press_pace(request: Request, ctx: Context, plan_id: int, hours: int) -> Update:
    return Update(_set_pace(request, ctx, open_running(request, ctx, plan_id), hours))


@feature.command(
    "plan zone",
    "Whose clock your weeks go by",
    private=True,
    plan=True,
    options=(
        Option("zone", "A city with your time", required=True, suggest=suggest_zones, example="Lisbon"),
    ),
)
def set_zone(request: Request, ctx: Context, *, zone: str) -> Message:
    running = require_running(request, ctx)
    read = read_zone(ctx, zone, request.now)
    if isinstance(read, str):
        return _set_zone(request, ctx, running, read)
    return city_question(zone, read, presses.REZONE.select(running.plan.id))


@feature.action(presses.REZONE)
def press_zone(request: Request, ctx: Context, plan_id: int, zone: str) -> Update:
    return Update(_set_zone(request, ctx, open_running(request, ctx, plan_id), zone))


@feature.action(presses.ADJUST, opens_form=True)
def adjust(request: Request, ctx: Context, plan_id: int) -> Form:
    return views.adjust_form(open_running(request, ctx, plan_id).plan)


@feature.form(presses.ADJUSTED)
def adjusted(
    request: Request, ctx: Context, plan_id: int, *, hours: str, zone: str, until: str = ""
) -> Update:
    """All of it, or nothing: what is wrong in one place changes nothing in the others."""
    running = open_running(request, ctx, plan_id)
    read = read_zone(ctx, zone, request.now)
    if not isinstance(read, str):
        raise InvalidInput("zone.unknown", zone=zone)
    plan = running.plan if read == running.plan.zone else change_zone(running.plan, read)
    repacked = change_pace(plan, int(str(convert(HOURS, hours))), request.now)
    plan = repacked.plan
    if until:
        plan = _pause(plan, date.fromisoformat(str(convert(UNTIL, until))), request)
    note = views.adjusted_text(running.plan, keep(request, ctx, running, plan), len(repacked.set_aside))
    return Update(plan_card(ctx.content, plan, request.now, note=note))


def _pause(plan: Plan, until: date, request: Request) -> Plan:
    # A day so far off that its weeks can't be counted is refused before they are.
    if until > local_day(request.now, zone_of(plan)) + timedelta(weeks=2 * PAUSE_WEEKS_MAX):
        raise InvalidInput("pause.long", weeks=str(PAUSE_WEEKS_MAX))
    return pause_until(plan, until, request.now)


def _set_zone(request: Request, ctx: Context, running: Running, zone: str) -> Message:
    plan = keep(request, ctx, running, change_zone(running.plan, zone))
    return views.zone_card(running.plan, plan)


def _resume(request: Request, ctx: Context, running: Running) -> Message:
    after = resume(running.plan, request.now)
    if after == running.plan:
        return views.not_paused_card(running.plan)
    return views.resumed_card(keep(request, ctx, running, after), request.now)


def _set_pace(request: Request, ctx: Context, running: Running, hours: int) -> Message:
    repacked = change_pace(running.plan, hours, request.now)
    plan = keep(request, ctx, running, repacked.plan)
    return views.pace_card(ctx.content, running.plan, plan, repacked.set_aside)
