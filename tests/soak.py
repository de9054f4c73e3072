"""What `make soak` tries at length and `make test` in short."""

import os
from collections.abc import Iterable
from typing import TypeVar

SOAK = bool(os.environ.get("CAIRN_SOAK"))

T = TypeVar("T")


def at_length(cases: Iterable[T]) -> tuple[T, ...]:
    """The cases that only the long campaigns try: none in `make test`."""
    return tuple(cases) if SOAK else ()
