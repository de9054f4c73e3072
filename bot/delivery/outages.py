"""Platforms that don't answer: how long a bucket rests before the next probe."""

import random
from collections.abc import Callable

FIRST_SECONDS = 1.0
MOST_SECONDS = 60.0
# One odd answer says nothing about the platform; so many failures in a row do.
FAILURES = 2


class Outages:
    """Counts failures in a row for each bucket, in this process. While a bucket's platform is away, it is
    probed with one message at a time, and rests twice as long after each probe that fails.

    `first`, `most`: the shortest and the longest rest in seconds, before jitter takes up to half of it.
    """

    def __init__(
        self,
        first: float = FIRST_SECONDS,
        most: float = MOST_SECONDS,
        share: Callable[[], float] = random.random,
    ) -> None:
        self._first = first
        self._most = most
        self._share = share
        self._failed: dict[str, int] = {}
        self._rests: dict[str, int] = {}

    def answered(self, bucket: str) -> None:
        """The platform said something, whatever it was."""
        self._failed.pop(bucket, None)
        self._rests.pop(bucket, None)

    def failed(self, bucket: str) -> None:
        """The platform did not answer, or nothing but that it is broken."""
        self._failed[bucket] = self._failed.get(bucket, 0) + 1

    def is_away(self, bucket: str) -> bool:
        """Whether the bucket has to rest before anything else is begun."""
        return self._failed.get(bucket, 0) >= (1 if self.is_probing(bucket) else FAILURES)

    def is_probing(self, bucket: str) -> bool:
        """Whether the bucket has rested since the platform answered last: one message finds out."""
        return bucket in self._rests

    def rest(self, bucket: str) -> float:
        """Begins the next rest and returns its seconds."""
        times = self._rests[bucket] = self._rests.get(bucket, 0) + 1
        self._failed.pop(bucket, None)
        longest = min(self._first * 2.0 ** min(times - 1, 32), self._most)
        return longest * (0.5 + self._share() / 2)
