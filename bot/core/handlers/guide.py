"""The guide: standing questions, each with a page; and the tracks."""

from bot.core.chat.call import Reply
from bot.core.chat.command import Option
from bot.core.chat.control import Choice
from bot.core.chat.message import Message, Update
from bot.core.domain.curriculum import Track
from bot.core.domain.guide import Page
from bot.core.domain.topics import find_topic, offer_topics
from bot.core.errors import InvalidInput, NotFound
from bot.core.feature import Feature
from bot.core.request import Context, Glance, Request
from bot.core.views import guide as views

feature = Feature("guide", views)


def suggest_topics(_glance: Glance, ctx: Context, text: str) -> tuple[Choice, ...]:
    """The pages and tracks that fit what is typed so far."""
    return tuple(Choice(views.topic_name(topic), topic.id) for topic in offer_topics(_topics(ctx), text))


@feature.command(
    "guide",
    "Strengths, roles, portfolio, figures, how long it takes",
    private=True,
    options=(Option("topic", "Which page", suggest=suggest_topics),),
)
def show_guide(_request: Request, ctx: Context, *, topic: str | None = None) -> Reply:
    topics = _topics(ctx)
    if topic is None:
        return views.contents_card(topics)
    found = find_topic(topics, topic)
    if found is None:
        raise InvalidInput("topic.unknown", topic=topic, topics=", ".join(map(views.topic_name, topics)))
    return _card(found, topics)


@feature.action(views.OPEN)
def open_page(_request: Request, ctx: Context, topic_id: str) -> Update:
    return Update(_page(ctx, topic_id))


@feature.action(views.READ)
def read_page(_request: Request, ctx: Context, topic_id: str) -> Message:
    return _page(ctx, topic_id)


def _page(ctx: Context, topic_id: str) -> Message:
    topics = _topics(ctx)
    found = next((topic for topic in topics if topic.id == topic_id), None)
    if found is None:
        raise NotFound("page.gone")
    return _card(found, topics)


def _topics(ctx: Context) -> tuple[Page | Track, ...]:
    return (*ctx.content.pages, *ctx.content.tracks)


def _card(topic: Page | Track, topics: tuple[Page | Track, ...]) -> Message:
    return views.page_card(topic, topics) if isinstance(topic, Page) else views.track_card(topic, topics)
