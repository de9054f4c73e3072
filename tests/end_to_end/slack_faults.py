"""What goes wrong between a bot and Slack, planned or by chance with a seed."""

import random
from collections import defaultdict
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Fault:
    """`refuse`: answered with the status and error. `reset`: the connection breaks before anything is done;
    `lose`: after it was done. `slow`: done, but the answer takes `seconds`."""

    kind: Literal["refuse", "reset", "lose", "slow"]
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
