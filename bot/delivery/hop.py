"""How the workers do what blocks."""

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Hop(Protocol):
    async def __call__(self, work: Callable[..., T], *args: object) -> T:
        """Does blocking work on a thread of the database."""
        ...
