"""A limit that one message met, for the others that are on their way."""

from time import monotonic

from bot.core.errors import RetryLater


class MetLimit:
    """Remembers the newest limit. What began after it is the outbox worker's business, which obeys it."""

    def __init__(self) -> None:
        self._at = self._until = 0.0

    def note(self, error: RetryLater) -> None:
        """Notes the limit that the error names, unless it is one message's own."""
        if error.after is not None and not error.alone:
            self._at = monotonic()
            self._until = max(self._until, self._at + error.after)

    def check(self, began: float, ref: str = "") -> None:
        """Raises RetryLater for a message that began before the limit, which lasts still. `ref`: what the
        platform has of the message."""
        left = self._until - monotonic()
        if left > 0 and began <= self._at:
            raise RetryLater("429", left, ref=ref)
