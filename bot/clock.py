"""The one place that asks what time it is, and the playground's time machine, which moves it."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Offset(Protocol):
    """Where the distance to the machine's time is kept, so that it outlives a restart."""

    def offset(self) -> timedelta: ...

    def move(self, to_offset: timedelta) -> timedelta: ...


class TimeMachine:
    """A clock that moves forward on request, and goes on running from there. It never moves back."""

    def __init__(self, clock: SystemClock, kept: Offset) -> None:
        self._clock = clock
        self._kept = kept
        self._offset = kept.offset()

    def now(self) -> datetime:
        return self._clock.now() + self._offset

    @property
    def ahead(self) -> timedelta:
        """How far it is ahead of the machine's time."""
        return self._offset

    def follow(self) -> None:
        """Goes where another process on the same database has moved the clock meanwhile."""
        self._offset = max(self._offset, self._kept.offset())

    def travel(self, instant: datetime) -> datetime:
        """Moves the clock to `instant` (aware) and says what time it is then; the past changes nothing."""
        self._offset = self._kept.move(max(instant - self._clock.now(), self._offset))
        return self.now()
