"""Which words of a text speak of something that its writer lacks.

A text falls into clauses at full stops and at words of contrast ("but"). Within a clause a sign of lacking
works forward over a list ("no IAM or Terraform") until something resets it ("only", "plenty", a new "I ..."),
or backward over what was just named ("IAM is new to me", "IAM no"). Two signs cancel out.
"""

from collections.abc import Iterator

from bot.core.domain.signs import (
    ASKED,
    CONTRAST,
    EXCEPTIONS,
    EXTENTS,
    FILLERS,
    HARMLESS,
    KNOWING,
    LACKING,
    NEEDING,
    NEW_CLAUSE,
    NONE,
    NOT,
    Phrases,
    RESETS,
    SAYING,
    SELF,
    SUBJECTS,
    TRAILING,
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
    for clause in _split(words):
        reading = _Clause(words, clause, named)
        lacking |= reading.read()
        if before is not None and reading.answers() and _is_short(words, before):
            lacking |= set(before)
        before = clause
    return frozenset(lacking)


def _split(words: list[Word]) -> Iterator[range]:
    start = 0
    for index, word in enumerate(words):
        contrast = word.plain in CONTRAST and index > start
        if contrast and word.plain == "yet":
            contrast = index + 1 < len(words) and words[index - 1].plain not in NOT and words[index + 1].plain != "to"
        if contrast and words[index - 1].plain in {"nothing", "anything", "everything", "all"}:
            contrast = False
        if index > start and (word.before == "." or contrast):
            yield range(start, index)
            start = index
    if start < len(words):
        yield range(start, len(words))


def _is_short(words: list[Word], clause: range) -> bool:
    return len(clause) <= 4 and not {words[index].plain for index in clause} & {"i", "we", "is", "what", "how"}


class _Clause:
    """One clause while it is read from left to right."""

    def __init__(self, words: list[Word], clause: range, named: frozenset[int]) -> None:
        self._words = words
        self._clause = clause
        self._named = named
        self._lacking: set[int] = set()
        self._open = False
        self._outer = False
        self._excepting = False
        self._signs = 0

    def read(self) -> set[int]:
        skip_to = self._clause.start
        for index in self._clause:
            if index >= skip_to:
                self._reset_at(index)
                skip_to = index + self._read_sign(index)
            if self._open:
                self._lacking.add(index)
        return self._lacking

    def answers(self) -> bool:
        """Whether the clause is a bare denial of what was said before it ("Never touched it.")."""
        plain = [self._words[index].plain for index in self._clause]
        denied = bool(set(plain[:3]) & (NOT | NONE)) or (self._signs > 0 and len(plain) <= 4)
        named = any(index in self._named for index in self._clause)
        return denied and not named and len(plain) <= 6

    def _reset_at(self, index: int) -> None:
        word = self._words[index]
        if self._excepting and word.before == ":":
            self._open = self._excepting = False
        if word.plain in RESETS and self._plain(index - 1) not in NOT:
            self._open = False
        elif self._open and self._excepting and word.plain in SELF:
            self._open = self._excepting = False
        elif self._open and word.plain in NEW_CLAUSE and index > self._clause.start:
            follows_and = self._plain(index - 1) in {"and", "so"} and word.plain in SELF
            if follows_and or (word.before == "," and word.plain != "that"):
                self._open = False

    def _read_sign(self, index: int) -> int:
        """How many words belong to what stands here; a sign is applied on the way."""
        plain = self._plain(index)
        if index in self._named:
            return 1
        if count := self._starts(EXCEPTIONS, index):
            self._apply_exception(index, count)
            return count
        if plain in NOT:
            return self._read_not(index)
        if plain in NONE or (plain == "without" and self._leads_to_name(index)):
            return self._read_none(index)
        if count := self._starts(LACKING, index):
            self._apply(index, count)
            return count
        return 1

    def _read_not(self, index: int) -> int:
        following = self._plain(index + 1)
        if following in EXTENTS:
            return 2
        if following in SAYING or (following == "that" and not self._starts_inverted(index)):
            self._outer = self._open = True
            return 2
        if count := self._lacking_within(index + 1):
            self._turn(index)
            return count + 1
        if following in HARMLESS or (following, self._plain(index + 2)) == ("have", "to"):
            return 2
        if self._starts_inverted(index):
            return 1
        if self._names_later(index):
            if self._subject_fits(index):
                self._apply(index, 1)
        elif self._speaks_of_self(index):
            self._mark_back(index)
        return 1

    def _read_none(self, index: int) -> int:
        following = self._plain(index + 1)
        if count := self._lacking_within(index + 1):
            self._turn(index)
            return count + 1
        if following in {"doubt", "problem", "problems", "issue", "longer", "matter"}:
            return 2
        if self._plain(index) == "nothing" and following in {"but", "except", "besides", "other"}:
            self._open = False
            return 2
        if self._leads_to_name(index):
            self._apply(index, 1)
        elif self._ends_segment(index + 1) or self._is_trailing(index) or self._speaks_of_self(index):
            self._mark_back(index)
        return 1

    def _apply(self, index: int, count: int) -> None:
        """A sign of lacking: forward when something named follows, else backward."""
        self._signs += 1
        if self._outer or (self._plain(index) == "without" and self._needs(index)):
            self._outer = self._open = False
        elif self._named_from(index + count) is not None:
            self._open = True
        else:
            self._mark_back(index)

    def _turn(self, index: int) -> None:
        """Two signs in a row cancel out, three don't."""
        self._signs += 1
        self._open = self._outer
        self._outer = False
        if self._open and self._named_from(index) is None:
            self._mark_back(index)

    def _apply_exception(self, index: int, count: int) -> None:
        self._signs += 1
        before = {self._plain(each) for each in self._clause if each < index}
        after = {self._plain(each) for each in self._clause if each >= index + count}
        if {"also", "too"} & (before | after):
            return
        self._excepting = True
        self._open = not (before or after) & (NOT | NONE - {"minus"})

    def _mark_back(self, index: int) -> None:
        """Marks what was named before in this segment, and in bare list items before that."""
        self._open = False
        for each in range(index - 1, self._clause.start - 1, -1):
            self._lacking.add(each)
            if self._words[each].before == "," and not self._is_bare(each - 1):
                return

    def _is_bare(self, last: int) -> bool:
        """Whether the list item that ends here is nothing but names."""
        for each in range(last, self._clause.start - 1, -1):
            if each not in self._named and self._plain(each) not in {"and", "or", "with"}:
                return False
            if self._words[each].before == ",":
                return True
        return True

    def _subject_fits(self, index: int) -> bool:
        previous = self._plain(index - 1)
        return (
            index == self._clause.start
            or self._words[index].before != ""
            or previous in SUBJECTS
            or previous in CONTRAST
            or previous.endswith("ly")
        )

    def _starts_inverted(self, index: int) -> bool:
        """"Can't I just ...", "Isn't Kubernetes ...": a question, not a denial."""
        starts = index == self._clause.start or self._plain(index - 1) in {"why", "how"}
        inverted = self._plain(index + 1) in ASKED or self._plain(index) in {"isnt", "arent", "wasnt", "doesnt"}
        return starts and inverted and self._plain(index).endswith("nt")

    def _speaks_of_self(self, index: int) -> bool:
        rest = [self._plain(each) for each in self._segment_from(index + 1)]
        if self._plain(index - 1) in SELF - {"my", "our"}:
            return True
        if set(rest) & (SELF | {"department", "field"}):
            return True
        return bool(rest or self._plain(index) in {"not", "never"}) and all(each in TRAILING for each in rest)

    def _is_trailing(self, index: int) -> bool:
        return all(self._plain(each) in TRAILING for each in self._segment_from(index + 1))

    def _leads_to_name(self, index: int) -> bool:
        """Whether a name or a word for knowing comes soon after a "no", with nothing but fillers between."""
        for each in range(index + 1, min(index + 6, self._clause.stop)):
            if self._words[each].before == "," and self._plain(each - 1) != "no":
                return False
            if each in self._named:
                return True
            if self._plain(each) in KNOWING:
                return self._named_from(each) is not None
            if self._plain(each) not in FILLERS and not self._plain(each).endswith("ing"):
                return False
        return False

    def _names_later(self, index: int) -> bool:
        """Whether something is named after this, before anything resets the reach."""
        for each in range(index + 1, self._clause.stop):
            if each in self._named:
                return True
            if self._plain(each) in RESETS:
                return False
            if self._words[each].before == "," and self._plain(each) in NEW_CLAUSE | NOT | NONE:
                return False
        return False

    def _lacking_within(self, index: int) -> int:
        """How far a word for lacking reaches that starts here or at most two words on; 0 without one."""
        for step in range(3):
            if self._words_at(index + step) and (count := self._starts(LACKING, index + step)):
                return step + count
            if self._plain(index + step) == "without":
                return step + 1
            if self._plain(index + step) not in {"a", "an", "exactly", "completely", "totally", "really", "entirely"}:
                return 0
        return 0

    def _needs(self, index: int) -> bool:
        """"Not a day without X", "without X I would be lost": X is had."""
        before = {self._plain(each) for each in self._clause if each < index}
        after = {self._plain(each) for each in self._clause if each > index}
        return bool(before & (NOT | {"no", "nobody", "nothing", "none"}) or after & NEEDING)

    def _named_from(self, index: int) -> int | None:
        return next((each for each in range(index, self._clause.stop) if each in self._named), None)

    def _segment_from(self, index: int) -> Iterator[int]:
        for each in range(index, self._clause.stop):
            if self._words[each].before == ",":
                return
            yield each

    def _ends_segment(self, index: int) -> bool:
        return index >= self._clause.stop or self._words[index].before == ","

    def _starts(self, phrases: Phrases, index: int) -> int:
        """The length of the longest of these phrases that stands here, or 0."""
        for phrase in phrases.get(self._plain(index), ()):
            if all(self._plain(index + step) == each for step, each in enumerate(phrase)):
                return len(phrase)
        return 0

    def _words_at(self, index: int) -> bool:
        return index < self._clause.stop

    def _plain(self, index: int) -> str:
        return self._words[index].plain if self._clause.start <= index < self._clause.stop else ""
