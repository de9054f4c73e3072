"""The skill map's wording, compiled for reading: phrases, cues, and the words around them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bot.core.domain.skills import SkillMap, Wording
from bot.core.domain.typos import TypoIndex
from bot.core.domain.wording import Word, read_words, stem

MISUSE = "misuse!"
JOINED_LEAST = 6


class Phrase(NamedTuple):
    """What a run of words stands for: rows it names for sure, rows it hints at, and bits of cue groups.

    A quiet one means nothing ("at scale") and keeps its words from meaning something.
    """

    sure: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    groups: int = 0
    quiet: bool = False


class Cue(NamedTuple):
    """Groups that mean `row` when all of them occur in a sentence; `needs` are all bits of `parts`."""

    row: str
    needs: int
    parts: tuple[int, ...]


class Seen(NamedTuple):
    """A phrase found in a text: `length` words from the index `at` on."""

    at: int
    length: int
    phrase: Phrase


class Lexicon:
    """Looks up words and runs of words. Built once from a skill map and never changed."""

    def __init__(self, skill_map: SkillMap) -> None:
        drafts = _Drafts(skill_map)
        self._phrases = drafts.finish()
        self._lengths = _measure(self._phrases)
        self.cues = tuple(drafts.cues)
        vocabulary = skill_map.vocabulary
        self.company = _stems(vocabulary.company)
        self.neutral = _stems(vocabulary.neutral)
        self.outside = _stems(vocabulary.outside)
        self.misuse_unless = _stems(vocabulary.misuse_unless)
        self.homonyms: dict[str, frozenset[str]] = {}
        for hint, elsewhere in vocabulary.homonyms.items():
            self.homonyms[_key(hint)] = self.homonyms.get(_key(hint), frozenset()) | _stems(elsewhere)
        self._spellings = {typed: tuple(read_words(meant)) for typed, meant in vocabulary.spellings.items()}
        mapped = {part for phrase in self._phrases for part in phrase.split()}
        self._known = mapped | self.company | self.neutral | self.outside | _stems(vocabulary.plain)
        for others in self.homonyms.values():
            self._known |= others
        named = {part for key, phrase in self._phrases.items() if phrase.sure for part in key.split()}
        self._typos = TypoIndex({part: part for part in mapped} | drafts.forms, named)

    def read(self, text: str) -> list[Word]:
        """The words of a text, with short forms written out and slips of the pen put right in the stems."""
        words: list[Word] = []
        for word in read_words(text):
            if word.plain in self._spellings:
                meant = self._spellings[word.plain]
                words += [word._replace(plain=each.plain, stem=each.stem) for each in meant[:1]]
                words += [each._replace(said=word.said, before="") for each in meant[1:]]
            elif word.stem in self._known or (corrected := self._correct(word)) is None:
                words.append(word)
            else:
                words.append(word._replace(stem=corrected))
        return words

    def _correct(self, word: Word) -> str | None:
        return self._typos.find(word.stem) or self._typos.find(word.plain)

    def count_foreign(self, words: list[Word], covered: set[int]) -> int:
        """How many words outside `covered` belong neither to the map nor to small talk around it."""
        return sum(
            index not in covered
            and word.stem not in self.neutral
            and word.stem not in self.company
            and word.stem not in self._phrases
            and len(word.plain) > 1
            and not word.plain.isdigit()
            for index, word in enumerate(words)
        )

    def find_phrases(self, words: list[Word]) -> list[Seen]:
        """All phrases in a text. Inside a phrase that names a row nothing shorter is looked up."""
        found: list[Seen] = []
        stems = [word.stem for word in words]
        at, end = 0, len(words)
        while at < end:
            step = 1
            for length in self._lengths.get(stems[at], ()):
                key = stems[at] if length == 1 else " ".join(stems[at : at + length])
                phrase = self._phrases.get(key)
                if phrase is None or at + length > end or _is_broken(words, at, length):
                    continue
                found.append(Seen(at, length, phrase))
                if phrase.sure or phrase.quiet:
                    step = length
                    break
            if step == 1 and (joined := self._join(words, at)):
                found.append(Seen(at, 2, joined))
                step = 2 if joined.sure else 1
            at += step
        return found

    def _join(self, words: list[Word], at: int) -> Phrase | None:
        """What two words mean when they are written as one ("data base")."""
        if at + 1 == len(words) or words[at + 1].before:
            return None
        together = words[at].plain + words[at + 1].plain
        return self._phrases.get(stem(together)) if len(together) > JOINED_LEAST else None


class _Drafts:
    """Phrases and cues while they are collected from a skill map."""

    def __init__(self, skill_map: SkillMap) -> None:
        self._sure: dict[str, dict[str, None]] = {}
        self._hints: dict[str, dict[str, None]] = {}
        self._groups: dict[str, int] = {}
        self._bits: dict[frozenset[str], int] = {}
        self._members = {
            name: frozenset(_key(member) for member in members)
            for name, members in skill_map.vocabulary.groups.items()
        }
        self._quiet = [_key(said) for said in skill_map.vocabulary.neutral if " " in said]
        self.cues: list[Cue] = []
        self.forms: dict[str, str] = {}
        for row, wording in _list_wordings(skill_map):
            for alias in wording.aliases:
                _add(self._sure, alias, row)
            for hint in wording.hints:
                _add(self._hints, hint, row)
            for word in " ".join(wording.aliases + wording.hints).casefold().split():
                # A slip inside the ending hides it from the stemmer, so these are looked up whole.
                if word.endswith(("ing", "ed", "es")) and word.isalpha():
                    self.forms[word] = stem(word)
            self.cues += [self._read_cue(row, cue) for cue in wording.cues]

    def finish(self) -> dict[str, Phrase]:
        """Every phrase by its stems, joined by spaces."""
        keys = self._sure.keys() | self._hints.keys() | self._groups.keys()
        phrases = {
            key: Phrase(tuple(self._sure.get(key, ())), tuple(self._hints.get(key, ())), self._groups.get(key, 0))
            for key in keys
        }
        return phrases | {key: Phrase(quiet=True) for key in self._quiet if key not in phrases}

    def _read_cue(self, row: str, cue: str) -> Cue:
        """Raises KeyError for a group that the vocabulary doesn't have."""
        bits = []
        for part in cue.split("&"):
            keys: set[str] = set()
            for name in part.split("|"):
                name = name.strip()
                keys |= self._members[name[1:]] if name.startswith("@") else {_key(name)}
            bits.append(self._mark(frozenset(keys)))
        needs = 0
        for bit in bits:
            needs |= bit
        return Cue(row, needs, tuple(bits))

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


def _add(phrases: dict[str, dict[str, None]], said: str, row: str) -> None:
    key = _key(said)
    phrases.setdefault(key, {})[row] = None
    if not key.isalnum():
        joined = stem("".join(char for char in said.casefold() if char.isalnum()))
        if len(joined) >= JOINED_LEAST:
            phrases.setdefault(joined, {})[row] = None


def _is_broken(words: list[Word], at: int, length: int) -> bool:
    """Whether a sentence ends inside these words."""
    return length > 1 and any(word.before == "." for word in words[at + 1 : at + length])


def _measure(phrases: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """How many words the phrases have that start with a word, the longest first."""
    lengths: dict[str, set[int]] = {}
    for key in phrases:
        lengths.setdefault(key.partition(" ")[0], set()).add(key.count(" ") + 1)
    return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}


def _key(said: str) -> str:
    plain = said.replace("-", " ")
    if plain.isascii() and plain.replace(" ", "").isalnum():
        # Nearly every alias: a thousand of them are read at the start, so the long way round would show.
        return " ".join([stem(word) for word in plain.casefold().split()])
    return " ".join([word.stem for word in read_words(said)])


def _stems(words: Iterable[str]) -> frozenset[str]:
    return frozenset(part for each in words for part in _key(each).split())
