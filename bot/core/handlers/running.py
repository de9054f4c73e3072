"""The plan that runs: found, aligned with the curriculum, and kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.core.domain.alignment import align
from bot.core.domain.curriculum import Content
from bot.core.domain.goals import Evidence
from bot.core.domain.marks import change_zone
from bot.core.domain.members import Member
from bot.core.domain.plans import Plan, PlanId
from bot.core.domain.reminders import KIND
from bot.core.errors import InvalidInput, NotFound
from bot.core.recurrence import next_due
from bot.core.request import Context, Request


@dataclass(frozen=True, slots=True)
class Running:
    """A member's plan: `stored` as the last request left it, and as it fits the present curriculum."""

    stored: Plan
    plan: Plan


def find_running(ctx: Context, member: Member) -> Running | None:
    """The member's running plan."""
    stored = ctx.tx.plans.active(member)
    return None if stored is None else Running(stored, _aligned(ctx.content, stored))


def require_running(request: Request, ctx: Context) -> Running:
    """Raises NotFound when no plan runs."""
    running = find_running(ctx, request.member)
    if running is None:
        raise NotFound("plan.none")
    return running


def open_running(request: Request, ctx: Context, plan_id: int) -> Running:
    """The running plan that a button speaks of. Raises InvalidInput when it has ended since, and NotFound
    when it isn't the member's."""
    running = find_running(ctx, request.member)
    if running is not None and running.plan.id == plan_id:
        return running
    if ctx.tx.plans.find(request.member, PlanId(plan_id)) is not None:
        raise InvalidInput("plan.ended")
    raise NotFound("plan.gone")


def open_any(request: Request, ctx: Context, plan_id: int) -> Plan:
    """A plan of the member, running or ended, to look at. Raises NotFound when it isn't theirs."""
    stored = ctx.tx.plans.find(request.member, PlanId(plan_id))
    if stored is None:
        raise NotFound("plan.gone")
    return _aligned(ctx.content, stored)


def past_plans(request: Request, ctx: Context) -> tuple[Plan, ...]:
    """The member's ended plans, the newest first."""
    return past_of(ctx, request.member)


def past_of(ctx: Context, member: Member) -> tuple[Plan, ...]:
    """A member's ended plans, the newest first."""
    return tuple(_aligned(ctx.content, stored) for stored in ctx.tx.plans.past(member))


def keep(request: Request, ctx: Context, running: Running, after: Plan) -> Plan:
    """Writes what has changed and gives it back."""
    return _write(ctx, request.member, running, after, request.now)


def follow_clock(ctx: Context, member: Member, now: datetime) -> None:
    """A plan that goes by the platform's clock for its member moves to the zone that it says now."""
    running = find_running(ctx, member)
    if running is not None and running.plan.zone_by_platform and member.zone not in ("", running.plan.zone):
        _write(ctx, member, running, change_zone(running.plan, member.zone, by_platform=True), now)


def add(request: Request, ctx: Context, plan: Plan) -> Plan:
    """Keeps a new plan, and gives it back with its id. A reminder that is on goes by its clock."""
    point_again(ctx, request.member, plan.zone, request.now)
    return ctx.tx.plans.add(request.member, plan, request.now)


def point_again(ctx: Context, member: Member, zone: str, now: datetime) -> None:
    """A reminder that is on goes by the clocks of `zone` from now on."""
    reminder = ctx.tx.reminders.of(member)
    if reminder is not None and reminder.on:
        recurrence = reminder.recurrence(zone)
        ctx.tx.slots.point(member.space_id, KIND, member.id, recurrence, next_due(recurrence, now))


def _write(ctx: Context, member: Member, running: Running, after: Plan, now: datetime) -> Plan:
    if after != running.stored:
        ctx.tx.plans.save(member, running.stored, after, now)
    if after.zone != running.stored.zone:
        point_again(ctx, member, after.zone, now)
    return after


def read_goal(ctx: Context, goal_id: str) -> str:
    """The present id of a goal that an old button may name by an earlier one."""
    return ctx.content.goal_aliases.get(goal_id, goal_id)


def attached(ctx: Context, member: Member, goal_ids: Iterable[str]) -> dict[str, list[Evidence]]:
    """The member's links by the present ids of their goals, in one query."""
    wanted = set(goal_ids)
    earlier = {old for old, new in ctx.content.goal_aliases.items() if new in wanted}
    found: dict[str, list[Evidence]] = {}
    if wanted:
        for one in ctx.tx.evidence.of(member, wanted | earlier):
            found.setdefault(read_goal(ctx, one.goal_id), []).append(one)
    return found


def _aligned(content: Content, plan: Plan) -> Plan:
    return align(plan, content.goals.keys(), content.goal_aliases).plan
