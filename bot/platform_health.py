"""What the connection to a platform reports of itself, for whoever watches the process."""

from collections.abc import Callable, Collection
from time import monotonic

from bot.core.ids import Platform

# A socket that Slack renews, or a gateway that resumes, is back within seconds. A loss is noticed up to ten
# seconds late, so readiness ends about half a minute after it.
GRACE_SECONDS = 20.0


class PlatformHealth:
    """Whether one platform is heard (its events arrive) and spoken to (it carries requests out).

    Adapters report to it from the event loop; nothing here blocks or raises. `now` gives the seconds of a
    clock that nobody sets, so that setting the machine's clock changes no answer. `listens`: whether this
    process is to hear the platform at all.
    """

    def __init__(self, *, listens: bool = True, now: Callable[[], float] = monotonic) -> None:
        self.listens = listens
        self._now = now
        self._connected: dict[str, float] = {}
        self._awaited: set[str] = set()
        self._lost: dict[str, float] = {}
        self._spoke_at: float | None = None
        self._failing_since: float | None = None
        self._failure = ""
        self._is_refused = False
        self._trouble = ""

    def expect(self, parts: Collection[str]) -> None:
        """The platform is heard only when each of these parts (a gateway's shards) is connected."""
        self._awaited |= set(parts) - self._connected.keys() - self._lost.keys()

    def connected(self, part: str = "") -> None:
        """Events arrive from now on, through this one of several connections."""
        self._connected.setdefault(part, self._now())
        self._awaited.discard(part)
        self._lost.pop(part, None)
        self._trouble = ""

    def disconnected(self, part: str = "") -> None:
        """No events arrive any more by this way. To report it twice changes nothing."""
        if self._connected.pop(part, None) is not None:
            self._lost[part] = self._now()

    def spoke(self) -> None:
        """The platform carried out a request."""
        self._spoke_at = self._now()
        self._failing_since, self._failure, self._is_refused = None, "", False

    def failed(self, why: str) -> None:
        """A request got no useful answer: no connection, a time-out, a 5xx. `why` is a word or two."""
        if self._failing_since is None:
            self._failing_since = self._now()
        self._failure = why

    def refused(self, why: str) -> None:
        """The platform refuses the token itself, so nothing is carried out until `spoke`."""
        self.failed(why)
        self._is_refused = True

    def waits(self, trouble: str) -> None:
        """The connection can't be opened: what happened and what to check, as a sentence."""
        self._trouble = trouble

    def opened(self) -> None:
        """The platform took the token; events arrive once `connected` is reported."""
        self._trouble = ""

    @property
    def hears_for(self) -> float | None:
        """For how many seconds everything has been heard; None while it isn't."""
        if self._awaited or self._lost or not self._connected:
            return None
        return self._now() - max(self._connected.values())

    @property
    def spoke_ago(self) -> float | None:
        """How many seconds ago a request was carried out; None before the first."""
        return None if self._spoke_at is None else self._now() - self._spoke_at

    @property
    def speaks(self) -> bool:
        """Whether requests are carried out. Single failures are no trouble before GRACE_SECONDS."""
        failing = self._failing_since
        return (
            self._spoke_at is not None
            and not self._is_refused
            and (failing is None or self._now() - failing < GRACE_SECONDS)
        )

    @property
    def is_ready(self) -> bool:
        """Whether the platform takes the token and, where this process listens, is heard. A connection that
        was lost may take GRACE_SECONDS to come back."""
        if self._is_refused or self._trouble:
            return False
        if not self.listens:
            return self._spoke_at is not None
        lost = [self._now() - since for since in self._lost.values()]
        return bool(self._connected or lost) and not self._awaited and max(lost, default=0.0) < GRACE_SECONDS

    @property
    def failure(self) -> str:
        """Why requests fail at this moment; empty when the last one was carried out."""
        return self._failure

    @property
    def trouble(self) -> str:
        """Why it is not ready, or what failed last; empty when there is nothing to say."""
        return self._trouble or self._failure


def watch_platforms(
    platforms: Collection[Platform], roles: Collection[str]
) -> dict[Platform, PlatformHealth]:
    """Where each platform that these process roles connect to reports how it is. The playground, which is
    served by the process itself, and a process that only plans have none."""
    if not {"gateway", "courier"} & set(roles):
        return {}
    return {one: PlatformHealth(listens="gateway" in roles) for one in platforms if one != "playground"}
