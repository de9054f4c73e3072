"""Answers in a terminal: one in words, or a batch as JSON lines."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from bot.core.chat.message import plain_text
from bot.core.chat.typed import clean_line
from bot.core.domain.asked import QUESTION_LIMIT
from bot.core.domain.curriculum import Content
from bot.core.domain.questions import Match, Matcher
from bot.core.errors import InvalidInput
from bot.core.ids import QuestionId
from bot.core.views import questions as views

UNKEPT = QuestionId(0)


def answer_one(text: str, content: Content, matcher: Matcher) -> str:
    """What `/skillgap` would say, as plain text."""
    text = clean_line(text, QUESTION_LIMIT)
    match = matcher.match(text)
    if match.declined:
        return plain_text(views.declined_card(text, match, content.skill_map))
    return plain_text(views.answer_card(text, UNKEPT, match, content.skill_map, content.track))


def answer_batch(lines: Iterable[str], matcher: Matcher) -> Iterator[dict[str, Any]]:
    """For each line `{"id", "text"}` of JSON: `{"id", "skills", "lacks", "declined", "matched"}`.

    Raises InvalidInput with the number of a line that is not such an object; empty lines are passed over.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            name, text = asked["id"], asked["text"]
        except (ValueError, KeyError, TypeError):
            raise InvalidInput("batch.line", line=str(number)) from None
        yield {"id": name, **_answered(matcher.match(clean_line(str(text), QUESTION_LIMIT)))}


def _answered(match: Match) -> dict[str, Any]:
    return {
        "skills": list(match.skills),
        "lacks": list(match.lacks),
        "declined": match.declined,
        "matched": {skill: list(words) for skill, words in match.matched.items()},
    }
