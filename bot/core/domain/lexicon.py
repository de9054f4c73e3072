"""The skill map's wording, compiled for reading: phrases, cues, and the words around them."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import NamedTuple

from bot.core.domain.leaning import Leaning
from bot.core.domain.phrases import JOINED_LEAST, Collection, Cue, Phrase, read_key, read_stems
from bot.core.domain.skills import SkillMap
from bot.core.domain.typos import TypoIndex
from bot.core.domain.wording import Word, read_words, stem

# "iam new to this" is no word about access management.
_AFTER_I_AM = frozenset(
    {"a", "an", "new", "good", "working", "using", "running", "looking", "trying", "just", "very"}
)


class Seen(NamedTuple):
    """A phrase found in a text: `length` words from the index `at` on."""

    at: int
    length: int
    phrase: Phrase


class Lexicon:
    """Looks up words and runs of words. Built once from a skill map and never changed."""

    def __init__(self, skill_map: SkillMap) -> None:
        collection = Collection(skill_map)
        self._phrases = collection.finish()
        self._lengths = _measure(self._phrases)
        self._cues: dict[int, list[Cue]] = {}
        for cue in collection.cues:
            self._cues.setdefault(cue.key, []).append(cue)
        self._cue_keys = sum(self._cues)
        vocabulary = skill_map.vocabulary
        self.leaning = Leaning(collection.uses, read_stems(vocabulary.neutral))
        self.company = read_stems(vocabulary.company)
        self.neutral = read_stems(vocabulary.neutral)
        self.outside = read_stems(vocabulary.outside)
        self.misuse_unless = read_stems(vocabulary.misuse_unless)
        self.homonyms: dict[str, frozenset[str]] = {}
        for hint, elsewhere in vocabulary.homonyms.items():
            self.homonyms[read_key(hint)] = self.homonyms.get(read_key(hint), frozenset()) | read_stems(
                elsewhere
            )
        self._spellings = {typed: tuple(read_words(meant)) for typed, meant in vocabulary.spellings.items()}
        mapped = {part for phrase in self._phrases for part in phrase.split()}
        self._known = mapped | self.company | self.neutral | self.outside | read_stems(vocabulary.plain)
        for others in self.homonyms.values():
            self._known |= others
        named = {part for key, phrase in self._phrases.items() if phrase.sure for part in key.split()}
        self._typos = TypoIndex({part: part for part in mapped - collection.joined} | collection.forms, named)

    def read(self, text: str) -> list[Word]:
        """The words of a text, with short forms written out and slips of the pen put right in the stems."""
        words: list[Word] = []
        typed = read_words(text)
        for word, following in zip_longest(typed, typed[1:]):
            if word.plain == "iam" and following and following.plain in _AFTER_I_AM:
                words.append(word._replace(plain="i", stem="i"))
            elif word.plain in self._spellings:
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

    def find_cues(self, groups: int) -> Iterator[Cue]:
        """The cues that have all they need in these groups' bits."""
        keys = groups & self._cue_keys
        while keys:
            key = keys & -keys
            keys ^= key
            for cue in self._cues[key]:
                if cue.needs & groups == cue.needs:
                    yield cue

    def _join(self, words: list[Word], at: int) -> Phrase | None:
        """What two words mean when they are written as one ("data base")."""
        if at + 1 == len(words) or words[at + 1].before:
            return None
        together = words[at].plain + words[at + 1].plain
        return self._phrases.get(stem(together)) if len(together) > JOINED_LEAST else None


def _is_broken(words: list[Word], at: int, length: int) -> bool:
    """Whether a sentence ends inside these words."""
    return length > 1 and any(word.before == "." for word in words[at + 1 : at + length])


def _measure(phrases: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """How many words the phrases have that start with a word, the longest first."""
    lengths: dict[str, set[int]] = {}
    for key in phrases:
        lengths.setdefault(key.partition(" ")[0], set()).add(key.count(" ") + 1)
    return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}
