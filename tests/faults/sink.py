"""A platform of its own process: it writes down every message it really got, and fails as it is told to.

It speaks JSON, one line for a question and one for an answer, on a port of 127.0.0.1.
"""

import asyncio
import json
import random
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from typing import Any

# "keys": a second post under one key shows nothing new. "ask": it can be asked what it has. "mute": neither.
MODES = ("keys", "ask", "mute")


@dataclass(frozen=True, slots=True)
class Habits:
    """What the sink does: shares of the posts that fail, and how long an answer takes.

    A post that breaks, is met with silence or a reset may have been shown: half of them are.
    """

    mode: str = "keys"
    limited: float = 0.0
    broken: float = 0.0
    silent: float = 0.0
    reset: float = 0.0
    after: float = 0.02
    delay: float = 0.0
    seed: int = 1


@dataclass(slots=True)
class Shown:
    """One message that people see: its key, when it came (monotonic), whether its last form is there."""

    key: str
    at: float
    complete: bool


@dataclass(slots=True)
class Sink:
    habits: Habits
    shown: list[Shown] = field(default_factory=list)
    posts: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)
    under: defaultdict[str, list[Shown]] = field(default_factory=lambda: defaultdict(list))
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.habits.seed)

    async def serve(self, ready: Connection) -> None:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        async with server:
            await server.serve_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while line := await reader.readline():
                answer = await self._answer(json.loads(line))
                if answer is None:
                    writer.transport.abort()
                    return
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        writer.close()

    async def _answer(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        """None: the connection is reset."""
        match asked:
            case {"do": "post", "key": key, "complete": complete}:
                return await self._post(key, complete)
            case {"do": "complete", "key": key}:
                for one in self.under[key]:
                    one.complete = True
                return {"status": 200}
            case {"do": "find", "key": key} if self.habits.mode != "mute":
                found = self.under[key]
                return {"status": 200, "found": len(found), "complete": all(one.complete for one in found)}
            case {"do": "find"}:
                return {"status": 501}
            case {"do": "habits", "habits": habits}:
                self.habits = Habits(**habits)
                self.chance = random.Random(self.habits.seed)
                return {"status": 200}
            case _:
                shown = [asdict(one) for one in self.shown]
                return {"shown": shown, "posts": self.posts, "refusals": self.refusals}

    async def _post(self, key: str, complete: bool) -> dict[str, Any] | None:
        self.posts.append(time.monotonic())
        habits = self.habits
        dice = self.chance.random()
        if dice < habits.limited:
            self.refusals.append(time.monotonic())
            return {"status": 429, "after": habits.after}
        dice -= habits.limited
        failing = dice < habits.broken + habits.silent + habits.reset
        if not failing or self.chance.random() < 0.5:
            self._show(key, complete)
        if habits.delay:
            await asyncio.sleep(habits.delay)
        if not failing:
            return {"status": 200}
        if dice < habits.broken:
            return {"status": 500}
        if dice < habits.broken + habits.silent:
            await asyncio.sleep(60)
        return None

    def _show(self, key: str, complete: bool) -> None:
        if self.habits.mode != "keys" or not self.under[key]:
            self.under[key].append(Shown(key, time.monotonic(), complete))
            self.shown.append(self.under[key][-1])


def run_sink(habits: Habits, ready: Connection) -> None:
    """The process: sends its port, and serves until it is killed."""
    asyncio.run(Sink(habits).serve(ready))
