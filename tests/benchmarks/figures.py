"""What a measurement is, and how it is taken: a median of several, beside a baseline of the same run."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: what was measured, its goal, its median and its baseline's, in seconds."""

    name: str
    goal: str
    took: float
    baseline: float


def median_of(work: Callable[[], object], repeats: int) -> float:
    """The median over ROUNDS of what one of `repeats` calls took on average, after a warm-up."""
    work()
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(repeats):
            work()
        times.append((time.perf_counter() - started) / repeats)
    return statistics.median(times)
