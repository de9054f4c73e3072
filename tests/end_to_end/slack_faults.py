"""What goes wrong between a bot and Slack, planned or by chance with a seed."""

import math
import random
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Fault:
    """`refuse`: answered with the status and error. `reset`: the connection breaks before anything is done;
    `lose`: after it was done. `slow`: done, but the answer takes `seconds`. `odd`: done, but answered with
    `error` as it stands, with status 200."""

    kind: Literal["refuse", "reset", "lose", "slow", "odd"]
    status: int = 200
    error: str = ""
    retry_after: int | None = None
    seconds: float = 0.0


BUSY = Fault("refuse", 429, "ratelimited", retry_after=0)
BROKEN = Fault("refuse", 500)
RESET = Fault("reset")
LOST = Fault("lose")


class Faults:
    """Faults by method: those that are planned come first, one a call."""

    def __init__(self) -> None:
        self._planned: dict[str, list[Fault]] = defaultdict(list)
        self._shares: dict[str, tuple[tuple[Fault, float], ...]] = {}
        self._chance = random.Random(0)

    def plan(self, method: str, *faults: Fault) -> None:
        self._planned[method] += faults

    def storm(self, method: str, seed: int, *shares: tuple[Fault, float]) -> None:
        """From now on each fault comes with its share of the calls."""
        self._shares[method], self._chance = shares, random.Random(seed)

    def planned(self, method: str) -> int:
        """How many faults of the method are still to come."""
        return len(self._planned[method])

    def calm(self) -> None:
        self._planned.clear()
        self._shares.clear()

    def next(self, method: str) -> Fault | None:
        if self._planned[method]:
            return self._planned[method].pop(0)
        left = self._chance.random()
        for fault, share in self._shares.get(method, ()):
            left -= share
            if left < 0:
                return fault
        return None


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: when, of which workspace and for what; and the seconds that it was told to wait."""

    at: float
    workspace: str
    method: str
    retry_after: int | None


class Limits:
    """What a workspace takes of a method in so many seconds, as Slack's tiers; without one, anything.
    `asked` keeps what came."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._most: dict[str, tuple[int, float]] = {}

    def limit(self, method: str, most: int, seconds: float) -> None:
        self._most[method] = most, seconds

    def take(self, workspace: str, method: str) -> int | None:
        """None when it is taken; else the value of Retry-After, in whole seconds."""
        now, after = time.monotonic(), None
        if method in self._most:
            most, seconds = self._most[method]
            taken = [one.at for one in self.asked if self._counts(one, workspace, method, now - seconds)]
            if len(taken) >= most:
                after = math.ceil(taken[-most] + seconds - now) or 1
        self.asked.append(Asked(now, workspace, method, after))
        return after

    @staticmethod
    def _counts(one: Asked, workspace: str, method: str, since: float) -> bool:
        return (one.workspace, one.method, one.retry_after) == (workspace, method, None) and one.at > since
