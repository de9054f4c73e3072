"""Clauses of a text, and the questions that the reading of negation asks about them."""

from collections.abc import Iterator

from bot.core.domain.signs import (
    ASKED,
    CONTRAST,
    DEGREES,
    FILLERS,
    KNOWING,
    LACKING,
    NEEDING,
    NEW_CLAUSE,
    NONE,
    NOT,
    RESETS,
    SELF,
    SUBJECTS,
    TRAILING,
    Phrases,
)
from bot.core.domain.wording import Word


def split_clauses(words: list[Word]) -> Iterator[range]:
    """The clauses of a text as ranges of indices, in order; together they are the whole text."""
    start = 0
    for index, word in enumerate(words):
        contrast = word.plain in CONTRAST and index > start
        if contrast and word.plain == "yet":
            contrast = (
                index + 1 < len(words)
                and words[index - 1].plain not in NOT
                and words[index + 1].plain != "to"
            )
        if contrast and words[index - 1].plain in {"nothing", "anything", "everything", "all"}:
            contrast = False
        if index > start and (word.before == "." or contrast):
            yield range(start, index)
            start = index
    if start < len(words):
        yield range(start, len(words))


class Clause:
    """A clause and what is asked about it. Indices are those of the whole text."""

    def __init__(self, words: list[Word], within: range, named: frozenset[int]) -> None:
        self.words = words
        self.range = within
        self.named = named

    def is_bare(self, last: int) -> bool:
        """Whether the list item that ends here is nothing but names."""
        for each in range(last, self.range.start - 1, -1):
            if each not in self.named and self.plain(each) not in {"and", "or", "with"}:
                return False
            if self.words[each].before == ",":
                return True
        return True

    def subject_fits(self, index: int) -> bool:
        """Whether the writer is the one who doesn't, and not a pod that "doesn't start"."""
        previous = self.plain(index - 1)
        return (
            index == self.range.start
            or self.words[index].before != ""
            or previous in SUBJECTS
            or previous in CONTRAST
            or previous.endswith("ly")
        )

    def starts_inverted(self, index: int) -> bool:
        """Whether this is a question and no denial: "Can't I just ...", "Isn't Kubernetes ..."."""
        starts = index == self.range.start or self.plain(index - 1) in {"why", "how"}
        inverted = self.plain(index + 1) in ASKED or self.plain(index) in {"isnt", "arent", "wasnt", "doesnt"}
        return starts and inverted and self.plain(index).endswith("nt")

    def speaks_of_self(self, index: int) -> bool:
        """Whether a denial after a name is meant: "X I never touched", "X isn't mine", "X, no"."""
        rest = [self.plain(each) for each in self.segment_from(index + 1)]
        if self.plain(index - 1) in SELF - {"my", "our"}:
            return True
        if set(rest) & (SELF | {"department", "field"}):
            return True
        return bool(rest or self.plain(index) in {"not", "never"}) and all(each in TRAILING for each in rest)

    def is_trailing(self, index: int) -> bool:
        """Whether nothing but small words follows in this segment ("X, no thanks")."""
        return all(self.plain(each) in TRAILING for each in self.segment_from(index + 1))

    def leads_to_name(self, index: int) -> bool:
        """Whether a name or a word for knowing comes soon after a "no", with nothing but fillers between."""
        for each in range(index + 1, min(index + 6, self.range.stop)):
            if self.words[each].before == "," and self.plain(each - 1) != "no":
                return False
            if each in self.named:
                return True
            if self.plain(each) in KNOWING:
                return self.named_from(each) is not None
            if self.plain(each) not in FILLERS and not self.plain(each).endswith("ing"):
                return False
        return False

    def names_later(self, index: int) -> bool:
        """Whether something is named after this, before anything resets the reach."""
        for each in range(index + 1, self.range.stop):
            if each in self.named:
                return True
            if self.plain(each) in RESETS:
                return False
            if self.words[each].before == "," and self.plain(each) in NEW_CLAUSE | NOT | NONE:
                return False
        return False

    def lacking_within(self, index: int) -> int:
        """How far a word for lacking reaches that starts here or at most two words on; 0 without one."""
        for step in range(3):
            if self.has(index + step) and (count := self.starts(LACKING, index + step)):
                return step + count
            if self.plain(index + step) == "without":
                return step + 1
            if self.plain(index + step) not in DEGREES:
                return 0
        return 0

    def needs(self, index: int) -> bool:
        """Whether what one can't do without is had: "not a day without X", "without X I would be lost"."""
        before = {self.plain(each) for each in self.range if each < index}
        after = {self.plain(each) for each in self.range if each > index}
        return bool(before & (NOT | {"no", "nobody", "nothing", "none"}) or after & NEEDING)

    def named_from(self, index: int) -> int | None:
        return next((each for each in range(index, self.range.stop) if each in self.named), None)

    def segment_from(self, index: int) -> Iterator[int]:
        """The indices up to the next pause."""
        for each in range(index, self.range.stop):
            if self.words[each].before == ",":
                return
            yield each

    def ends_segment(self, index: int) -> bool:
        return index >= self.range.stop or self.words[index].before == ","

    def starts(self, phrases: Phrases, index: int) -> int:
        """The length of the longest of these phrases that stands here, or 0."""
        for phrase in phrases.get(self.plain(index), ()):
            if all(self.plain(index + step) == each for step, each in enumerate(phrase)):
                return len(phrase)
        return 0

    def has(self, index: int) -> bool:
        return index < self.range.stop

    def plain(self, index: int) -> str:
        return self.words[index].plain if self.range.start <= index < self.range.stop else ""
