"""Cohorts as members meet them: joining and leaving are their own acts."""

from bot.core.chat.command import Option
from bot.core.chat.control import Choice
from bot.core.chat.message import Message
from bot.core.domain.cohorts import MEMBERS_MOST, NAME_LIMIT, Cohort
from bot.core.domain.topics import find_topic, names_topic, offer_topics
from bot.core.errors import InvalidInput, NotAllowed, NotFound
from bot.core.feature import Feature
from bot.core.handlers.figures import settle_count
from bot.core.ids import SpaceId
from bot.core.request import Context, Glance, Request
from bot.core.views import cohorts as views

feature = Feature("cohorts", views)


def suggest_cohorts(glance: Glance, ctx: Context, text: str) -> tuple[Choice, ...]:
    """The running cohorts that fit what is typed so far."""
    space = ctx.tx.members.space(glance.space.address)
    running = () if space is None else ctx.tx.cohorts.running(space)
    found = offer_topics(running, text) if text else running
    return tuple(views.cohort_choice(cohort) for cohort in found)


def knows_cohort(request: Request, ctx: Context, text: str) -> bool:
    """Whether the text names a running cohort."""
    running = ctx.tx.cohorts.running(request.member.space_id)
    return any(cohort.name == text for cohort in running) or names_topic(running, text)


COHORT = Option("cohort", "Which cohort", suggest=suggest_cohorts, limit=NAME_LIMIT, knows=knows_cohort)


@feature.command("cohort view", "Your cohort, or those that you can join", private=True)
def view(request: Request, ctx: Context) -> Message:
    cohort = ctx.tx.cohorts.of(request.member)
    return _offer(request, ctx) if cohort is None else views.cohort_card(cohort)


@feature.command("cohort join", "Go the way together with others", private=True, options=(COHORT,))
def join(request: Request, ctx: Context, *, cohort: str | None = None) -> Message:
    if cohort is not None:
        return _join(request, ctx, find_cohort(ctx, request.member.space_id, cohort))
    running = ctx.tx.cohorts.running(request.member.space_id)
    if len(running) == 1 and ctx.tx.cohorts.of(request.member) is None:
        return _join(request, ctx, running[0])
    return view(request, ctx)


@feature.action(views.JOIN)
def press_join(request: Request, ctx: Context, cohort_id: int) -> Message:
    return _join(request, ctx, open_cohort(ctx, request.member.space_id, cohort_id))


@feature.command("cohort leave", "Leave your cohort; your plan stays as it is", private=True)
def leave(request: Request, ctx: Context) -> Message:
    cohort = ctx.tx.cohorts.of(request.member)
    if cohort is None:
        raise NotFound("cohort.none")
    return _leave(request, ctx, cohort)


@feature.action(views.LEAVE)
def press_leave(request: Request, ctx: Context, cohort_id: int) -> Message:
    return _leave(request, ctx, open_cohort(ctx, request.member.space_id, cohort_id))


def find_cohort(ctx: Context, space: SpaceId, text: str) -> Cohort:
    """The running cohort that somebody named. Raises NotFound with the names there are."""
    running = ctx.tx.cohorts.running(space)
    if not running:
        raise NotFound("cohort.nowhere")
    same = next((cohort for cohort in running if cohort.name == text), None)
    found = same or find_topic(running, text)
    if found is None:
        names = ", ".join(cohort.name for cohort in running)
        raise NotFound("cohort.unknown", cohort=text, cohorts=names)
    return found


def open_cohort(ctx: Context, space: SpaceId, cohort_id: int) -> Cohort:
    """The running cohort that a button speaks of. Raises NotFound when it is closed or elsewhere."""
    cohort = ctx.tx.cohorts.find(space, cohort_id)
    if cohort is None or not cohort.running:
        raise NotFound("cohort.gone")
    return cohort


def _offer(request: Request, ctx: Context) -> Message:
    running = ctx.tx.cohorts.running(request.member.space_id)
    if not running:
        raise NotFound("cohort.nowhere")
    return views.cohorts_card(running)


def _join(request: Request, ctx: Context, cohort: Cohort) -> Message:
    mine = ctx.tx.cohorts.of(request.member)
    if mine is not None and mine.id == cohort.id:
        return views.cohort_card(mine, views.ALREADY)
    if mine is not None:
        raise InvalidInput("cohort.another", cohort=mine.name)
    if cohort.size >= MEMBERS_MOST:
        raise InvalidInput("cohort.full", most=str(MEMBERS_MOST))
    if not ctx.tx.cohorts.join(request.member, cohort.id, request.now):
        raise NotAllowed("cohort.removed")
    return views.cohort_card(open_cohort(ctx, request.member.space_id, cohort.id), views.JOINED)


def _leave(request: Request, ctx: Context, cohort: Cohort) -> Message:
    ctx.tx.cohorts.leave(request.member, cohort.id)
    settle_count(ctx.tx, request.member.space_id, cohort.id, request.now)
    return views.left_card(cohort)
