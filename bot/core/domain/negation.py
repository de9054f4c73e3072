"""Which words of a text speak of something that its writer lacks.

A text falls into clauses at full stops and at words of contrast ("but"). Within a clause a sign of lacking
works forward over a list ("no IAM or Terraform") until something resets it ("only", "plenty", a new "I ..."),
or backward over what was just named ("IAM is new to me", "IAM no"). Two signs cancel out.
"""

from bot.core.domain.clauses import Clause, split_clauses
from bot.core.domain.signs import (
    CONTRAST,
    EXCEPTIONS,
    EXTENTS,
    HARMLESS,
    HEARSAY,
    LACKING,
    NEW_CLAUSE,
    NONE,
    NOT,
    RESETS,
    SAYING,
    SELF,
    SHARING,
    TRIGGERS,
)
from bot.core.domain.wording import Word


def find_lacking(words: list[Word], named: frozenset[int]) -> frozenset[int]:
    """The indices of words within the reach of a sign of lacking.

    `named` are the indices of words that speak of a row: only in their company is a "no" a sign.
    """
    lacking: set[int] = set()
    if not any(word.plain in TRIGGERS for word in words):
        return frozenset()
    before: range | None = None
    for clause in split_clauses(words):
        reading = _Reading(Clause(words, clause, named))
        lacking |= reading.read()
        if before is not None and reading.answers() and _is_short(words, before):
            lacking |= set(before)
        before = clause
    return frozenset(lacking)


def _is_short(words: list[Word], clause: range) -> bool:
    """Whether a bare denial in the next clause can speak of this one."""
    plain = {words[index].plain for index in clause}
    if plain & HEARSAY and words[clause.stop].plain in CONTRAST:
        return True
    return len(clause) <= 4 and not plain & {"i", "we", "is", "what", "how"}


class _Reading:
    """One clause while it is read from left to right."""

    def __init__(self, clause: Clause) -> None:
        self._clause = clause
        self._lacking: set[int] = set()
        self._open = False
        self._outer = False
        self._excepting = False
        self._signs = 0

    def read(self) -> set[int]:
        skip_to = self._clause.range.start
        for index in self._clause.range:
            if index >= skip_to:
                self._reset_at(index)
                skip_to = index + self._read_sign(index)
            if self._open:
                self._lacking.add(index)
        return self._lacking

    def answers(self) -> bool:
        """Whether the clause is a bare denial of what was said before it ("Never touched it.")."""
        plain = [self._clause.words[index].plain for index in self._clause.range]
        denied = bool(set(plain[:3]) & (NOT | NONE)) or (self._signs > 0 and len(plain) <= 4)
        named = any(index in self._clause.named for index in self._clause.range)
        return denied and not named and len(plain) <= 6

    def _reset_at(self, index: int) -> None:
        word = self._clause.words[index]
        if self._excepting and word.before == ":":
            self._open = self._excepting = False
        if word.plain in RESETS and self._clause.plain(index - 1) not in NOT:
            self._open = False
        elif self._open and self._excepting and word.plain in SELF:
            self._open = self._excepting = False
        elif self._open and word.plain in NEW_CLAUSE and index > self._clause.range.start:
            follows_and = self._clause.plain(index - 1) in {"and", "so"} and word.plain in SELF
            if follows_and or (word.before == "," and word.plain != "that"):
                self._open = False

    def _read_sign(self, index: int) -> int:
        """How many words belong to what stands here; a sign is applied on the way."""
        plain = self._clause.plain(index)
        if index in self._clause.named:
            return 1
        if (plain, self._clause.plain(index + 1)) == ("anything", "but") and (
            count := self._clause.lacking_within(index + 2)
        ):
            self._turn(index)
            return 2 + count
        if count := self._clause.starts(EXCEPTIONS, index):
            self._apply_exception(index, count)
            return count
        if plain in NOT:
            return self._read_not(index)
        if plain in NONE or (plain == "without" and self._clause.leads_to_name(index)):
            return self._read_none(index)
        if (count := self._clause.starts(LACKING, index)) and not self._is_shared(index, count):
            self._apply(index, count)
            return count
        return 1

    def _is_shared(self, index: int, count: int) -> bool:
        others = {self._clause.plain(each) for each in range(index, index + count)}
        return self._clause.plain(index - 1) in SHARING and bool(
            others & {"else", "team", "elses", "colleague"}
        )

    def _read_not(self, index: int) -> int:
        following = self._clause.plain(index + 1)
        if following in EXTENTS:
            return 2
        if following in SAYING or (following == "that" and not self._clause.starts_inverted(index)):
            self._outer = self._open = True
            return 2
        if count := self._clause.lacking_within(index + 1):
            self._turn(index)
            return count + 1
        if following in HARMLESS or (following, self._clause.plain(index + 2)) == ("have", "to"):
            return 2
        if self._clause.starts_inverted(index):
            return 1
        if self._clause.names_later(index):
            if self._clause.subject_fits(index):
                self._apply(index, 1)
        elif self._clause.speaks_of_self(index):
            self._mark_back(index)
        return 1

    def _read_none(self, index: int) -> int:
        following = self._clause.plain(index + 1)
        if count := self._clause.lacking_within(index + 1):
            self._turn(index)
            return count + 1
        if following in {"doubt", "problem", "problems", "issue", "longer", "matter"}:
            return 2
        if self._clause.plain(index) == "nothing" and following in {"but", "except", "besides", "other"}:
            self._open = False
            return 2
        if self._clause.leads_to_name(index):
            self._apply(index, 1)
        elif (
            self._clause.ends_segment(index + 1)
            or self._clause.is_trailing(index)
            or self._clause.speaks_of_self(index)
        ):
            self._mark_back(index)
        return 1

    def _apply(self, index: int, count: int) -> None:
        """A sign of lacking: forward when something named follows, else backward."""
        self._signs += 1
        if self._outer or (self._clause.plain(index) == "without" and self._clause.needs(index)):
            self._outer = self._open = False
        elif self._clause.named_from(index + count) is not None:
            self._open = True
        else:
            self._mark_back(index)

    def _turn(self, index: int) -> None:
        """Two signs in a row cancel out, three don't."""
        self._signs += 1
        self._open = self._outer
        self._outer = False
        if self._open and self._clause.named_from(index) is None:
            self._mark_back(index)

    def _apply_exception(self, index: int, count: int) -> None:
        self._signs += 1
        before = {self._clause.plain(each) for each in self._clause.range if each < index}
        after = {self._clause.plain(each) for each in self._clause.range if each >= index + count}
        if {"also", "too"} & (before | after):
            return
        self._excepting = True
        self._open = not (before or after) & (NOT | NONE - {"minus"})

    def _mark_back(self, index: int) -> None:
        """Marks what was named before in this segment, and in bare list items before that."""
        self._open = False
        for each in range(index - 1, self._clause.range.start - 1, -1):
            self._lacking.add(each)
            if self._clause.words[each].before == "," and not self._clause.is_bare(each - 1):
                return
