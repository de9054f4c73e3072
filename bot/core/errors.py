"""Every error that Cairn raises on purpose.

    BotError
    ├── UserError            shown to the caller privately; says what to do next
    │   ├── NotAllowed       the caller may not do this here
    │   ├── NotFound         what was named doesn't exist (any more) in this space
    │   └── InvalidInput     what was typed can't be used
    ├── TryAgain             nothing was kept; the same call may succeed in a moment
    ├── ContentError         a file under `content/` is wrong: file, line and remedy
    ├── DeliveryError        what was to be said unasked did not get through
    │   ├── RetryLater       it surely wasn't said; the same may get through after a while
    │   │   ├── Outage       the platform as a whole doesn't answer
    │   │   ├── NotConnected the connection to a platform can't be opened now; what to check
    │   │   └── Unproven     the platform says that something is gone, which a second look has to prove
    │   ├── Unreachable      it can't be said there, however often it is tried
    │   ├── PerhapsSent      it may have been said before a restore, and the platform can't tell
    │   └── Unknown          nobody knows whether it was said: the platform has to be asked
    ├── SealBroken           what is kept of an install can't be opened: no key fits, or it is another's
    ├── BackupError          a backup can't be made, or restored: what is wrong, and what to do
    ├── SettingsError        a setting can't be used: its name and what is expected, never its value
    ├── UsageError           what was typed behind `cairn` can't be read
    └── CatalogError         a declaration is wrong: Cairn refuses to start

Anything else that is raised is a bug: the caller gets a reference to quote and nothing is kept.
"""

from dataclasses import dataclass
from typing import Literal


class BotError(Exception):
    """The root of all errors that are raised on purpose."""


class UserError(BotError):
    """Something the caller can put right. `views.errors` words the reason, with the facts filled in."""

    def __init__(self, reason: str, **facts: str) -> None:
        super().__init__(reason, facts)
        self.reason = reason
        self.facts = facts


class NotAllowed(UserError):
    """The caller may not do this here."""


class NotFound(UserError):
    """What was named doesn't exist (any more) in this space."""


class InvalidInput(UserError):
    """What was typed can't be used."""


class TryAgain(BotError):
    """The transaction was given up and rolled back: too slow, or the database is busy or away. `do` tells an
    operator what to do about it; empty when time alone helps."""

    def __init__(self, why: str = "", do: str = "") -> None:
        super().__init__(why)
        self.do = do


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one content file. `line` counts from 1; None means the file as a whole."""

    file: str
    line: int | None
    says: str
    remedy: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.says} {self.remedy}"


class ContentError(BotError):
    """Content that can't be used, as the tuple `problems` (never empty)."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class DeliveryError(BotError):
    """What was to be said unasked did not get through. `why` is a word or two for the operator."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class RetryLater(DeliveryError):
    """It surely wasn't said, or only half: `ref` is what the platform has of it, and the next try completes
    that. `after` is how many seconds the whole bucket has to wait, or only this message when it is `alone`;
    None: nobody said."""

    def __init__(self, why: str, after: float | None = None, *, alone: bool = False, ref: str = "") -> None:
        super().__init__(why)
        self.after = after
        self.alone = alone
        self.ref = ref


class Outage(RetryLater):
    """The platform as a whole doesn't answer, or refuses everything for now. Says nothing about the message:
    no try is counted, and the bucket is probed until it answers again."""

    def __init__(self, why: str, *, ref: str = "") -> None:
        super().__init__(why, ref=ref)


class NotConnected(RetryLater):
    """The connection to a platform can't be opened now. `check` tells the operator what to look at, beside
    the network: a setting, or an act on the platform's pages."""

    def __init__(self, why: str, check: str, after: float | None = None) -> None:
        super().__init__(why, after)
        self.check = check


class Unreachable(DeliveryError):
    """It can't be said there: closed, gone, forbidden. `cut`: nothing can be said any more in the "space", to
    the "member", by "direct" message to them, or in the "channel"; None: only this could not. `code`: the
    platform's own word."""

    def __init__(
        self,
        why: str,
        cut: Literal["space", "member", "direct", "channel"] | None = None,
        code: str = "",
    ) -> None:
        super().__init__(why)
        self.cut: Literal["space", "member", "direct", "channel"] | None = cut
        self.code = code or why


class Unproven(RetryLater):
    """The platform says that it can't be said there for good, which isn't proven yet: the message waits, and
    no try is counted. `cut`: what would end, as in Unreachable."""

    def __init__(
        self,
        why: str,
        after: float,
        cut: Literal["space", "member", "direct", "channel"],
        *,
        alone: bool,
    ) -> None:
        super().__init__(why, after, alone=alone)
        self.cut: Literal["space", "member", "direct", "channel"] = cut


class Unknown(DeliveryError):
    """Nobody knows whether it was said: the connection broke while the platform had it."""


class PerhapsSent(DeliveryError):
    """The message may have been sent before the database was restored, and the platform can't tell."""


class SealBroken(BotError):
    """What is kept of the tenant's install can't be opened, or was sealed for another one."""

    def __init__(self, tenant: str, why: str) -> None:
        super().__init__(f"the install of {tenant} can't be used: {why}")
        self.tenant, self.why = tenant, why


class BackupError(BotError):
    """A backup can't be made, or not be restored. The text says why, and what to do about it."""


class CatalogError(BotError):
    """A feature's declaration contradicts itself, another one, or a platform's limits."""


class SettingsError(BotError):
    """A setting can't be used. The text names it and says what is expected, never its value."""


class UsageError(BotError):
    """What was typed behind `cairn` can't be read. The text says what would be taken."""
