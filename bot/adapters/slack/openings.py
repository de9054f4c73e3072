"""How often direct messages are opened unasked: Slack takes fifty of these a minute in a workspace, which
is less than it takes of messages."""

from collections import deque
from collections.abc import Callable
from time import monotonic

from bot.core.errors import RetryLater

MINUTE = 60.0
# Of those fifty, a tenth is left for answers, which open some as well.
MOST = 45
WHY = "many direct messages opened"

SOON = 0.001  # nobody is sent away for less
PROMISES_KEPT = 10_000


class Openings:
    """Those of one workspace. Who has to wait is promised a moment, and finds it free when they come back.

    `most`: how many a minute. `now`: seconds of a clock that only goes forward.
    """

    def __init__(self, most: int = MOST, now: Callable[[], float] = monotonic) -> None:
        self._most = most
        self._now = now
        # A minute holds those that may come at once, and as many as come at this distance.
        self._at_once = 1 + most // 4
        self._gap = MINUTE / max(most - self._at_once, 1)
        self._next: float | None = None
        self._promised: dict[str, float] = {}
        self._opened: deque[float] = deque()

    def take(self, user: str) -> None:
        """Raises RetryLater, for this user alone, when it is not their turn."""
        now = self._now()
        at = self._promised.pop(user, None)
        if at is None:
            at = self._give_moment(now)
        if at <= now + SOON:
            at = self._find_room(now)
        if at > now:
            if len(self._promised) >= PROMISES_KEPT:
                self._promised = {one: moment for one, moment in self._promised.items() if moment > now}
            self._promised[user] = at
            raise RetryLater(WHY, at - now, alone=True)
        self._opened.append(now)

    def _give_moment(self, now: float) -> float:
        """The next one that is free."""
        ahead = (self._at_once - 1) * self._gap
        spaced = now if self._next is None else max(self._next, now)
        self._next = spaced + self._gap
        return max(now, spaced - ahead)

    def _find_room(self, now: float) -> float:
        """Now, unless many who were promised earlier moments have come late, together."""
        while self._opened and self._opened[0] <= now - MINUTE:
            self._opened.popleft()
        if len(self._opened) < self._most:
            return now
        return max(self._give_moment(now), self._opened[0] + MINUTE)
