"""Progress: phase, weeks, pace and streak."""

from bot.core.chat.message import Block, Message
from bot.core.domain.plans import zone_of
from bot.core.domain.progress import measure
from bot.core.domain.tally import tally
from bot.core.feature import Feature
from bot.core.handlers.running import find_running, require_running
from bot.core.request import Context, Glance, Request
from bot.core.time import local_day
from bot.core.views import progress as views

feature = Feature("progress", views)


@feature.command("progress", "How far you have come: phase, weeks, pace and streak", private=True)
def show_progress(request: Request, ctx: Context) -> Message:
    plan = require_running(request, ctx).plan
    today = local_day(request.now, zone_of(plan))
    told = measure(plan, request.now)
    return views.progress_card(ctx.content, plan, told, tally(plan, request.now), today)


@feature.home
def show_line(glance: Glance, ctx: Context) -> tuple[Block, ...]:
    running = find_running(ctx, glance.member) if glance.member else None
    return views.progress_piece(measure(running.plan, glance.now)) if running else ()
