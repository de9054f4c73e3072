"""Which row a text leans to when nothing in it names one.

Every word that occurs in cues and hints leans to their rows: fully when it occurs in one row's only, less the
more rows share it. Two such words that agree, and hardly anything foreign beside them, make a find.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

FAINT = 0.3
LEAST_WORDS = 2
LEAST_SCORE = 1.1
LEAST_LEAD = 0.4
SMALL_TALK = 0.5


class Leaning:
    """Weights between 0 and 1 for a word and a row. Built once and never changed."""

    def __init__(self, uses: Iterable[tuple[str, str]], neutral: frozenset[str]) -> None:
        """`uses` are pairs of a word and a row, one for each cue or hint in which it occurs."""
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for word, row in uses:
            counts[word][row] += 1
        self._weights: dict[str, dict[str, float]] = {}
        for word, rows in counts.items():
            damping = SMALL_TALK if word in neutral else 1.0
            weights = {row: damping * count / rows.total() for row, count in rows.items()}
            self._weights[word] = {
                row: weight for row, weight in weights.items() if weight >= FAINT * damping
            }

    def judge(self, words: Mapping[int, str]) -> tuple[str, tuple[int, ...]] | None:
        """The row that these words (by index) lean to together, with the indices of those that do."""
        scores: defaultdict[str, float] = defaultdict(float)
        places: defaultdict[str, list[int]] = defaultdict(list)
        for word, at in {word: at for at, word in words.items()}.items():
            for row, weight in self._weights.get(word, {}).items():
                scores[row] += weight
                places[row].append(at)
        ranked = sorted(scores.items(), key=lambda item: -item[1])[:2]
        if not ranked or len(places[ranked[0][0]]) < LEAST_WORDS:
            return None
        lead = ranked[0][1] - (ranked[1][1] if len(ranked) > 1 else 0)
        if ranked[0][1] < LEAST_SCORE or lead < LEAST_LEAD:
            return None
        return ranked[0][0], tuple(sorted(places[ranked[0][0]]))
