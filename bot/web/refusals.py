"""What a server refused, counted. A stranger decides how often that happens, so it is never a line each."""

import logging
from collections import Counter
from collections.abc import Callable
from time import monotonic
from typing import Literal

import structlog

Refusal = Literal["unsigned", "malformed", "slow", "crowded", "descriptors"]

REPORT_SECONDS = 60.0

_EVENTS: dict[Refusal, tuple[str, str]] = {
    "unsigned": ("unsigned requests refused", ""),
    "malformed": ("malformed requests refused", ""),
    "slow": ("half-sent requests cut", ""),
    "crowded": ("connections refused or cut", "raise CAIRN_HTTP_CONNECTIONS if these were not strangers"),
    "descriptors": ("connections not accepted", "let the process open more files: ulimit -n, or LimitNOFILE"),
}


class Refusals:
    """Counts refusals and logs each kind at most once a minute: how many, and nothing that was sent."""

    def __init__(self, server: str, now: Callable[[], float] = monotonic) -> None:
        self._server = server
        self._now = now
        self._counted: Counter[Refusal] = Counter()
        self._since = now()

    def count(self, kind: Refusal) -> None:
        if not self._counted:
            self._since = self._now()
        self._counted[kind] += 1

    def report(self, *, is_last: bool = False) -> None:
        """Logs what was counted, a minute after the first of it. `is_last`: the server ends, so now."""
        if not self._counted or (not is_last and self._now() - self._since < REPORT_SECONDS):
            return
        counted, self._counted = self._counted, Counter()
        for kind, count in counted.items():
            event, do = _EVENTS[kind]
            told = {"do": do} if do else {}
            structlog.get_logger().warning(
                event,
                server=self._server,
                count=count,
                within_seconds=round(self._now() - self._since),
                **told,
            )


def make_quiet_logger(refusals: Refusals) -> logging.Logger:
    """Returns a logger for the HTTP library that counts instead of writing: the library quotes the line that
    it could not read. Errors of our own handlers never get that far."""
    logger = logging.Logger("bot.web", logging.ERROR)
    logger.addHandler(_Counting(refusals))
    return logger


class _Counting(logging.Handler):
    def __init__(self, refusals: Refusals) -> None:
        super().__init__()
        self._refusals = refusals

    def emit(self, record: logging.LogRecord) -> None:
        del record
        self._refusals.count("malformed")
