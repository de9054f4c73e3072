"""Answers in a terminal: to one question in words, to a batch as JSON lines, and to `cairn when`."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.chat.message import plain_text
from bot.core.chat.typed import clean_line
from bot.core.domain.asked import QUESTION_LIMIT
from bot.core.domain.curriculum import Content
from bot.core.domain.questions import Match, Matcher
from bot.core.errors import InvalidInput
from bot.core.ids import QuestionId
from bot.core.recurrence import WEEKDAYS, Due, Recurrence, dues
from bot.core.views import questions as views

UNKEPT = QuestionId(0)
DUES_MOST = 1_000


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
            line.encode()  # what isn't UTF-8 was read as surrogates
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


def read_instant(text: str) -> datetime:
    """An aware instant from ISO 8601. Raises InvalidInput, also for one that leaves its offset open."""
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput("instant.unknown", instant=text) from None
    if instant.tzinfo is None:
        raise InvalidInput("instant.open", instant=text)
    return instant


def first_dues(recurrence: Recurrence, after: datetime, count: int) -> tuple[Due, ...]:
    """The first `count` occurrences later than `after`. Raises InvalidInput when that can't be listed."""
    if not 1 <= count <= DUES_MOST:
        raise InvalidInput("count.range", least="1", most=str(DUES_MOST))
    try:
        return tuple(islice(dues(recurrence, after), count))
    except (OverflowError, ValueError):
        # Python's calendar has the years 1 to 9999.
        raise InvalidInput("instant.far", instant=after.isoformat()) from None


def due_line(at: datetime, zone: ZoneInfo) -> str:
    """Such as "Sun 2027-03-28 02:30+01:00 Europe/Lisbon  2027-03-28T01:30:00Z"."""
    local = at.astimezone(zone)
    day = WEEKDAYS[local.weekday()][:3].title()
    return f"{day} {local.isoformat(' ', 'minutes')} {zone.key}  {utc_text(at)}"


def utc_text(at: datetime) -> str:
    """`at`, which is in UTC, in ISO 8601 with a Z."""
    return at.isoformat().replace("+00:00", "Z")
