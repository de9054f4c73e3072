"""What is said on the guide's pages and about the tracks."""

from collections.abc import Iterable

from bot.core.chat.codec import Action
from bot.core.chat.control import LABEL_LIMIT, Choice, Select
from bot.core.chat.message import Actions, Block, Field, Fields, Message, Text
from bot.core.chat.part import Markdown
from bot.core.domain.curriculum import Phase, Track
from bot.core.domain.guide import Figure, Page
from bot.core.views.sources import sources_text

OPEN = Action("guide.open", "topic_id")
READ = Action("guide.read", "topic_id")

SOURCES_ROOM = 600

Topics = Iterable[Page | Track]


def contents_card(topics: Topics) -> Message:
    """Everything the guide has, and a list to pick from."""
    topics = tuple(topics)
    lines = "\n".join(f"- **{topic_name(topic)}**: {topic.summary}" for topic in topics)
    return Message("The guide", (Text((Markdown(lines),)), _picker(topics)))


def page_card(page: Page, topics: Topics) -> Message:
    """One page: its paragraphs, its figures each with source and edition, its sources."""
    blocks: list[Block] = [Text((Markdown(paragraph),)) for paragraph in page.paragraphs]
    if page.figures:
        blocks.append(Fields(tuple(_figure(figure) for figure in page.figures)))
    blocks += [sources_text(page.sources, SOURCES_ROOM), _picker(topics)]
    return Message(page.title, tuple(blocks))


def track_card(track: Track, topics: Topics) -> Message:
    """A track: its strengths by name, and each phase with its weeks and objectives."""
    return Message(
        track.name,
        (
            Text((Markdown(f"{track.summary}\n**In all: {track.weeks_min} to {track.weeks_max} weeks.**"),)),
            *(_phase(number, phase) for number, phase in enumerate(track.phases, start=1)),
            _picker(topics),
        ),
    )


def topic_name(topic: Page | Track) -> str:
    return topic.title if isinstance(topic, Page) else topic.name


def _picker(topics: Topics) -> Actions:
    choices = tuple(Choice(topic_name(topic)[:LABEL_LIMIT], topic.id) for topic in topics)
    return Actions((Select(OPEN.select(), "Open a page", choices),))


def _figure(figure: Figure) -> Field:
    return Field(figure.value, (Markdown(f"{figure.says} ({figure.source.title}: {figure.edition})"),))


def _phase(number: int, phase: Phase) -> Text:
    head = f"**{number}. {phase.name}** ({phase.weeks_min} to {phase.weeks_max} weeks)"
    return Text((Markdown("\n".join((head, *(f"- {objective.says}" for objective in phase.objectives)))),))
