"""The one place that asks what time it is, and the playground's time machine, which moves it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Protocol

import structlog

from bot.core.ports import Clock

# A clock that is set is believed once it has stayed so for this long.
HOLD_SECONDS = 10.0
# A clock that is only adjusted, or that a busy machine read late, is off by less.
SET_BY = timedelta(minutes=1)


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SteadyClock:
    """The time of `clock`, which somebody may set: by an hour, or by a year for a second.

    Time goes on as if nothing had happened until the clock has stayed as it was set for HOLD_SECONDS of
    `seconds`, a clock that nobody sets. What a wrong moment would have made due is then never said. Any
    thread may ask.
    """

    def __init__(self, clock: Clock, seconds: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._seconds = seconds
        self._lock = Lock()
        self._known = clock.now(), seconds()
        self._set_by = timedelta(0)
        self._set_at: float | None = None
        self._odd_at = seconds()

    def now(self) -> datetime:
        with self._lock:
            return self._read()

    @property
    def steady_seconds(self) -> float:
        """For how long the clock has not been set, as far as anybody asked."""
        with self._lock:
            self._read()
            return self._seconds() - self._odd_at

    def _read(self) -> datetime:
        wall, seconds = self._clock.now(), self._seconds()
        expected = self._known[0] + timedelta(seconds=seconds - self._known[1])
        off = wall - expected
        if abs(off) < SET_BY:
            self._set_at = None
            self._known = wall, seconds
            return wall
        self._odd_at = seconds
        if self._set_at is None or abs(off - self._set_by) >= SET_BY:
            self._set_at, self._set_by = seconds, off
        if seconds - self._set_at < HOLD_SECONDS:
            return expected
        structlog.get_logger().warning("clock was set", by_seconds=round(off.total_seconds()))
        self._set_at = None
        self._known = wall, seconds
        return wall


class Offset(Protocol):
    """Where the distance to the machine's time is kept, so that it outlives a restart."""

    def offset(self) -> timedelta: ...

    def move(self, to_offset: timedelta) -> timedelta: ...


class TimeMachine:
    """A clock that moves forward on request, and goes on running from there. It moves back only when
    everything begins again."""

    def __init__(self, clock: Clock, kept: Offset) -> None:
        self._clock = clock
        self._kept = kept
        # What is read of the database must not overtake what is written there.
        self._moving = Lock()
        self._offset = kept.offset()

    def now(self) -> datetime:
        return self._clock.now() + self._offset

    @property
    def ahead(self) -> timedelta:
        """How far it is ahead of the machine's time."""
        return self._offset

    def follow(self) -> None:
        """Goes where another process on the same database has moved the clock meanwhile."""
        with self._moving:
            self._offset = self._kept.offset()

    def travel(self, instant: datetime) -> datetime:
        """Moves the clock to `instant` (aware) and says what time it is then; the past changes nothing."""
        with self._moving:
            self._offset = self._kept.move(max(instant - self._clock.now(), self._offset))
        return self.now()

    def begin_again(self, forget: Callable[[datetime], None]) -> datetime:
        """Has `forget` take the kept offset back with everything that happened meanwhile, and returns the
        machine's time, which it is from then on."""
        with self._moving:
            forget(self._clock.now())
            self._offset = timedelta(0)
        return self.now()
