"""Installs: what a workspace, or a whole organization, gave Cairn when it took it in."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Tenant:
    """Whose an install is: a workspace (`team`), perhaps of an organization (`enterprise`), or a whole
    organization (no team). Raises ValueError for neither."""

    enterprise: str
    team: str

    def __post_init__(self) -> None:
        if not self.key:
            raise ValueError("an install belongs to a workspace or to an organization")

    @property
    def key(self) -> str:
        """What tells it from every other tenant. A workspace keeps its id when it joins an organization."""
        return self.team or self.enterprise


@dataclass(frozen=True, slots=True)
class Install:
    """`user` is what Cairn is called there, by an id of the platform's.

    A token that is renewed has a `renewal` (what to ask with for the next one) and an end. `version` grows
    with every change of what is kept.
    """

    tenant: Tenant
    name: str
    user: str
    token: str = field(repr=False)
    installed_at: datetime
    renewal: str = field(default="", repr=False)
    expires_at: datetime | None = None
    version: int = 0
