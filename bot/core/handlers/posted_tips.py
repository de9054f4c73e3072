"""Tips for a cohort: each week one about the mistake that most of it is about to meet."""

from datetime import datetime
from zlib import crc32

from bot.core.chat.command import Option
from bot.core.chat.control import Choice
from bot.core.chat.message import Message, Update
from bot.core.chat.notice import Notice, Skip, Telling
from bot.core.domain.cohorts import Cohort, common_phase
from bot.core.domain.ledger import Occurrence
from bot.core.domain.schedules import POST_LATE, TIP, Schedule
from bot.core.domain.tips import Challenge, Poll, Tip, TipPost, choose_for_phase
from bot.core.errors import InvalidInput, NotFound
from bot.core.feature import Feature
from bot.core.handlers.cohorts import COHORT
from bot.core.handlers.leads import pick_cohort
from bot.core.handlers.reminders import DAY, HOUR
from bot.core.handlers.schedules import (
    ZONE,
    channel_of,
    end_refused,
    end_weekly,
    lead_of,
    open_due,
    say_once,
    set_weekly,
    show_weekly,
)
from bot.core.handlers.summaries import stamp_of
from bot.core.ids import Address, SpaceId
from bot.core.recurrence import next_due
from bot.core.request import Context, Request
from bot.core.views import posted_tips as views
from bot.core.views.tips import answered_card

feature = Feature("posted_tips", views)

# In place of the number of a post's row, when the post itself is known.
NO_ROW = 0

ACTION = Option(
    "action",
    "What to do",
    required=True,
    choices=tuple(Choice(label, label.lower()) for label in ("Set", "List", "Off", "Preview")),
)


@feature.command(
    "lead tips",
    "A tip each week in this channel",
    private=True,
    lead=True,
    posts=True,
    options=(ACTION, DAY, HOUR, ZONE, COHORT),
)
def manage(
    request: Request,
    ctx: Context,
    *,
    action: str,
    day: str | None = None,
    hour: str | None = None,
    zone: str | None = None,
    cohort: str | None = None,
) -> Message:
    if action == "list" and cohort is None:
        return _list(request, ctx)
    chosen = pick_cohort(request, ctx, cohort)
    if action == "set":
        return set_weekly(request, ctx, chosen, TIP, day, hour, zone)
    if action == "off":
        return end_weekly(request, ctx, chosen, TIP)
    if action == "preview":
        return _preview(request, ctx, chosen)
    return show_weekly(request, ctx, chosen, TIP)


@feature.action(views.LOOK)
def look(_request: Request, ctx: Context, tip_id: str) -> Message:
    """For who pressed alone: others may still be thinking."""
    tip, challenge = _open_tip(ctx, tip_id)
    return answered_card(tip, challenge)


@feature.action(views.SAID)
def vote(request: Request, ctx: Context, key: str, row: int, answer: str) -> Update:
    space = request.member.space_id
    post = ctx.tx.tip_posts.under(space, key)
    if post is None:
        # The message can be there before its row is marked.
        said = ctx.tx.ledger.said(space, row)
        if said is not None and (said.kind, said.key) == (TIP, key):
            post = keep_post(said, ctx, request.now)
    return _vote(request, ctx, post, row, answer)


@feature.action(views.MET)
def vote_by_number(request: Request, ctx: Context, post_id: int, answer: str) -> Update:
    return _vote(request, ctx, ctx.tx.tip_posts.find(request.member.space_id, post_id), NO_ROW, answer)


def _vote(request: Request, ctx: Context, post: TipPost | None, row: int, answer: str) -> Update:
    if post is None:
        raise NotFound("tip.gone")
    if answer not in (views.YES, views.NOT_YET):
        raise InvalidInput("button.foreign")
    ctx.tx.tip_posts.vote(request.member, post.id, answer == views.YES, request.now)
    poll = ctx.tx.tip_posts.poll(request.member.space_id, post.id)
    return Update(views.posted_card(*_open_tip(ctx, post.tip), post.key, row, poll))


def keep_post(occurrence: Occurrence, ctx: Context, now: datetime) -> TipPost | None:
    """The post of a tip that stands in its channel; a second time it is the same one. None for a preview."""
    space = occurrence.space_id
    schedule = ctx.tx.schedules.find(space, occurrence.subject)
    if schedule is None or not occurrence.memo:
        return None
    return ctx.tx.tip_posts.add(space, schedule.id, occurrence.key, occurrence.memo, now)


@feature.schedule(TIP, late=POST_LATE, reports=True, ends=end_refused, sent=keep_post)
def tell(occurrence: Occurrence, ctx: Context, _now: datetime) -> Telling:
    due = open_due(occurrence, ctx)
    if isinstance(due, Skip):
        return due
    schedule, cohort = due
    space = occurrence.space_id
    if schedule.place == "direct":
        return _tell_preview(occurrence, ctx, schedule, cohort)
    # What may stand in the channel already is completed, not contradicted.
    known = any(tip.id == occurrence.memo for tip in ctx.content.tips)
    tip_id = occurrence.memo if known else _choose(ctx, space, cohort, schedule)[0].id
    post = ctx.tx.tip_posts.under(space, occurrence.key)
    poll = Poll(0, 0) if post is None else ctx.tx.tip_posts.poll(space, post.id)
    message = views.posted_card(*_open_tip(ctx, tip_id), occurrence.key, occurrence.id, poll)
    return Notice("channel", Address(occurrence.space.platform, schedule.to), message, tip_id)


def _tell_preview(occurrence: Occurrence, ctx: Context, schedule: Schedule, cohort: Cohort) -> Telling:
    member = lead_of(occurrence, ctx, schedule)
    if member is None:
        return Skip("no lead any more")
    weekly = ctx.tx.schedules.weekly(occurrence.space_id, cohort.id, TIP)
    tip, phase = _choose(ctx, occurrence.space_id, cohort, weekly)
    _, challenge = _open_tip(ctx, tip.id)
    message = views.preview_message(tip, challenge, cohort, phase, occurrence.key)
    return Notice("direct", member.address, message)


def _choose(ctx: Context, space: SpaceId, cohort: Cohort, weekly: Schedule | None) -> tuple[Tip, str | None]:
    """The tip that comes next, and the name of the phase for which it was chosen."""
    phases = {phase.id: phase.name for phase in ctx.content.phases}
    phase = common_phase(ctx.tx.cohorts.plans(space, cohort.id), tuple(phases))
    seen = () if weekly is None else ctx.tx.tip_posts.shown(space, weekly.id)
    # The name starts each cohort at another place; what was shown moves it on.
    number = crc32(cohort.name.encode()) + len(seen)
    tip = choose_for_phase(ctx.content.tips, ctx.content.challenges, phase, seen, number)
    return tip, None if phase is None else phases[phase]


def _preview(request: Request, ctx: Context, cohort: Cohort) -> Message:
    say_once(request, ctx, cohort, TIP, "direct", request.member.address.id, stamp_of(request.now))
    return views.on_its_way_card()


def _list(request: Request, ctx: Context) -> Message:
    space = request.member.space_id
    cohorts = {cohort.id: cohort for cohort in ctx.tx.cohorts.running(space)}
    schedules = [one for one in ctx.tx.schedules.running(space, TIP) if one.cohort in cohorts]
    rows = [
        (cohorts[one.cohort], one, next_due(one.recurrence, request.now)) for one in schedules[: views.ROWS]
    ]
    return views.tips_card(rows, len(schedules) - len(rows), channel_of(request), request.now)


def _open_tip(ctx: Context, tip_id: str) -> tuple[Tip, Challenge]:
    """Raises NotFound when the content doesn't have it any more."""
    tip = next((tip for tip in ctx.content.tips if tip.id == tip_id), None)
    challenge = next((one for one in ctx.content.challenges if tip and one.id == tip.challenge), None)
    if tip is None or challenge is None:
        raise NotFound("tip.gone")
    return tip, challenge
