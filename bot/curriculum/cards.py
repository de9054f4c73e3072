"""Every message that the content alone makes, built once to see whether both platforms could show it."""

from collections.abc import Callable, Iterator
from functools import partial

from bot.core.chat.message import Message
from bot.core.domain.curriculum import Content, Track
from bot.core.domain.guide import Page
from bot.core.views.guide import contents_card, page_card, track_card
from bot.core.views.questions import map_card, skill_card
from bot.core.views.tips import answered_card, tip_card

Build = Callable[[], Message]


def find_too_long(content: Content) -> Iterator[tuple[str, str, str]]:
    """For each message that breaks a limit: the kind and key of what it shows, and the limit."""
    for kind, key, build in _builds(content):
        try:
            build()
        except ValueError as error:
            yield kind, key, str(error)


def _builds(content: Content) -> Iterator[tuple[str, str, Build]]:
    topics: tuple[Page | Track, ...] = (*content.pages, *content.tracks)
    challenges = {challenge.id: challenge for challenge in content.challenges}
    if topics:
        yield "page", topics[0].id, partial(contents_card, topics)
    for tip in content.tips:
        if challenge := challenges.get(tip.challenge):
            yield "tip", tip.id, partial(tip_card, tip, challenge)
            yield "tip", tip.id, partial(answered_card, tip, challenge)
    for page in content.pages:
        yield "page", page.id, partial(page_card, page, topics)
    for track in content.tracks:
        yield "track", track.id, partial(track_card, track, topics)
    if content.tracks:
        for skill in content.skill_map.skills:
            yield "skill", skill.id, partial(skill_card, skill, content.track)
        yield "skill", content.skill_map.skills[0].id, partial(map_card, content.skill_map)
