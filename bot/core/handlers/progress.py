"""Progress: phase, weeks, pace and streak."""

from datetime import datetime

from bot.core.chat.message import Block, Message
from bot.core.domain.members import Member
from bot.core.domain.plans import Plan, zone_of
from bot.core.domain.progress import Progress, measure
from bot.core.domain.tally import tally
from bot.core.feature import Feature
from bot.core.handlers.running import find_running, past_of, require_running
from bot.core.request import Context, Glance, Request
from bot.core.time import DAY_STARTS, local_day, resolve
from bot.core.views import progress as views

feature = Feature("progress", views)


@feature.command("progress", "How far you have come: phase, weeks, pace and streak", private=True, plan=True)
def show_progress(request: Request, ctx: Context) -> Message:
    plan = require_running(request, ctx).plan
    today = local_day(request.now, zone_of(plan))
    told = _measure(ctx, request.member, plan, request.now)
    return views.progress_card(ctx.content, plan, told, tally(plan, request.now), today)


@feature.home
def show_line(glance: Glance, ctx: Context) -> tuple[Block, ...]:
    running = find_running(ctx, glance.member) if glance.member else None
    if running is None or glance.member is None:
        return ()
    return views.progress_piece(_measure(ctx, glance.member, running.plan, glance.now))


def _measure(ctx: Context, member: Member, plan: Plan, now: datetime) -> Progress:
    earlier = past_of(ctx, member)
    first = min((plan, *earlier), key=lambda one: one.start)
    start = resolve(first.start, DAY_STARTS, zone_of(first))
    return measure(plan, now, ctx.tx.downtimes.since(start), earlier)
