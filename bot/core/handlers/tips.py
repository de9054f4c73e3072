"""Tips: one mistake at a time, no repeats until the pool is used up."""

from zlib import crc32

from bot.core.chat.call import Reply
from bot.core.chat.command import Option
from bot.core.chat.control import Choice
from bot.core.chat.message import Message, Update
from bot.core.domain.tips import Challenge, Tip, choose_tip
from bot.core.domain.topics import find_topic, offer_topics
from bot.core.errors import InvalidInput, NotFound
from bot.core.feature import Feature
from bot.core.request import Context, Glance, Request
from bot.core.views import tips as views

feature = Feature("tips", views)


def suggest_topics(_glance: Glance, ctx: Context, text: str) -> tuple[Choice, ...]:
    """The challenges that fit what is typed so far."""
    found = offer_topics(ctx.content.challenges, text)
    return tuple(Choice(challenge.name, challenge.id) for challenge in found)


@feature.command(
    "tip",
    "A mistake that many meet on the way, and what to do instead",
    private=False,
    options=(Option("topic", "Which kind of mistake", suggest=suggest_topics),),
)
def show_tip(request: Request, ctx: Context, *, topic: str | None = None) -> Reply:
    challenge = None
    if topic is not None:
        challenge = find_topic(ctx.content.challenges, topic)
        if challenge is None:
            names = ", ".join(one.name for one in ctx.content.challenges)
            raise InvalidInput("topic.unknown", topic=topic, topics=names)
    return _next_tip(request, ctx, challenge)


@feature.action(views.NEXT)
def show_next(request: Request, ctx: Context, challenge_id: str) -> Reply:
    return _next_tip(request, ctx, _find_challenge(ctx, challenge_id))


@feature.action(views.REVEAL)
def reveal(_request: Request, ctx: Context, tip_id: str) -> Update:
    tip = next((tip for tip in ctx.content.tips if tip.id == tip_id), None)
    if tip is None:
        raise NotFound("tip.gone")
    return Update(views.answered_card(tip, _find_challenge(ctx, tip.challenge)))


def _next_tip(request: Request, ctx: Context, challenge: Challenge | None) -> Message:
    pool: tuple[Tip, ...] = tuple(
        tip for tip in ctx.content.tips if challenge is None or tip.challenge == challenge.id
    )
    seen = ctx.tx.tips.seen(request.member)
    # The member's id on their platform starts each one at another place; what they saw moves them on.
    tip = choose_tip(pool, seen, crc32(request.member.address.id.encode()) + len(seen))
    ctx.tx.tips.mark_seen(request.member, tip.id, request.now)
    return views.tip_card(tip, _find_challenge(ctx, tip.challenge))


def _find_challenge(ctx: Context, challenge_id: str) -> Challenge:
    challenge = next((one for one in ctx.content.challenges if one.id == challenge_id), None)
    if challenge is None:
        raise NotFound("tip.gone")
    return challenge
