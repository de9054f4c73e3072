"""Goals: the weekly pieces of an objective, and the evidence that a member attaches to a finished one."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from bot.core.domain.skills import LEVELS, Source
from bot.core.errors import InvalidInput

State = Literal["todo", "done", "skipped"]
EvidenceKind = Literal["repository", "pull-request", "notebook", "dashboard", "document", "recording", "post"]
EvidenceId = NewType("EvidenceId", int)

EVIDENCE_KINDS: tuple[EvidenceKind, ...] = (
    "repository",
    "pull-request",
    "notebook",
    "dashboard",
    "document",
    "recording",
    "post",
)
HOURS_MAX = 5
URL_LIMIT = 500
NOTE_LIMIT = 300

_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")
# Names that mean something on one network only, so that nobody else could open the link.
_LOCAL_ENDS = frozenset(("arpa", "internal", "invalid", "lan", "local", "localdomain", "localhost", "test"))
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_URL_SIGNS = "/:@!$&'()*+,;=~?%"


@dataclass(frozen=True, slots=True)
class Goal:
    """A concrete piece of an objective that fits into a week.

    `hours` is 1 to 5. `core` goals are in every plan, the others are stretch. `builds` marks a piece of a
    project. `grows` are pairs of a gap's id and the level (1 to 3) that the goal brings it to. `evidence`
    are the kinds that show it is done. Raises ValueError when one of these is out of range.
    """

    id: str
    title: str
    does: str
    hours: int
    core: bool
    builds: bool
    grows: tuple[tuple[str, int], ...]
    evidence: tuple[EvidenceKind, ...]
    sources: tuple[Source, ...]

    def __post_init__(self) -> None:
        if not 1 <= self.hours <= HOURS_MAX:
            raise ValueError(f"the goal {self.id} must take 1 to {HOURS_MAX} hours")
        if not all(1 <= level < LEVELS for _, level in self.grows):
            raise ValueError(f"the goal {self.id} grows a gap to a level outside 1 to {LEVELS - 1}")
        if not set(self.evidence) <= set(EVIDENCE_KINDS):
            raise ValueError(f"the goal {self.id} accepts a kind of evidence that doesn't exist")

    @property
    def stretch(self) -> bool:
        """Whether it may be left out for lack of room. What builds a project never is."""
        return not (self.core or self.builds)

    @property
    def gaps(self) -> tuple[str, ...]:
        return tuple(gap_id for gap_id, _ in self.grows)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A link that shows a finished goal. `url` went through `check_evidence_url`; `note` is people's text."""

    id: EvidenceId
    goal_id: str
    kind: EvidenceKind
    url: str
    note: str
    added_at: datetime


def check_evidence_kind(goal: Goal, kind: str) -> EvidenceKind:
    """`kind` as one that `goal` accepts. Raises InvalidInput otherwise."""
    for accepted in goal.evidence:
        if accepted == kind:
            return accepted
    raise InvalidInput("evidence.kind", kinds=", ".join(goal.evidence))


def check_evidence_url(url: str) -> str:
    """`url` as it is kept and shown: https, host in lower case ASCII, signs that mean markup escaped.

    It is never fetched. Raises InvalidInput for anything but a https link of at most 500 characters to a
    host that others can reach by name, without a user name or password in it. Checking twice changes nothing.
    """
    url = url.strip()
    if len(url) > URL_LIMIT:
        raise InvalidInput("evidence.long", limit=str(URL_LIMIT))
    parts = _split(url)
    if "@" in parts.netloc:
        raise InvalidInput("evidence.login")
    path, query, fragment = (_escape(part) for part in (parts.path, parts.query, parts.fragment))
    kept = urlunsplit(("https", _read_host(parts), path or "/", query, fragment))
    if len(kept) > URL_LIMIT:
        raise InvalidInput("evidence.long", limit=str(URL_LIMIT))
    return kept


def _split(url: str) -> SplitResult:
    # Browsers and parsers disagree about white space, controls and "\" in a link, so none gets through.
    if "\\" in url or any(unicodedata.category(char)[0] in "CZ" for char in url):
        raise InvalidInput("evidence.link")
    try:
        parts = urlsplit(url)
        known = parts.scheme == "https" and bool(parts.netloc) and (parts.port is None or parts.port > 0)
    except ValueError:
        known = False
    if not known:
        raise InvalidInput("evidence.link")
    return parts


def _read_host(parts: SplitResult) -> str:
    """The host, and the port unless it is the usual one. A look-alike name shows as the "xn--" that it is."""
    try:
        host = (parts.hostname or "").encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        host = ""
    # The last label starts with a letter, so that no spelling of an IP address passes.
    if not _HOST.fullmatch(host) or host.rpartition(".")[2] in _LOCAL_ENDS:
        raise InvalidInput("evidence.host")
    return host if parts.port in (None, 443) else f"{host}:{parts.port}"


def _escape(part: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe=_URL_SIGNS)
