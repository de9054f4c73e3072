"""A fault that can be planted into a copy of the tree."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """What is replaced in which file, the first time it stands there, and the tests that have to notice."""

    name: str
    file: str
    right: str
    wrong: str
    tests: str
    chosen: str
