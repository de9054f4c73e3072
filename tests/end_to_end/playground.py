"""A playground over HTTP for tests: scripted doors, the real transcript, and a page that speaks to both."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import ModuleType
from typing import Any
from uuid import uuid4

import aiohttp
from sqlalchemy import Engine

from bot.adapters.discord import render as discord
from bot.adapters.playground.adapter import Drawing, PlaygroundAdapter
from bot.adapters.playground.gallery import Gallery
from bot.adapters.playground.transcript import Transcript
from bot.adapters.slack import render as slack
from bot.core.catalog import Catalog
from bot.core.chat.call import Answer, Call, Caller, Space, Typed, Typing
from bot.core.chat.chart import Chart
from bot.core.chat.codec import ActionId
from bot.core.chat.command import Option
from bot.core.chat.control import Button, Choice, Select
from bot.core.chat.form import Form, TextInput
from bot.core.chat.message import Actions, Block, Message, Section, Text, Update
from bot.core.chat.part import Markdown, Plain
from bot.core.chat.typed import clean_line
from bot.core.feature import Feature
from bot.storage import playground as storage
from bot.threads import ThreadTranscript

GO, PICK, ASK, AT_HOME = ActionId("go.on"), ActionId("go.pick"), ActionId("go.ask"), ActionId("go.home")
CARD = Message(
    "Card",
    (
        Section((Markdown("**On**"),), Button("Go", GO)),
        Actions((Select(PICK, "Pick", (Choice("One", "1"), Choice("Two", "2"))),)),
        Actions((Button("Ask", ASK),)),
    ),
)
NOTE = Message("Note", (Text((Plain("Well done."),)),))
FORM = Form("What?", ActionId("go.sent"), (TextInput("why", "Why?"),))
REPLIES = {
    "say": Answer(CARD, private=False),
    "whisper": Answer(CARD, private=True),
    "change": Answer(Update(NOTE), private=False),
    "form": Answer(FORM, private=True),
    "go.on": Answer(Update(NOTE), private=True),
    "go.pick": Answer(NOTE, private=True),
    "go.ask": Answer(FORM, private=True),
    "go.sent": Answer(Update(NOTE), private=True),
    "go.home": Answer(NOTE, private=False),
}
OTHER = Answer(NOTE, private=True)
FETCHED = {"Sec-Fetch-Site": "same-origin"}
WHERE = {"member": "member-a", "space": "cloud-to-ai", "place": "general"}


@dataclass
class ScriptedDoors:
    """Answers by the name of what is asked, and remembers who asked."""

    calls: list[Call] = field(default_factory=list)
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event | None = None

    async def answer(self, call: Call) -> Answer:
        self.calls.append(call)
        self.entered.set()
        if self.gate:
            await self.gate.wait()
        return REPLIES.get(call.what.command if isinstance(call.what, Typed) else call.what.action, OTHER)

    async def suggest(self, typing: Typing) -> tuple[Choice, ...]:
        return (Choice(f"{typing.caller.name}: {clean_line(typing.text, 20)}", "x"),)

    async def zone(self, space: Space, caller: Caller) -> str:
        return "UTC"

    async def home(self, space: Space, caller: Caller) -> tuple[Block, ...]:
        return (Text((Plain(f"{caller.name} in {space.name}"),)), Actions((Button("Home", AT_HOME),)))


class FixedClock:
    def now(self) -> datetime:
        return datetime(2027, 3, 1, 9, 30, tzinfo=UTC)

    async def travel(self, instant: datetime) -> datetime:
        raise AssertionError(instant)

    async def begin_again(self) -> datetime:
        raise AssertionError


class BareWall:
    """A painter, and a place for pictures, where no message holds a chart."""

    async def paint(self, chart: Chart) -> bytes:
        raise AssertionError(chart)

    async def keep(self, name: str, png: bytes, now: datetime) -> None:
        raise AssertionError(name)

    async def find(self, name: str) -> bytes | None:
        return None


def report(error: Exception, chart: Chart) -> None:
    raise AssertionError(chart) from error


@dataclass
class Page:
    """A page of the playground, as a browser would speak for it."""

    url: str
    http: aiohttp.ClientSession
    doors: ScriptedDoors
    token: str = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Origin": self.url, "X-Cairn-Token": self.token}

    async def get(self, path: str, **query: object) -> tuple[int, Any]:
        params = {name: str(value) for name, value in query.items()}
        async with self.http.get(self.url + path, params=params, headers=FETCHED) as response:
            return response.status, await response.json()

    async def post(self, path: str, body: object, **headers: str) -> tuple[int, Any]:
        async with self.http.post(self.url + path, json=body, headers=self.headers | headers) as response:
            return response.status, await response.json()

    async def call(self, what: Mapping[str, object], **change: object) -> tuple[int, Any]:
        return await self.post("/call", {"key": str(uuid4()), **WHERE, "what": what, **change})

    async def say(self, text: str, **change: object) -> Any:
        status, told = await self.call({"kind": "text", "text": text}, **change)
        assert status == 200, told
        return told

    async def press(self, entry: int | None, action: str, value: str | None = None, **change: object) -> int:
        what = {"kind": "pressed", "entry": entry, "action": action, "value": value}
        return (await self.call(what, **change))[0]

    async def entries(self, **change: object) -> list[Any]:
        status, told = await self.get("/transcript", **{**WHERE, "after": 0, **change})
        assert status == 200, told
        return list(told["entries"])

    async def titles(self, **change: object) -> list[str]:
        bodies = [entry["body"] for entry in await self.entries(**change)]
        return [body["text"] if "text" in body else body["plain"]["title"] for body in bodies]


def make_catalog() -> Catalog:
    feature = Feature("demo", ModuleType("views"))

    @feature.command("say", "Says it", private=False, options=(Option("words", "Which"),))
    def say(request: object, ctx: object, *, words: str | None = None) -> Message:
        raise AssertionError(request, ctx, words)

    return Catalog((feature,))


class Threads(ThreadTranscript):
    """The transcript on threads of its own."""

    def __init__(self, engine: Engine, threads: ThreadPoolExecutor) -> None:
        super().__init__(storage.Transcript(engine), threads, threads)


def make_adapter(doors: ScriptedDoors, transcript: Transcript) -> PlaygroundAdapter:
    drawings = {
        "slack": Drawing(slack.message_payload, slack.form_payload),
        "discord": Drawing(discord.message_payload, discord.form_payload),
    }
    gallery = Gallery(BareWall(), BareWall(), FixedClock(), report)
    return PlaygroundAdapter(doors, make_catalog(), transcript, drawings, FixedClock(), gallery)


@asynccontextmanager
async def serving(adapter: PlaygroundAdapter, doors: ScriptedDoors) -> AsyncIterator[Page]:
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(adapter.serve("127.0.0.1", 0, ready=ready.set_result))
    try:
        async with aiohttp.ClientSession() as http:
            page = Page(await ready, http, doors)
            page.token = (await page.get("/session"))[1]["token"]
            yield page
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, 10)
