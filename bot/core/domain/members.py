"""Members: the people of a space, made on first contact."""

from dataclasses import dataclass, field
from datetime import date

from bot.core.ids import Address, MemberId, SpaceId

NAME_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Member:
    """A caller as this space knows them. The same person in two spaces is two members.

    `seen_on` is the day, in UTC, on which they last used Cairn here. `handle` and `zone` are what the
    platform said last, empty for nothing. `closed`: they take no direct messages, and were not told yet that
    this was found out. `cut`: they, or the space, were marked as gone when they were looked up.
    """

    id: MemberId
    space_id: SpaceId
    address: Address
    name: str
    seen_on: date | None = field(default=None, compare=False)
    handle: str = field(default="", compare=False)
    zone: str = field(default="", compare=False)
    closed: bool = field(default=False, compare=False)
    cut: bool = field(default=False, compare=False)
