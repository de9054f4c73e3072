"""How long a transaction may take."""

from time import monotonic

from bot.core.errors import TryAgain

SLACK_MS = 100


class Deadline:
    """The moment `seconds` after this value was made. The engine's hooks tell the database about it.

    `spoilt` says why a statement of the transaction failed that may succeed in a while.
    """

    def __init__(self, seconds: float) -> None:
        self.spoilt: str | None = None
        self._seconds = seconds
        self._until = monotonic() + seconds
        self._told: int | None = None

    def is_past(self) -> bool:
        return monotonic() >= self._until

    def check(self) -> None:
        """Raises TryAgain when nothing of the transaction may be kept: the time is up, or a part is missing
        because somebody caught the failure of a statement."""
        if self.is_past():
            raise TryAgain(f"not done within {self._seconds:g} s")
        if self.spoilt is not None:
            raise TryAgain(self.spoilt)

    def milliseconds(self) -> int:
        """What is left, at least 1: to a database 0 means that there is no limit."""
        return max(1, int((self._until - monotonic()) * 1000))

    def tell(self) -> int:
        """`milliseconds()`, which the database knows from now on."""
        self._told = self.milliseconds()
        return self._told

    def news(self) -> int | None:
        """As `tell`, or None while what was told last time is still about right."""
        left = self.milliseconds()
        # A fresh limit for every statement would double the round trips of a quick transaction.
        if self._told is not None and self._told - left < SLACK_MS and left > SLACK_MS:
            return None
        self._told = left
        return left
