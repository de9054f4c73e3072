"""Misspelt words: the one known stem that somebody most likely meant."""

import re
from collections import defaultdict
from collections.abc import Container, Mapping

from bot.core.domain.wording import measure_distance

SHORTEST = 4
LONGEST = 24
TOO_FAR = 99
SKELETON_LEAST = 6

# Letters that sound alike, so that "kwery" and "query" or "clowd" and "cloud" start from the same key.
_SOUNDS = str.maketrans("cqzj", "kksg", "aeiouwy")
_ALIKE = str.maketrans("cqzwyj", "kksuig")
_DOUBLED = re.compile(r"(.)\1+")


class TypoIndex:
    """Finds known stems near a misspelt one.

    Up to 4 letters: nothing but two swapped or one missing; up to 7: one slip; from 8 on: two, or vowels and
    doubled letters only.
    """

    def __init__(self, forms: Mapping[str, str], favourites: Container[str]) -> None:
        """`forms` are the spellings to find, each with its stem; of equally near ones a favourite wins."""
        self._stems = forms
        self._favourites = favourites
        self._near: dict[str, list[str]] | None = None

    def find(self, typed: str) -> str | None:
        """The stem of the nearest spelling, or None when none is near or two are equally near."""
        if not SHORTEST <= len(typed) <= LONGEST or not typed.isalpha():
            return None
        best: set[str] = set()
        least = TOO_FAR
        near = self._index()
        for form in {form for key in _keys(typed) for form in near.get(key, ())}:
            distance = _judge(typed, form)
            if distance < least:
                best, least = set(), distance
            if distance == least < TOO_FAR:
                best.add(self._stems[form])
        if len(best) > 1:
            best = {stem for stem in best if stem in self._favourites}
        return best.pop() if len(best) == 1 else None

    def _index(self) -> dict[str, list[str]]:
        """The spellings by their keys, made when the first unknown word asks: most questions hold none.

        Two threads that ask at once make the same index twice, and one of them stays.
        """
        if self._near is None:
            near: defaultdict[str, list[str]] = defaultdict(list)
            for form in self._stems:
                if SHORTEST <= len(form) <= LONGEST and form.isalpha():
                    for key in _keys(form):
                        near[key].append(form)
            self._near = dict(near)
        return self._near


def _keys(form: str) -> list[str]:
    """What two near spellings have in common: with one letter less, or the consonants by sound."""
    keys = [form[:index] + form[index + 1 :] for index in range(len(form))]
    keys.append(form)
    if len(form) > SKELETON_LEAST:
        keys.append(_skeleton(form))
    return keys


def _skeleton(form: str) -> str:
    """The consonants by sound, doubled ones once: "*kbrnts" for kubernates and kubbernettis."""
    return "*" + _DOUBLED.sub(r"\1", form.replace("ph", "f").translate(_SOUNDS))


def _judge(typed: str, known: str) -> int:
    """Twice the distance when it is small enough to be a slip of the pen, else TOO_FAR; swaps are nearest."""
    longer = max(len(typed), len(known))
    if typed[0].translate(_ALIKE) != known[0].translate(_ALIKE) and (
        longer < 6 or sorted(typed[:2]) != sorted(known[:2])
    ):
        return TOO_FAR
    if len(typed) == SHORTEST:
        swapped = sorted(typed) == sorted(known)
        near = (swapped or len(known) > SHORTEST) and measure_distance(typed, known, 1) == 1
        return 2 - swapped if near else TOO_FAR
    limit = 1 if longer < 8 else 2
    if longer >= 8 and _skeleton(typed) == _skeleton(known):
        limit = 3
    distance = measure_distance(typed, known, limit)
    return 2 * distance - (sorted(typed) == sorted(known)) if distance <= limit else TOO_FAR
