"""Identities. Foreign ids are text inside an `Address`; ours are integers with a type of their own."""

from dataclasses import dataclass
from typing import Literal, NewType

MemberId = NewType("MemberId", int)
SpaceId = NewType("SpaceId", int)
QuestionId = NewType("QuestionId", int)

Platform = Literal["slack", "discord", "playground"]
PLATFORMS: tuple[Platform, ...] = ("slack", "discord", "playground")

FOREIGN_ID_LIMIT = 64


class Role(str):
    """A role that a platform gives to members, by its id there."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Address:
    """Something a platform knows by an id of its own: a space, a channel, a user or a message.

    Raises ValueError for an empty or overlong id: no platform sends one.
    """

    platform: Platform
    id: str

    def __post_init__(self) -> None:
        if not 0 < len(self.id) <= FOREIGN_ID_LIMIT:
            raise ValueError(f"a foreign id has 1 to {FOREIGN_ID_LIMIT} characters")
