"""Summaries: how a cohort is doing, shown to its lead first, then posted where they say."""

from datetime import datetime

from bot.core.chat.message import Message, Update
from bot.core.chat.notice import Notice, Skip, Telling
from bot.core.domain.cohorts import Cohort
from bot.core.domain.figures import Count
from bot.core.domain.ledger import Occurrence
from bot.core.domain.schedules import POST_LATE, POST_WITHIN, SUMMARY, WEEKLY
from bot.core.domain.summaries import Summary, summarise
from bot.core.errors import InvalidInput
from bot.core.feature import Feature
from bot.core.handlers.cohorts import COHORT, open_cohort
from bot.core.handlers.figures import settle_count
from bot.core.handlers.leads import pick_cohort
from bot.core.handlers.schedules import end_refused, open_due, require_channel, say_once, way_in
from bot.core.ids import Address, SpaceId
from bot.core.request import Context, Request
from bot.core.views import summaries as views

feature = Feature("summaries", views)


@feature.command(
    "lead summary",
    "How a cohort is doing; post it here if you like",
    private=True,
    lead=True,
    posts=True,
    options=(COHORT,),
)
def preview(request: Request, ctx: Context, *, cohort: str | None = None) -> Message:
    chosen = pick_cohort(request, ctx, cohort)
    space = request.member.space_id
    count = settle_count(ctx.tx, space, chosen.id, request.now)
    summary = _summarise(ctx, space, chosen, count, request.now)
    stamp = stamp_of(request.now)
    way = way_in(request) if request.reply_to.can_post is False else ""
    return views.preview_card(ctx.content, chosen, summary, stamp, request.now.date(), way)


@feature.action(views.POST, lead=True, posts=True)
def post(request: Request, ctx: Context, cohort_id: int, stamp: int) -> Update:
    cohort = open_cohort(ctx, request.member.space_id, cohort_id)
    if not WEEKLY < stamp <= stamp_of(request.now + POST_WITHIN):  # a clock may have been set back
        raise InvalidInput("button.foreign")
    if stamp < stamp_of(request.now - POST_WITHIN):
        raise InvalidInput("summary.old")
    to = require_channel(request).id
    settle_count(ctx.tx, request.member.space_id, cohort.id, request.now)
    say_once(request, ctx, cohort, SUMMARY, "channel", to, stamp)
    return Update(views.posted_card(cohort))


def settle_after(occurrence: Occurrence, ctx: Context, now: datetime) -> None:
    """What was posted may have said that the figures wait: the next ones are about who is there now."""
    schedule = ctx.tx.schedules.find(occurrence.space_id, occurrence.subject)
    if schedule is not None:
        settle_count(ctx.tx, occurrence.space_id, schedule.cohort, now)


@feature.schedule(SUMMARY, late=POST_LATE, reports=True, ends=end_refused, sent=settle_after)
def tell(occurrence: Occurrence, ctx: Context, now: datetime) -> Telling:
    due = open_due(occurrence, ctx)
    if isinstance(due, Skip):
        return due
    schedule, cohort = due
    # What is shown must be kept first, and nothing may be written here.
    count = ctx.tx.cohorts.count(occurrence.space_id, cohort.id)
    summary = _summarise(ctx, occurrence.space_id, cohort, count, now)
    message = views.summary_message(ctx.content, cohort, summary, occurrence.key, now.date())
    return Notice("channel", Address(occurrence.space.platform, schedule.to), message)


def stamp_of(now: datetime) -> int:
    """The moment as a stamp: milliseconds, so that two in a row differ."""
    return int(now.timestamp() * 1000)


def _summarise(ctx: Context, space: SpaceId, cohort: Cohort, count: Count, now: datetime) -> Summary:
    phases = tuple(phase.id for phase in ctx.content.phases)
    return summarise(cohort.size, count, ctx.tx.cohorts.counted_plans(space, cohort.id), phases, now)
