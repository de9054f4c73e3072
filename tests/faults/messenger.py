"""The sink as the courier sees it, and as a test asks it."""

import asyncio
import json
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from bot.core.chat.notice import Absent, CantTell, Finding, Found, Notice, Ref
from bot.core.domain.ledger import Occurrence
from bot.core.errors import Outage, RetryLater, Unknown
from tests.faults.sink import Habits

PATIENCE = 2.0  # seconds for an answer


class SinkMessenger:
    """Posts to the sink, over a connection for each post that is on its way. `step` hears of every boundary
    that a post goes over.

    In two steps a message is created first and completed then, as on a platform that gives out ids late.
    """

    deduplicates = False

    def __init__(self, port: int, step: Callable[[str], None], *, two_steps: bool = False) -> None:
        self._port = port
        self._step = step
        self._two_steps = two_steps
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, occurrence: Occurrence, _notice: Notice) -> Ref:
        self._step("before post")
        ref = Ref("dm", occurrence.key)
        if self._two_steps and occurrence.ref:
            await self._tell({"do": "complete", "key": occurrence.key})
            return ref
        await self._tell({"do": "post", "key": occurrence.key, "complete": not self._two_steps})
        if self._two_steps:
            self._step("half made")
            await self._tell({"do": "complete", "key": occurrence.key})
        self._step("posted")
        return ref

    async def find(self, occurrence: Occurrence) -> Finding:
        answer = await self._ask({"do": "find", "key": occurrence.key})
        if answer["status"] == 501:
            return CantTell()
        return Found(Ref("dm", occurrence.key), answer["complete"]) if answer["found"] else Absent()

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()

    async def _tell(self, what: dict[str, Any]) -> None:
        answer = await self._ask(what)
        if answer["status"] == 429:
            raise RetryLater("429", after=answer["after"])
        if answer["status"] >= 500:
            raise Unknown(str(answer["status"]))

    async def _ask(self, what: dict[str, Any]) -> Any:
        writer = None
        try:
            async with asyncio.timeout(PATIENCE):
                reader, writer = (
                    self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self._port)
                )
                writer.write(json.dumps(what).encode() + b"\n")
                line = await reader.readline()
        except (OSError, TimeoutError) as error:
            if writer is None:
                raise Outage("no connection") from error
            writer.close()
            raise Unknown("no answer") from error
        if not line:
            writer.close()
            raise Unknown("reset")
        self._idle.append((reader, writer))
        return json.loads(line)


@dataclass(frozen=True, slots=True)
class Seen:
    """What people see at the sink, key by key and when; and when posts arrived, and were refused by a 429."""

    keys: tuple[str, ...]
    moments: tuple[float, ...]
    half: tuple[str, ...]
    posts: tuple[float, ...]
    refusals: tuple[float, ...]

    @property
    def twice(self) -> int:
        """How many messages came again."""
        return sum(times - 1 for times in Counter(self.keys).values())


class SinkWindow:
    """The sink as a test sees it. Blocks."""

    def __init__(self, port: int) -> None:
        self.port = port

    def see(self) -> Seen:
        told = self._ask({"do": "tell"})
        shown = told["shown"]
        return Seen(
            tuple(one["key"] for one in shown),
            tuple(one["at"] for one in shown),
            tuple(one["key"] for one in shown if not one["complete"]),
            tuple(told["posts"]),
            tuple(told["refusals"]),
        )

    def change(self, habits: Habits) -> None:
        self._ask({"do": "habits", "habits": asdict(habits)})

    def _ask(self, what: dict[str, Any]) -> Any:
        with socket.create_connection(("127.0.0.1", self.port), 5) as line, line.makefile("rw") as file:
            file.write(json.dumps(what) + "\n")
            file.flush()
            return json.loads(file.readline())
