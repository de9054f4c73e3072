"""The word that somebody probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

CLOSE = 0.72


def suggest(typed: str, known: Iterable[str], close: float = CLOSE) -> str:
    """Returns " Did you mean X?" for the most similar of the known words; empty when none is similar.
    `close`: how similar it has to be, from 0 to 1."""
    found = get_close_matches(typed, sorted(known), n=1, cutoff=close)
    return f" Did you mean {found[0]}?" if found else ""
