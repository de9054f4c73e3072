"""The playground's transcript, on SQLite and on PostgreSQL alike."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from bot.storage.playground import Entry, Transcript

NOW = datetime(2027, 3, 1, 9, 0, 0, 7, tzinfo=UTC)


@pytest.fixture
def transcript(engine: Engine) -> Transcript:
    return Transcript(engine)


def say(transcript: Transcript, body: str, audience: str | None = None, space: str = "p1") -> int:
    return transcript.append(space, "general", "ada", audience, "typed", body, NOW)


def test_an_entry_is_found_as_it_was_said(transcript: Transcript) -> None:
    number = transcript.append("p1", "dm-ada", "cairn", "ada", "message", '{"title": "Hi"}', NOW)
    found = transcript.find(number)
    assert found is not None
    assert found == Entry(
        number, "p1", "dm-ada", "cairn", "ada", "message", '{"title": "Hi"}', NOW, found.revision
    )
    assert transcript.find(number + 1) is None


def test_a_reader_gets_what_is_new_and_what_was_replaced(transcript: Transcript) -> None:
    first, second = say(transcript, "one"), say(transcript, "two")
    seen = transcript.since("p1", "general", "ada", 0)
    assert [(entry.id, entry.body) for entry in seen] == [(first, "one"), (second, "two")]
    cursor = max(entry.revision for entry in seen)
    assert transcript.since("p1", "general", "ada", cursor) == ()
    transcript.replace(first, "one, edited")
    third = say(transcript, "three")
    changes = transcript.since("p1", "general", "ada", cursor)
    assert [(entry.id, entry.body) for entry in changes] == [(first, "one, edited"), (third, "three")]


def test_what_only_one_may_see_is_seen_by_one(transcript: Transcript) -> None:
    say(transcript, "all"), say(transcript, "ada's", "ada"), say(transcript, "ben's", "ben")
    assert [entry.body for entry in transcript.since("p1", "general", "ada", 0)] == ["all", "ada's"]
    assert [entry.body for entry in transcript.since("p1", "general", "eve", 0)] == ["all"]


def test_channels_and_spaces_are_apart(transcript: Transcript) -> None:
    say(transcript, "here"), say(transcript, "elsewhere", space="p2")
    transcript.append("p1", "random", "ada", None, "typed", "other channel", NOW)
    assert [entry.body for entry in transcript.since("p1", "general", "ada", 0)] == ["here"]


def test_a_reader_gets_the_last_200(transcript: Transcript) -> None:
    numbers = [say(transcript, str(number)) for number in range(203)]
    assert [entry.id for entry in transcript.since("p1", "general", "ada", 0)] == numbers[3:]


def test_clearing_forgets_a_space_and_never_repeats_a_revision_or_an_id(transcript: Transcript) -> None:
    say(transcript, "stays", space="p2")
    number = say(transcript, "goes")
    gone = transcript.find(number)
    transcript.clear("p1")
    assert transcript.find(number) is None
    assert len(transcript.since("p2", "general", "ada", 0)) == 1
    later = transcript.find(say(transcript, "new"))
    assert gone is not None
    assert later is not None
    assert later.revision > gone.revision
    assert later.id > number


def test_replacing_what_is_not_there_changes_nothing(transcript: Transcript) -> None:
    number = say(transcript, "x")
    before = transcript.find(number)
    transcript.replace(number + 1, "y")
    assert transcript.find(number) == before
    assert len(transcript.since("p1", "general", "ada", 0)) == 1


def test_an_overlong_body_is_refused(transcript: Transcript) -> None:
    say(transcript, "x" * 100_000)
    with pytest.raises(DBAPIError):
        say(transcript, "x" * 100_001)


class Conversation(RuleBasedStateMachine):
    """A reader who polls at any moment knows, after the last poll, exactly what stands in the channel."""

    transcript: Transcript

    @initialize()
    def start(self) -> None:
        self.transcript.clear("p1")
        self.said: dict[int, str] = {}
        self.known: dict[int, str] = {}
        self.cursor = 0

    @rule(body=st.text("abc", max_size=3))
    def say(self, body: str) -> None:
        self.said[say(self.transcript, body)] = body

    @rule(choice=st.integers(0, 50), body=st.text("abc", max_size=3))
    def replace(self, choice: int, body: str) -> None:
        if self.said:
            number = sorted(self.said)[choice % len(self.said)]
            self.transcript.replace(number, body)
            self.said[number] = body

    @rule()
    def poll(self) -> None:
        entries = self.transcript.since("p1", "general", "ada", self.cursor)
        assert all(one.id < other.id for one, other in pairwise(entries))
        assert all(entry.revision > self.cursor for entry in entries)
        self.known |= {entry.id: entry.body for entry in entries}
        self.cursor = max([self.cursor, *(entry.revision for entry in entries)])
        assert self.known == self.said

    @invariant()
    def revisions_differ(self) -> None:
        revisions = [entry.revision for entry in self.transcript.since("p1", "general", "ada", 0)]
        assert len(set(revisions)) == len(revisions)


def test_a_polling_reader_misses_nothing(transcript: Transcript) -> None:
    run_state_machine_as_test(
        type("Conversation", (Conversation,), {"transcript": transcript}),
        settings=settings(
            max_examples=10,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        ),
    )
