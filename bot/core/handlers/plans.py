"""Plans: begun, looked at, ended, and begun again."""

from datetime import date, timedelta
from typing import NamedTuple

from bot.core.chat.call import Reply
from bot.core.chat.command import Option
from bot.core.chat.control import Choice
from bot.core.chat.message import Message, Update
from bot.core.domain.caps import PLANS
from bot.core.domain.curriculum import Track
from bot.core.domain.drafts import Draft, check_pace, draft_plan
from bot.core.domain.marks import end_plan
from bot.core.domain.packing import PACE_MAX, PACE_MIN
from bot.core.domain.plans import Plan, begin_plan, is_finished
from bot.core.domain.topics import find_topic, names_topic, offer_topics
from bot.core.errors import InvalidInput
from bot.core.feature import Feature
from bot.core.handlers.caps import count
from bot.core.handlers.history import done_goals, finished_plans, known_profile
from bot.core.handlers.running import (
    add,
    find_running,
    keep,
    open_any,
    open_running,
    require_running,
)
from bot.core.handlers.zones import knows_zone, read_zone, suggest_zones
from bot.core.request import Context, Glance, Request
from bot.core.time import find_zone, local_day, monday_of
from bot.core.views import plan_pages, presses
from bot.core.views import plans as views
from bot.core.views.dates import count_text
from bot.core.views.zones import city_question, zone_question

feature = Feature("plans", presses)

USUAL_PACE = 6
START_DAYS_MOST = 366


class Clock(NamedTuple):
    """A zone, and whether it is the platform's word."""

    zone: str
    by_platform: bool = False


def suggest_tracks(_glance: Glance, ctx: Context, text: str) -> tuple[Choice, ...]:
    """The tracks that fit what is typed so far."""
    return tuple(Choice(track.name, track.id) for track in offer_topics(ctx.content.tracks, text))


def knows_track(_request: Request, ctx: Context, text: str) -> bool:
    """Whether the text names a track."""
    return names_topic(ctx.content.tracks, text)


@feature.command(
    "plan start",
    "Make a dated plan, without what you know already",
    private=True,
    clock=True,
    options=(
        Option("track", "Which way to go (else: the first one)", suggest=suggest_tracks, knows=knows_track),
        Option("start", "First day, such as 2027-01-04 (else: next Monday)", kind=date),
        Option(
            "hours",
            f"Hours a week, {PACE_MIN} to {PACE_MAX} (else: {USUAL_PACE})",
            kind=int,
            least=PACE_MIN,
            most=PACE_MAX,
            example=str(USUAL_PACE),
        ),
        Option("zone", "A city with your time", suggest=suggest_zones, knows=knows_zone, example="Lisbon"),
    ),
)
def start_plan(
    request: Request,
    ctx: Context,
    *,
    track: str | None = None,
    start: date | None = None,
    hours: int | None = None,
    zone: str | None = None,
) -> Reply:
    chosen = _find_track(ctx, track) if track else ctx.content.track
    pace = check_pace(USUAL_PACE if hours is None else hours)
    if not zone and (clock := _last_clock(request, ctx)) is not None:
        return _begin(request, ctx, chosen, start, pace, clock)
    take = presses.BEGIN.select(chosen.id, start.toordinal() if start else 0, pace)
    if not zone:
        return zone_question(take)
    known = read_zone(ctx, zone, request.now)
    if isinstance(known, str):
        return _begin(request, ctx, chosen, start, pace, Clock(known))
    return city_question(zone, known, take)


@feature.action(presses.BEGIN)
def begin(request: Request, ctx: Context, track_id: str, start: int, hours: int, zone: str) -> Update:
    return Update(_begin(request, ctx, _find_track(ctx, track_id), _read_day(start), hours, Clock(zone)))


@feature.action(presses.SWAP)
def swap(
    request: Request, ctx: Context, plan_id: int, track_id: str, start: int, hours: int, zone: str
) -> Reply:
    running = open_running(request, ctx, plan_id)
    track = _find_track(ctx, track_id)
    # A button carries no more than the zone. When it is that of the plan, so is where it is known from.
    clock = Clock(zone, running.plan.zone_by_platform and zone == running.plan.zone)
    draft, plan = _draft(request, ctx, track, _read_day(start), hours, clock)
    keep(request, ctx, running, end_plan(running.plan))
    return Update(views.started_card(ctx.content, _add(request, ctx, plan), draft))


@feature.command(
    "plan view",
    "Your plan, week by week",
    private=True,
    plan=True,
    options=(Option("page", "Which page (else: the one with this week)", kind=int, example="1"),),
)
def view_plan(request: Request, ctx: Context, *, page: int | None = None) -> Message:
    plan = require_running(request, ctx).plan
    pages = plan_pages.count_pages(ctx.content, plan)
    if page is not None and page > pages:
        raise InvalidInput("page.range", pages=count_text(pages, "page"))
    return plan_pages.plan_card(ctx.content, plan, request.now, page)


@feature.action(presses.VIEW)
def open_plan(request: Request, ctx: Context, plan_id: int) -> Message:
    return plan_pages.plan_card(ctx.content, open_any(request, ctx, plan_id), request.now)


@feature.action(presses.PAGE)
def turn_page(request: Request, ctx: Context, plan_id: int, page: int) -> Update:
    return Update(plan_pages.plan_card(ctx.content, open_any(request, ctx, plan_id), request.now, page))


@feature.command("plan reset", "End your plan; everything you did is kept", private=True, plan=True)
def reset_plan(request: Request, ctx: Context) -> Message:
    return views.reset_card(ctx.content, require_running(request, ctx).plan)


@feature.action(presses.ASK_RESET)
def ask_reset(request: Request, ctx: Context, plan_id: int) -> Message:
    return views.reset_card(ctx.content, open_running(request, ctx, plan_id).plan)


@feature.action(presses.RESET)
def reset(request: Request, ctx: Context, plan_id: int) -> Update:
    running = open_running(request, ctx, plan_id)
    keep(request, ctx, running, end_plan(running.plan))
    return Update(views.ended_card())


@feature.command("plan history", "Plans of yours that have ended", private=True)
def show_history(request: Request, ctx: Context) -> Message:
    return views.history_card(ctx.content, finished_plans(ctx, request.member))


@feature.action(presses.LOOK_BACK)
def look_back(request: Request, ctx: Context, plan_id: int) -> Message:
    return plan_pages.plan_card(ctx.content, open_any(request, ctx, plan_id), request.now, 1)


def _begin(
    request: Request, ctx: Context, track: Track, start: date | None, pace: int, clock: Clock
) -> Message:
    """Makes the plan at once, unless one runs: then it asks, and changes nothing."""
    draft, plan = _draft(request, ctx, track, start, pace, clock)
    running = find_running(ctx, request.member)
    if running is not None and is_finished(running.plan):
        keep(request, ctx, running, end_plan(running.plan))
    elif running is not None:
        day = start.toordinal() if start else 0
        swap_id = presses.SWAP(running.plan.id, track.id, day, pace, clock.zone)
        return views.running_card(ctx.content, running.plan, plan, swap_id)
    return views.started_card(ctx.content, _add(request, ctx, plan), draft)


def _add(request: Request, ctx: Context, plan: Plan) -> Plan:
    count(request, ctx, PLANS)
    return add(request, ctx, plan)


def _draft(
    request: Request, ctx: Context, track: Track, start: date | None, pace: int, clock: Clock
) -> tuple[Draft, Plan]:
    today = local_day(request.now, find_zone(clock.zone))
    start = start or today
    if start < monday_of(today):
        raise InvalidInput("start.past")
    if start > today + timedelta(days=START_DAYS_MOST):
        raise InvalidInput("start.far")
    profile, done = known_profile(ctx, request.member), done_goals(ctx, request.member)
    draft = draft_plan(track.phase_goals, profile, pace, done=done)
    return draft, begin_plan(draft, track.id, start, clock.zone, zone_by_platform=clock.by_platform)


def _last_clock(request: Request, ctx: Context) -> Clock | None:
    """The clock of the member's plan, or of the newest one that has ended if they chose it themselves; else
    the one that the platform says, else that plan's after all."""
    running = ctx.tx.plans.active(request.member)
    if running is not None:
        return Clock(running.zone, running.zone_by_platform)
    last = next(iter(ctx.tx.plans.past(request.member)), None)
    if request.member.zone and (last is None or last.zone_by_platform):
        return Clock(request.member.zone, by_platform=True)
    return None if last is None else Clock(last.zone, last.zone_by_platform)


def _find_track(ctx: Context, text: str) -> Track:
    track = find_topic(ctx.content.tracks, text)
    if track is None:
        names = ", ".join(one.name for one in ctx.content.tracks)
        raise InvalidInput("topic.unknown", topic=text, topics=names)
    return track


def _read_day(ordinal: int) -> date | None:
    """A day from a button. None for 0, the next Monday."""
    if not ordinal:
        return None
    if ordinal > date.max.toordinal():
        raise InvalidInput("button.foreign")
    return date.fromordinal(ordinal)
