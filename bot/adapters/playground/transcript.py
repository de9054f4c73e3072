"""What the playground needs from storage: the conversation, so that it is still there after a restart."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

Kind = Literal["typed", "message"]


class Entry(Protocol):
    """One line of the conversation. `audience` is the only member who sees it, or None for everybody.

    `revision` grows with each change anywhere in the transcript; `body` is a JSON object as text.
    """

    @property
    def id(self) -> int: ...
    @property
    def revision(self) -> int: ...
    @property
    def space(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def sender(self) -> str: ...
    @property
    def audience(self) -> str | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def at(self) -> datetime: ...


class Transcript(Protocol):
    """The conversation of every community, kept."""

    async def append(
        self,
        space: str,
        channel: str,
        sender: str,
        audience: str | None,
        kind: Kind,
        body: str,
        now: datetime,
    ) -> int:
        """Adds an entry; its id."""
        ...

    async def tell(
        self,
        key: str,
        space: str,
        channel: str,
        sender: str,
        audience: str | None,
        body: str,
        now: datetime,
    ) -> int:
        """Adds a message under a key, unless there is one. Its id."""
        ...

    async def told(self, key: str) -> Entry | None:
        """The message under the key."""
        ...

    async def revision(self) -> int:
        """The revision of the newest change anywhere, by whichever process."""
        ...

    async def replace(self, entry_id: int, body: str) -> None:
        """Gives the entry another body and a new revision."""
        ...

    async def find(self, entry_id: int) -> Entry | None: ...

    async def since(self, space: str, channel: str, viewer: str, after: int) -> Sequence[Entry]:
        """Entries that the viewer may see and whose revision is above `after`, in the order of their ids."""
        ...

    async def clear(self, space: str) -> None:
        """Forgets everything that was said in the community."""
        ...
