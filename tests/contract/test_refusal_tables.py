"""Every code with which a platform refuses has a meaning, and every meaning has words and a remedy."""

from typing import get_args

import pytest
from sqlalchemy import Engine

from bot.adapters.discord import refusals as discord
from bot.adapters.slack import refusals as slack
from bot.core.chat.part import Markdown
from bot.core.domain.refusals import REASONS, Reason, Refusal, read_why, why_of
from bot.core.errors import RetryLater, Unreachable
from bot.core.ids import PLATFORMS
from bot.core.views.refusals import WORDS, reason_parts, remedy
from bot.storage.store import DatabaseStore
from tests.contract.gathering import Hall, people
from tests.contract.test_refused import FRIDAY, HOUR, WEEK, set_both

TABLES = [*slack.REFUSALS.items(), *discord.REFUSALS.items()]


def text_of(why: str) -> str:
    return "".join(part.text for part in reason_parts(why) if isinstance(part, Markdown))


@pytest.mark.parametrize(("code", "refusal"), TABLES)
def test_each_code_has_words_and_a_consequence(code: str | int, refusal: Refusal) -> None:
    assert refusal.reason in REASONS
    assert refusal.ends is None or refusal.after is None
    why = why_of(refusal.reason, str(code))
    assert read_why(why) == (refusal.reason, str(code))
    assert WORDS[refusal.reason][0] in text_of(why)
    for platform in PLATFORMS:
        assert remedy(platform, refusal.reason)


def test_each_reason_has_words_and_no_other() -> None:
    assert WORDS.keys() == set(get_args(Reason))
    assert {refusal.reason for _, refusal in TABLES} == set(get_args(Reason))


@pytest.mark.parametrize("why", ["some_new_code", "400 999999", "a (b) c", ""])
def test_an_unknown_code_is_told_as_it_is_with_no_advice(why: str) -> None:
    reason, code = read_why(why)
    assert (reason, remedy("slack", reason)) == ("", "")
    assert code == why
    assert text_of(why).startswith("The reason I was given: ")


@pytest.fixture
def hall(engine: Engine, store: DatabaseStore) -> Hall:
    made = Hall(engine, store)
    made.gather(*people(5))
    return made


async def test_what_one_message_meets_is_told_once_and_comes_again_next_week(hall: Hall) -> None:
    hall.lead("schedule", day="fri", zone="Europe/Lisbon")
    blocked = Unreachable(why_of("moderation", "200000"), None, "200000")
    hall.ears.errors = [blocked]
    (told,) = await hall.live(FRIDAY)
    assert "the moderation of this community blocked the text (200000)" in told
    assert "The next one comes at its time, and I don't repeat this each week." in told
    hall.ears.errors = [blocked]
    assert await hall.live(FRIDAY + WEEK) == []
    assert hall.states()[-1] == ("lead.alert", "skipped", "told last time")
    assert len(await hall.live(FRIDAY + 2 * WEEK)) == 1
    hall.ears.errors = [blocked]
    assert len(await hall.live(FRIDAY + 3 * WEEK)) == 1  # it went well in between


async def test_an_unknown_code_ends_nothing_and_advises_nothing(hall: Hall) -> None:
    set_both(hall)
    hall.ears.errors = [Unreachable("400 999999", None, "999999")]
    told = "\n".join(await hall.live(FRIDAY))
    assert "The reason I was given: 400 999999." in told
    assert "Let me write" not in told
    assert "The next one comes at its time" in told


async def test_what_waits_for_too_long_is_told_with_its_reason(hall: Hall) -> None:
    hall.lead("schedule", day="fri", zone="Europe/Lisbon")
    hall.ears.errors = [RetryLater(why_of("slow mode", "20016"), 7_200.0 + 60, alone=True)]
    assert await hall.live(FRIDAY) == []
    (told,) = await hall.live(FRIDAY + 3 * HOUR)
    assert "the channel's slow mode kept me waiting (20016)" in told
