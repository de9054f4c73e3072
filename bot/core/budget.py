"""How long a platform still waits for a first word about a call."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallBudget:
    """The time that all steps of one call share. It is made when the call's payload arrives and passed down.

    `until` and the result of `now` are seconds of one clock that only goes forward.
    """

    until: float
    now: Callable[[], float]

    def left(self) -> float:
        """The seconds that are left, never below 0."""
        return max(0.0, self.until - self.now())

    def before(self, seconds: float) -> "CallBudget":
        """A budget that ends `seconds` earlier, for a step that another one has to follow."""
        return CallBudget(self.until - seconds, self.now)
