"""How long a transaction may take."""

from time import monotonic

SLACK_MS = 100


class Deadline:
    """The moment `seconds` after this value was made. The engine's hooks tell the database about it."""

    def __init__(self, seconds: float) -> None:
        self._until = monotonic() + seconds
        self._told: int | None = None

    def is_past(self) -> bool:
        return monotonic() >= self._until

    def milliseconds(self) -> int:
        """What is left, at least 1: to a database 0 means that there is no limit."""
        return max(1, int((self._until - monotonic()) * 1000))

    def news(self) -> int | None:
        """`milliseconds()`, or None while what was told last time is still about right."""
        left = self.milliseconds()
        # A fresh limit for every statement would double the round trips of a quick transaction.
        if self._told is not None and self._told - left < SLACK_MS and left > SLACK_MS:
            return None
        self._told = left
        return left
