"""What leads have posted each week: set for the channel in which they ask, and ended again."""

from datetime import datetime

from bot.core.chat.command import Option
from bot.core.chat.message import Message, Update
from bot.core.chat.notice import Place, Skip
from bot.core.domain.caps import POSTS
from bot.core.domain.cohorts import Cohort
from bot.core.domain.ledger import Occurrence
from bot.core.domain.members import Member
from bot.core.domain.schedules import NOT_KEPT, SUMMARY, TIP, Schedule
from bot.core.errors import InvalidInput, NotAllowed, NotFound
from bot.core.feature import Feature
from bot.core.handlers.caps import count
from bot.core.handlers.cohorts import COHORT
from bot.core.handlers.figures import settle_count
from bot.core.handlers.leads import pick_cohort
from bot.core.handlers.reminders import DAY, HOUR
from bot.core.handlers.zones import knows_zone, read_zone, suggest_zones
from bot.core.ids import Address, Role, SpaceId
from bot.core.recurrence import Recurrence, next_due, read_wall, read_weekday
from bot.core.request import Context, Request
from bot.core.time import monday_of
from bot.core.views import schedules as views
from bot.core.views.moving import move_card

feature = Feature("schedules", views)

# What a lead doesn't say is as for reminders: Monday, 09:00.
DAY_IF_UNSAID = 0
MINUTE_IF_UNSAID = 9 * 60

# What is said once recurs by nobody's clock.
ONCE = Recurrence("UTC", 0, 0)

ZONE = Option(
    "zone",
    "By whose clock: a big city nearby, or a zone",
    suggest=suggest_zones,
    knows=knows_zone,
    example="Lisbon",
)
OFF = Option("off", "Yes ends it", kind=bool, example="off")


@feature.command(
    "lead schedule",
    "A summary each week in this channel",
    private=True,
    lead=True,
    posts=True,
    options=(DAY, HOUR, ZONE, COHORT, OFF),
)
def schedule_summary(
    request: Request,
    ctx: Context,
    *,
    day: str | None = None,
    hour: str | None = None,
    zone: str | None = None,
    cohort: str | None = None,
    off: bool | None = None,
) -> Message:
    chosen = pick_cohort(request, ctx, cohort)
    if off:
        return end_weekly(request, ctx, chosen, SUMMARY)
    if (day, hour, zone) == (None, None, None):
        return show_weekly(request, ctx, chosen, SUMMARY)
    return set_weekly(request, ctx, chosen, SUMMARY, day, hour, zone)


@feature.action(views.OFF, lead=True)
def press_off(request: Request, ctx: Context, schedule_id: int) -> Update:
    schedule, cohort = open_weekly(request, ctx, schedule_id)
    return Update(end_weekly(request, ctx, cohort, schedule.kind))


def open_weekly(request: Request, ctx: Context, schedule_id: int) -> tuple[Schedule, Cohort]:
    """The weekly schedule that a button speaks of. Raises NotFound when there is none of that number here."""
    space = request.member.space_id
    schedule = ctx.tx.schedules.find(space, schedule_id)
    cohort = None if schedule is None else ctx.tx.cohorts.find(space, schedule.cohort)
    if schedule is None or cohort is None or not schedule.is_weekly:
        raise NotFound("schedule.gone")
    return schedule, cohort


def set_weekly(
    request: Request,
    ctx: Context,
    cohort: Cohort,
    kind: str,
    day: str | None,
    hour: str | None,
    zone: str | None,
) -> Message:
    """From now on it comes each week, in this channel; what isn't said stays as it was. While it comes in
    another one, the lead is asked first."""
    space = request.member.space_id
    before = ctx.tx.schedules.weekly(space, cohort.id, kind)
    weekday, minute = DAY_IF_UNSAID, MINUTE_IF_UNSAID
    if before is not None:
        weekday, minute = before.recurrence.weekday, before.recurrence.minute
    recurrence = Recurrence(
        _choose_zone(request, ctx, before, zone),
        weekday if day is None else read_weekday(day),
        minute if hour is None else read_wall(hour),
    )
    here = require_channel(request).id
    if before is not None and before.on and before.to != here:
        return move_card(cohort, before, recurrence)
    return keep_weekly(request, ctx, cohort, kind, recurrence, here)


def keep_weekly(
    request: Request, ctx: Context, cohort: Cohort, kind: str, recurrence: Recurrence, to: str
) -> Message:
    """It comes then and there from now on, because the caller wants it."""
    space = request.member.space_id
    wanted = Schedule(
        NOT_KEPT,
        cohort.id,
        kind,
        "channel",
        to,
        recurrence,
        request.member.id,
        request.caller.is_lead,
        by_role=_role_of(request, ctx),
    )
    kept = ctx.tx.schedules.keep(space, wanted, request.now)
    ctx.tx.slots.point(space, kind, kept.id, recurrence, next_due(recurrence, request.now))
    if kind == SUMMARY:
        settle_count(ctx.tx, space, cohort.id, request.now)
    without = kind == SUMMARY and request.reply_to.plain and to == channel_of(request)
    return show_weekly(request, ctx, cohort, kind, views.SET_PLAIN if without else views.SET)


def end_weekly(request: Request, ctx: Context, cohort: Cohort, kind: str) -> Message:
    """Nothing more comes by itself; once more changes nothing."""
    space = request.member.space_id
    schedule = ctx.tx.schedules.weekly(space, cohort.id, kind)
    if schedule is not None:
        _turn_off(ctx, space, schedule, request.now)
    return views.nothing_card(cohort, kind, views.TURNED_OFF)


def end_refused(occurrence: Occurrence, ctx: Context, now: datetime) -> None:
    """The channel takes nothing more: whatever comes there each week because the same lead wants it ends.
    What others want there is refused at its own hour, so that each of them is told."""
    space = occurrence.space_id
    refused = ctx.tx.schedules.find(space, occurrence.subject)
    for kind in (SUMMARY, TIP):
        for one in ctx.tx.schedules.running(space, kind):
            if refused is not None and (one.to, one.set_by) == (occurrence.to_id, refused.set_by):
                _turn_off(ctx, space, one, now)


def show_weekly(request: Request, ctx: Context, cohort: Cohort, kind: str, note: str = "") -> Message:
    """What comes each week, and when next."""
    schedule = ctx.tx.schedules.weekly(request.member.space_id, cohort.id, kind)
    if schedule is None:
        return views.nothing_card(cohort, kind, note)
    upcoming = next_due(schedule.recurrence, request.now)
    return views.schedule_card(cohort, schedule, upcoming, channel_of(request), note, request.now)


def say_once(
    request: Request, ctx: Context, cohort: Cohort, kind: str, place: Place, to: str, stamp: int
) -> None:
    """It is due now. A second time, with the same stamp, changes nothing."""
    space, by = request.member.space_id, request.member.id
    by_platform, by_role = request.caller.is_lead, _role_of(request, ctx)
    once = Schedule(NOT_KEPT, cohort.id, kind, place, to, ONCE, by, by_platform, stamp=stamp, by_role=by_role)
    kept = ctx.tx.schedules.add(space, once, request.now)
    if kept is not None:
        count(request, ctx, POSTS)
        week = monday_of(request.now.date())
        now = request.now
        ctx.tx.ledger.add(request.space.address, space, kept.kind, kept.id, week, now, now, urgent=True)


def require_channel(request: Request) -> Address:
    """The channel in which the caller asks. Raises InvalidInput when there is none, and NotAllowed when
    Cairn can't post there."""
    channel = request.reply_to.channel
    if channel is None:
        raise InvalidInput("channel.none")
    if request.reply_to.can_post is False:
        raise NotAllowed("channel.closed", remedy=way_in(request))
    return channel


def way_in(request: Request) -> str:
    """What a lead does so that Cairn may post where they ask."""
    to = request.reply_to
    return views.way_in(request.space.address.platform, to.lacks, to.shut)


def channel_of(request: Request) -> str | None:
    """The id of the channel in which the caller asks."""
    return None if request.reply_to.channel is None else request.reply_to.channel.id


def open_due(occurrence: Occurrence, ctx: Context) -> tuple[Schedule, Cohort] | Skip:
    """What an occurrence is about, as it is now; or why it isn't said any more."""
    schedule = ctx.tx.schedules.find(occurrence.space_id, occurrence.subject)
    cohort = None if schedule is None else ctx.tx.cohorts.find(occurrence.space_id, schedule.cohort)
    if schedule is None or cohort is None:
        return Skip("gone")
    if not cohort.running:
        return Skip("cohort closed")
    if not schedule.is_weekly and lead_of(occurrence, ctx, schedule) is None:
        return Skip("no lead any more")
    return (schedule, cohort) if schedule.on else Skip("off")


def lead_of(occurrence: Occurrence, ctx: Context, schedule: Schedule) -> Member | None:
    """Who set the schedule, while they are a lead. Who administers the space, or has a role, the platform
    tells only when they call, so they are taken to do so still."""
    member = ctx.tx.reminders.member(occurrence.space_id, schedule.set_by)
    if member is None:
        return None
    if schedule.by_platform or ctx.tx.leads.has(member):
        return member
    return member if schedule.by_role in ctx.tx.leads.roles(occurrence.space_id) else None


def _role_of(request: Request, ctx: Context) -> Role | None:
    """The role because of which the caller leads; None for who leads without one."""
    member, caller = request.member, request.caller
    if caller.is_lead or ctx.tx.leads.has(member):
        return None
    leading = ctx.tx.leads.roles(member.space_id)
    return next((Role(role) for role in caller.roles if role in leading), None)


def _turn_off(ctx: Context, space: SpaceId, schedule: Schedule, now: datetime) -> None:
    ctx.tx.schedules.turn_off(space, schedule.id, now)
    ctx.tx.slots.leave(space, schedule.kind, schedule.id)


def _choose_zone(request: Request, ctx: Context, before: Schedule | None, text: str | None) -> str:
    """The zone that was named; else the one there was, or that of the lead's own plan or
    profile."""
    if text is not None:
        found = read_zone(ctx, text, request.now)
        if not isinstance(found, str):
            raise InvalidInput("zone.unknown", zone=text)
        return found
    if before is not None:
        return before.recurrence.zone
    plan = ctx.tx.plans.active(request.member)
    known = request.member.zone if plan is None else plan.zone
    if not known:
        raise InvalidInput("zone.missing")
    return known
