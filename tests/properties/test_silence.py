"""Any history of weeks: nobody goes silent before they were asked, and nobody is asked who was heard."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.domain.reminders import IGNORED_MOST, Reminder, after_sent, after_silence

MONDAY = date(2027, 1, 4)

# "unsaid": skipped, too late, or nothing was due. Of the last two nobody saw the end: found to have been sent
# just before the next one is marked, or after it.
End = Literal["sent", "unsaid", "found", "found late"]


@dataclass(frozen=True)
class Week:
    """`made`: how often it was made before its end; `seen`: days from its Monday with a call."""

    end: End
    made: int
    seen: tuple[int, ...]


weeks = st.builds(
    Week,
    st.sampled_from(["sent", "sent", "sent", "unsaid", "found", "found late"]),
    st.integers(1, 5),
    st.lists(st.integers(0, 6), max_size=2).map(tuple),
)


class Member:
    """Their reminders as rows are: what was counted, and the week up to which it was."""

    def __init__(self) -> None:
        self.reminder = Reminder(on=True)
        self.seen_on: date | None = None
        self.counted = date.min
        self.doubted: list[tuple[date, bool, End]] = []
        self.said: list[tuple[date, bool]] = []

    def make(self, week: Week) -> str:
        """What is said in that week: "reminder", "question" or nothing ("")."""
        counts = {after_silence(self.reminder, self.seen_on) for _ in range(week.made)}
        (count,) = counts
        return "" if count > IGNORED_MOST else "question" if count == IGNORED_MOST else "reminder"

    def mark(self, day: date, asked: bool) -> None:
        if day > self.counted:
            self.reminder = after_sent(self.reminder, self.seen_on, day, asked=asked)
            self.counted = day

    def live(self, number: int, week: Week) -> str:
        day = MONDAY + timedelta(weeks=number)
        kind = self.make(week)
        if not kind or week.end == "unsaid":
            kind = kind and "unsaid"
        else:
            asked = kind == "question"
            self.said.append((day, asked))
            if week.end == "sent":
                for when in ("found", "sent", "found late"):
                    for doubted, was_question, end in (*self.doubted, (day, asked, week.end)):
                        if end == when:
                            self.mark(doubted, was_question)
                self.doubted.clear()
            else:
                self.doubted.append((day, asked, week.end))
        for days in week.seen:
            self.seen_on = max(self.seen_on or date.min, day + timedelta(days=days))
        return kind


FOUND_LATER = [Week("sent", 1, ()), Week("found", 1, ()), Week("sent", 1, ()), Week("sent", 1, ())]


@example(FOUND_LATER)
@given(st.lists(weeks, max_size=30))
def test_nobody_goes_silent_unasked_and_nobody_is_asked_who_was_heard(history: list[Week]) -> None:
    member = Member()
    for number, week in enumerate(history):
        seen_before, said_before = member.seen_on, list(member.said)
        kind = member.live(number, week)
        unheard = [asked for day, asked in said_before if seen_before is None or day > seen_before]
        if kind == "":
            assert any(unheard), "silent, but never asked since they were last heard"
        if kind == "question":
            assert len(unheard) >= IGNORED_MOST, "asked, but not ignored often enough"


@given(st.lists(st.builds(Week, st.just("sent"), st.integers(1, 5), st.just(())), min_size=6, max_size=9))
def test_who_answers_nothing_hears_two_reminders_and_the_question(history: list[Week]) -> None:
    member = Member()
    told = [member.live(number, week) for number, week in enumerate(history)]
    assert told[:4] == ["reminder", "reminder", "question", ""]
    assert not any(told[4:])


@given(st.lists(weeks, max_size=20), st.integers(0, 6))
def test_whoever_was_heard_gets_a_reminder(history: list[Week], days: int) -> None:
    member = Member()
    for number, week in enumerate(history):
        member.live(number, week)
    number = len(history)
    member.live(number, Week("sent", 1, (days,)))
    assert member.live(number + 1, Week("sent", 1, ())) == "reminder"
