"""Reading a skill-gap question: which rows of the map a text speaks of, and which its writer lacks."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from bot.core.domain.lexicon import Lexicon, Seen
from bot.core.domain.negation import find_lacking
from bot.core.domain.phrases import MISUSE, Cue
from bot.core.domain.skills import SkillMap
from bot.core.domain.wording import READ_LIMIT, Word

NEAREST = 3
FOREIGN_LIMIT = 1

# A text that tries to notify everybody is misuse, whatever else it says.
_CALLS_ALL = re.compile(r"@(everyone|here|channel|all)\b|<!", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Match:
    """What a text speaks of, as ids in the order of the map.

    `skills`: rows that its writer has or asks about. `lacks`: rows that its writer lacks (never both).
    `matched`: for each of these rows and backgrounds the words of the text that spoke of it.
    `nearest`: up to three rows to offer when the text was declined.
    """

    skills: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    matched: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    backgrounds: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()

    @property
    def declined(self) -> bool:
        """Whether the text is a question outside the map."""
        return not self.skills and not self.lacks


class Find(NamedTuple):
    """Words of a text, by index, that speak of a row: a sure alias, or else a hint or a cue."""

    row: str
    at: tuple[int, ...]
    sure: bool

    @property
    def tolerance(self) -> int:
        """How many words from other fields may stand around it before it stops counting."""
        if self.sure:
            return 1
        return 3 if len(self.at) > 2 else len(self.at) - 1


class Matcher:
    """Answers which rows a text speaks of. Building it takes milliseconds; it never changes afterwards."""

    def __init__(self, skill_map: SkillMap) -> None:
        self._lexicon = Lexicon(skill_map)
        self._rows = tuple(skill.id for skill in skill_map.skills)
        self._backgrounds = tuple(background.id for background in skill_map.backgrounds)

    def match(self, text: str) -> Match:
        """What a text speaks of. Takes any text, reads the first READ_LIMIT characters, never raises."""
        if _CALLS_ALL.search(text, 0, READ_LIMIT):
            return Match()
        words = self._lexicon.read(text)
        seen = self._lexicon.find_phrases(words)
        found = [*_read_names(seen), *self._read_cues(words, seen)]
        if self._is_misuse(words, found):
            return Match()
        vouched = self._vouch(words, found) or self._lean(words, seen, found)
        lacking = find_lacking(words, frozenset(index for each in vouched for index in each.at))
        return self._conclude(words, vouched, found, lacking)

    def _read_cues(self, words: list[Word], seen: list[Seen]) -> Iterable[Find]:
        """Cues whose groups all occur within one sentence."""
        sentences: dict[int, list[Seen]] = {}
        starts = [index for index, word in enumerate(words) if word.before == "."]
        for each in seen:
            if each.phrase.groups:
                sentences.setdefault(bisect_right(starts, each.at), []).append(each)
        for sentence in sentences.values():
            groups = 0
            for each in sentence:
                groups |= each.phrase.groups
            for cue in self._lexicon.find_cues(groups):
                if at := _place(cue, sentence):
                    yield Find(cue.row, at, False)

    def _is_misuse(self, words: list[Word], found: list[Find]) -> bool:
        if not any(each.row == MISUSE for each in found):
            return False
        return not any(word.stem in self._lexicon.misuse_unless for word in words)

    def _vouch(self, words: list[Word], found: list[Find]) -> list[Find]:
        """The finds that hold: firm ones, and the others unless the text is about something else."""
        lexicon = self._lexicon
        firm = [each for each in found if self._is_firm(words, each)]
        if len(firm) == len(found):
            return found
        stems = {word.stem for word in words}
        hinted = {index for each in found if not each.sure and len(each.at) == 1 for index in each.at}
        technical = firm or any(
            word.stem in lexicon.company for index, word in enumerate(words) if index not in hinted
        )
        covered = {index for each in found for index in each.at}
        foreign = 0 if technical else lexicon.count_foreign(words, covered)
        outside = bool(stems & lexicon.outside)
        return [
            each
            for each in found
            if each in firm
            or not (
                outside
                or foreign > each.tolerance
                or _is_swallowed(each, found)
                or any(stems & lexicon.homonyms.get(words[index].stem, frozenset()) for index in each.at)
            )
        ]

    def _lean(self, words: list[Word], seen: list[Seen], found: list[Find]) -> list[Find]:
        """The row that words lean to which name none, unless some of them were taken for another meaning."""
        lexicon = self._lexicon
        if any(word.stem in lexicon.outside for word in words):
            return []
        spoken = {
            each.at: " ".join([word.stem for word in words[each.at : each.at + each.length]]) for each in seen
        }
        if lexicon.count_foreign(words, set()) > FOREIGN_LIMIT or any(
            word.stem in lexicon.homonyms.get(words[index].stem, frozenset())
            for each in found
            for index in each.at
            for word in words
        ):
            return []
        leaning = lexicon.leaning.judge(spoken)
        return [Find(leaning[0], leaning[1], False)] if leaning else []

    def _is_firm(self, words: list[Word], find: Find) -> bool:
        """Whether a find needs no company: a sure sign that is more than one word with two meanings."""
        return find.sure and (len(find.at) > 1 or words[find.at[0]].stem not in self._lexicon.homonyms)

    def _conclude(
        self, words: list[Word], vouched: list[Find], found: list[Find], lacking: frozenset[int]
    ) -> Match:
        has = {each.row for each in vouched if not lacking.issuperset(each.at)}
        named = {each.row for each in vouched}
        skills = tuple(row for row in self._rows if row in has)
        lacks = tuple(row for row in self._rows if row in named - has)
        backgrounds = tuple(each for each in self._backgrounds if each in has)
        matched = {
            row: _say(words, [each.at for each in vouched if each.row == row])
            for row in (*skills, *lacks, *backgrounds)
        }
        nearest = () if skills or lacks else self._rank(found)
        return Match(skills, lacks, MappingProxyType(matched), backgrounds, nearest)

    def _rank(self, found: list[Find]) -> tuple[str, ...]:
        """The rows with the most words that might have spoken of them."""
        counts = {row: sum(each.row == row for each in found) for row in self._rows}
        ranked = sorted((row for row in self._rows if counts[row]), key=lambda row: -counts[row])
        return tuple(ranked[:NEAREST])


def _read_names(seen: list[Seen]) -> Iterable[Find]:
    for at, length, phrase in seen:
        for row in phrase.sure:
            yield Find(row, tuple(range(at, at + length)), True)
        for row in phrase.hints:
            yield Find(row, tuple(range(at, at + length)), False)


def _is_swallowed(find: Find, found: list[Find]) -> bool:
    """Whether an unsure find is a part of a longer one that speaks of another row."""
    return not find.sure and any(
        each.row not in (find.row, MISUSE) and set(find.at) < set(each.at) for each in found
    )


def _place(cue: Cue, sentence: list[Seen]) -> tuple[int, ...]:
    """The indices of a word or phrase for each part of a cue, all different; empty if there are too few."""
    taken: list[int] = []
    for part in cue.parts:
        for at, length, phrase in sentence:
            if phrase.groups & part and not any(index in taken for index in range(at, at + length)):
                taken += range(at, at + length)
                break
        else:
            return ()
    return tuple(sorted(taken))


def _say(words: list[Word], places: list[tuple[int, ...]]) -> tuple[str, ...]:
    """The words of the text at these places, neighbours joined by a space, each once."""
    said: dict[str, None] = {}
    for place in places:
        for index in place:
            said[words[index].said] = None
    return tuple(said)
