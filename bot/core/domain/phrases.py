"""The skill map's wording on its way to a lexicon: phrases by their stems, and cues as sets of groups."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bot.core.domain.skills import SkillMap, Wording
from bot.core.domain.wording import read_words, stem

MISUSE = "misuse!"
JOINED_LEAST = 6
SHORT = 4


class Phrase(NamedTuple):
    """What a run of words stands for: rows it names for sure, rows it hints at, and bits of cue groups.

    A quiet one means nothing ("at scale") and keeps its words from meaning something.
    """

    sure: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    groups: int = 0
    quiet: bool = False


class Cue(NamedTuple):
    """Groups that mean `row` when all of them occur in a sentence.

    `parts` are their bits, `needs` all of these together, `key` the bit of the smallest group.
    """

    row: str
    key: int
    needs: int
    parts: tuple[int, ...]


class Collection:
    """Phrases and cues while they are collected from a skill map.

    `forms` are spellings to look up whole, with their stems; `uses` are the words of cues and hints with
    their rows; `joined` are phrases written as one word.
    """

    def __init__(self, skill_map: SkillMap) -> None:
        self._sure: dict[str, dict[str, None]] = {}
        self._hints: dict[str, dict[str, None]] = {}
        self._groups: dict[str, int] = {}
        self._bits: dict[frozenset[str], int] = {}
        self._members = {
            name: frozenset(read_key(member) for member in members)
            for name, members in skill_map.vocabulary.groups.items()
        }
        self._quiet = [read_key(said) for said in skill_map.vocabulary.neutral if " " in said]
        self.cues: list[Cue] = []
        self.forms: dict[str, str] = {}
        self.joined: set[str] = set()
        self.uses: list[tuple[str, str]] = []
        for row, wording in _list_wordings(skill_map):
            self._collect(row, wording)

    def finish(self) -> dict[str, Phrase]:
        """Every phrase by its stems, joined by spaces."""
        keys = self._sure.keys() | self._hints.keys() | self._groups.keys()
        phrases = {key: Phrase(quiet=True) for key in self._quiet}
        for key in keys:
            sure, hints = tuple(self._sure.get(key, ())), tuple(self._hints.get(key, ()))
            phrases[key] = Phrase(sure, hints, self._groups.get(key, 0))
        return phrases

    def _collect(self, row: str, wording: Wording) -> None:
        for alias in wording.aliases:
            self._add(self._sure, alias, row)
        for hint in wording.hints:
            self._add(self._hints, hint, row)
            self.uses.append((read_key(hint), row))
        for word in " ".join(wording.aliases + wording.hints).casefold().split():
            # A slip inside the ending hides it from the stemmer, and the stem of a short word is too
            # short to be told from others: these are looked up whole.
            if (word.endswith(("ing", "ed", "es")) or len(word) == SHORT) and word.isalpha():
                self.forms[word] = stem(word)
        self.cues += [self._read_cue(row, cue) for cue in wording.cues]

    def _add(self, phrases: dict[str, dict[str, None]], said: str, row: str) -> None:
        key = read_key(said)
        phrases.setdefault(key, {})[row] = None
        if not key.isalnum():
            joined = stem("".join([char for char in said.casefold() if char.isalnum()]))
            if len(joined) >= JOINED_LEAST:
                phrases.setdefault(joined, {})[row] = None
                self.joined.add(joined)

    def _read_cue(self, row: str, cue: str) -> Cue:
        """Raises KeyError for a group that the vocabulary doesn't have."""
        groups: list[frozenset[str]] = []
        for part in cue.split("&"):
            keys: set[str] = set()
            for name in part.split("|"):
                name = name.strip()
                keys |= self._members[name[1:]] if name.startswith("@") else {read_key(name)}
            groups.append(frozenset(keys))
            if row != MISUSE:
                self.uses += [(key, row) for key in keys]
        bits = tuple([self._mark(group) for group in groups])
        needs = 0
        for bit in bits:
            needs |= bit
        return Cue(row, self._mark(min(groups, key=len)), needs, bits)

    def _mark(self, keys: frozenset[str]) -> int:
        """The bit of a group with these members."""
        if keys not in self._bits:
            bit = self._bits[keys] = 1 << len(self._bits)
            for key in keys:
                self._groups[key] = self._groups.get(key, 0) | bit
        return self._bits[keys]


def _list_wordings(skill_map: SkillMap) -> Iterator[tuple[str, Wording]]:
    for skill in skill_map.skills:
        yield skill.id, skill.wording
        yield skill.id, skill.gap.wording
    for background in skill_map.backgrounds:
        yield background.id, background.wording
    yield MISUSE, Wording(cues=skill_map.vocabulary.misuse)


def read_key(said: str) -> str:
    """The stems of a phrase, joined by spaces."""
    plain = said.replace("-", " ")
    if plain.isascii() and plain.replace(" ", "").isalnum():
        # Nearly every alias: thousands of them are read at the start, so the long way round would show.
        return " ".join([stem(word) for word in plain.casefold().split()])
    return " ".join([word.stem for word in read_words(said)])


def read_stems(words: Iterable[str]) -> frozenset[str]:
    """The stems of all these words."""
    return frozenset(part for each in words for part in read_key(each).split())
