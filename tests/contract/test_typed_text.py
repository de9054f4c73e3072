"""What people typed is the same text on every database once it is clean, whatever it was before."""

import os
import unicodedata
from datetime import UTC, datetime

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert, select

from bot.core.chat.call import Caller, Space
from bot.core.chat.typed import clean, clean_line
from bot.core.domain.asked import QUESTION_LIMIT
from bot.core.domain.members import NAME_LIMIT
from bot.core.ids import Address
from bot.storage.members import StoredMembers
from bot.storage.tables import questions

NOW = datetime(2027, 3, 1, tzinfo=UTC)
BATCH = 50
BATCHES = 2_000 if os.environ.get("CAIRN_SOAK") else 40

ODD = st.sampled_from(
    (
        "\0", "\ud800", "\udfff", "\ud83e\udded", "\u202e", "\u2066", "\u200d", "\u200c", "\ufeff", "\xad",
        "\r\n", "\r", "\n", "\t", "\x0b", "\x85", "\u2028", "\u3000", "\xa0", "\x1f", "\x7f", "\ufffe",
        "e\u0301", "\u0301", "\u212b", "\u0958", "\ufb2c", "\u1100\u1161\u11a8", "\u0f73\u0f75", "\U0001d160",
        "\U000e0001", "\ue000", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "' OR 1=1 --", "\\", "%s", ":x",
    )
)  # fmt: skip
CHARACTER = st.characters(exclude_categories=())
PIECES = st.lists(st.one_of(ODD, CHARACTER, st.text(CHARACTER, max_size=20)), max_size=20).map("".join)
LONG = st.builds(lambda piece, times: piece * times, PIECES, st.integers(1, 500))
STRANGE = st.one_of(PIECES, LONG)

LIMITS = st.integers(1, 600)


@settings(max_examples=200, deadline=None)
@given(text=STRANGE, limit=LIMITS)
@example(text="a\u202e\u0301", limit=10)
@example(text="\u0301" * 40 + "a", limit=3)
@example(text="ab cd", limit=3)
def test_cleaning_twice_changes_nothing(text: str, limit: int) -> None:
    once = clean(text, limit)
    assert clean(once, limit) == once
    line = clean_line(text, limit)
    assert clean_line(line, limit) == line
    assert clean(line, limit) == line


@settings(max_examples=200, deadline=None)
@given(text=STRANGE, limit=LIMITS)
def test_clean_text_holds_nothing_unseen(text: str, limit: int) -> None:
    for cleaned in (clean(text, limit), clean_line(text, limit)):
        assert len(cleaned) <= limit
        assert cleaned == cleaned.strip()
        assert unicodedata.is_normalized("NFC", cleaned)
        unseen = {char for char in cleaned if unicodedata.category(char) in {"Cc", "Cf", "Cn", "Co", "Cs"}}
        assert unseen <= set("\n\t\u200c\u200d")
    assert not set("\n\t\r\u2028") & set(clean_line(text, limit))


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=50))
def test_ordinary_words_are_kept_as_they_are(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    assert clean(text, len(text)) == text
    assert clean(f"  {text}\0\n", len(text) + 2) == text


def test_white_space_that_goes_away_costs_no_words() -> None:
    assert clean_line("why" + " \n" * 300 + "so", 10) == "why so"
    assert clean_line(" " * 400 + "why", 10) == "why"
    assert clean(" " * 40 + "why", 10) == "why"


@settings(
    max_examples=BATCHES,
    deadline=None,
    # Each batch replaces the rows of the last, so one pair of databases serves them all. Shrinking a batch of
    # fifty texts takes minutes and says less than the failing text, which the assertion shows.
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(texts=st.lists(STRANGE, min_size=BATCH, max_size=BATCH))
def test_clean_text_is_the_same_on_every_database(
    sqlite_engine: Engine, postgres_engine: Engine, texts: list[str]
) -> None:
    cleaned = [clean(text, QUESTION_LIMIT) for text in texts] + [
        clean_line(text, NAME_LIMIT) for text in texts
    ]
    for engine in (sqlite_engine, postgres_engine):
        assert _keep_and_read(engine, cleaned) == cleaned


def _keep_and_read(engine: Engine, texts: list[str]) -> list[str]:
    with engine.begin() as connection:
        store = StoredMembers(connection)
        member = store.enrol(
            Space(Address("slack", "T1"), "Ridge"), Caller(Address("slack", "U1"), "Ada"), NOW
        )
        owner = {"space_id": member.space_id, "member_id": member.id, "skills": (), "asked_at": NOW}
        connection.execute(delete(questions))
        connection.execute(insert(questions), [{**owner, "text": text} for text in texts])
    with engine.connect() as connection:
        return list(connection.scalars(select(questions.c.text).order_by(questions.c.id)))
