"""Slack as journeys use it: the real adapter and Slack's own libraries, on a fake that speaks the wire."""

import asyncio
import functools
import html
import re
import secrets
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import aiohttp

from bot import telemetry
from bot.adapters.slack.adapter import SlackAdapter, open_slack
from bot.adapters.slack.publish import REDIRECT_PATH, REQUEST_PATH
from bot.app import App, build, open_clerk
from bot.clock import SystemClock
from bot.core.budget import CallBudget
from bot.core.chat.call import Answer, Call, Caller, Space
from bot.core.chat.notice import Finding, Notice, Ref
from bot.core.domain.ledger import Occurrence
from bot.core.inbox import Kept
from bot.core.outbox import Messenger
from bot.delivery.clerk import Ask, Desk
from bot.delivery.courier import Courier
from bot.delivery.local import LocalRunner
from bot.delivery.pace import Pace
from bot.doors import ThreadDoors
from bot.scheduling.planner import Planner
from tests.end_to_end.slack_bot import MANY, SECRET
from tests.end_to_end.slack_fake import SlackFake
from tests.end_to_end.slack_lines import HttpLine, Line
from tests.end_to_end.slack_many import Browser, opening, settings_for
from tests.end_to_end.slack_people import Person, items_of
from tests.end_to_end.slack_workspace import Payload, Post, Workspace
from tests.journeys.conversation import HOME, Manner, Seen, Speaker

Transport = Literal["socket", "http"]

SPACES = (HOME, "Second community")
LEAD = "Lead"
GENERAL = "CGENERAL"
CHANNEL = "#general"
CONNECT_SECONDS = 10
MALFORMED = {"invalid_arguments", "invalid_blocks", "no_text"}
LOOKALIKES = str.maketrans("∗ˍ∼ˋ", "*_~`")

_STYLED = re.compile(r"(?<![A-Za-z0-9])([*_])(?=\S)([^\n]*?\S)\1(?![A-Za-z0-9])|`([^`\n]*)`")
_TOKEN = re.compile(r"<[^<>|]*\|([^<>]*)>|<([^<>|]*)>")


class Learning:
    """The doors, and a set of who came to be known behind them."""

    def __init__(self, doors: ThreadDoors, known: set[tuple[str, str]]) -> None:
        self._doors, self._known = doors, known
        self.suggest, self.home, self.zone = doors.suggest, doors.home, doors.zone
        self.left, self.returned, self.known = doors.left, doors.returned, doors.known
        self.gathered, self.lost = doors.gathered, doors.lost
        self.admit, self.keep, self.wake = doors.admit, doors.keep, doors.wake
        self.check = doors.check

    async def answer(
        self, call: Call, kept: Kept | None = None, budget: CallBudget | None = None
    ) -> Answer | None:
        answer = await self._doors.answer(call, kept, budget)
        if call.caller.name:  # asked for on the way
            self._known.add((call.space.address.id, call.caller.address.id))
        return answer

    async def learn(self, space: Space, caller: Caller) -> None:
        await self._doors.learn(space, caller)
        self._known.add((space.address.id, caller.address.id))


class SlackSurface:
    """Two workspaces on one database: over sockets each with an adapter of its own, over HTTP with one for
    both, which they have installed. `restart` keeps Slack as it is."""

    def __init__(self, data: Path, transport: Transport) -> None:
        self._settings = settings_for(data).model_copy(update={"calls": 10_000})
        self._transport = transport
        self._fake = SlackFake()
        self._workspaces: dict[str, Workspace] = {}
        self._lines: dict[str, Line] = {}
        self._people: dict[Speaker, Person] = {}
        self._known: set[tuple[str, str]] = set()
        self._heard: dict[Speaker, str] = {}

    async def start(self) -> None:
        await self._fake.start()
        for name in SPACES:
            workspace = self._workspaces[name] = self._fake.install(name)
            workspace.add_channel(GENERAL)
        await self._begin()
        if self._transport == "http":
            async with aiohttp.ClientSession() as session:
                for workspace in self._workspaces.values():
                    self._fake.agreeing = workspace
                    browser = Browser(session)
                    page = await browser.open(await browser.agree(self._base))
                    assert page.status == 200, page

    async def stop(self) -> None:
        await self._end()
        await self._fake.stop()
        assert not self._fake.lacking, f"the manifest asks for too little: {self._fake.lacking}"
        assert not self._fake.refused.keys() & MALFORMED, f"what Slack doesn't take: {self._fake.refused}"

    async def restart(self) -> None:
        await self._end()
        await self._begin()

    async def type(self, speaker: Speaker, command: str, options: Mapping[str, str]) -> Seen:
        person = self._enter(speaker)
        root, _, rest = command.partition(" ")
        words = [rest, *(f"{name}:{value}" for name, value in options.items())]
        before = person.workspace.revision
        await person.type(f"/{root}", " ".join(filter(None, words)))
        return await self._see(speaker, before)

    async def press(self, speaker: Speaker, label: str) -> Seen:
        post, item = self._find(speaker, "text", label)
        return await self._press(speaker, post, item, None)

    async def pick(self, speaker: Speaker, label: str, placeholder: str) -> Seen:
        post, item = self._find(speaker, "placeholder", placeholder)
        value = next(one["value"] for one in item["options"] if one["text"]["text"] == label)
        return await self._press(speaker, post, item, value)

    async def send(self, speaker: Speaker, values: Mapping[str, str]) -> Seen:
        person = self._enter(speaker)
        before = person.workspace.revision
        told = await person.submit(values)
        if told.get("response_action") == "errors":
            return Seen("alone", tuple(told["errors"].values()))
        if told.get("response_action") == "push":
            seen = Seen("alone", tuple(_texts(person.modal.view)))
            person.close()
            return seen
        return await self._see(speaker, before)

    async def hear(self, speaker: Speaker) -> tuple[str, ...] | None:
        workspace = self._workspaces[speaker.space]
        channel = GENERAL if speaker.name == CHANNEL else workspace.direct(self._enter(speaker).id)
        told = [post for post in workspace.posts if post.channel == channel and "metadata" in post.payload]
        if not told or told[-1].ts == self._heard.get(speaker):
            return None
        self._heard[speaker] = told[-1].ts
        return tuple(_texts(told[-1].payload))

    async def live_until(self, instant: datetime) -> None:
        await self._runner.travel(instant)

    async def sleep_until(self, instant: datetime) -> None:
        await self._app.time.travel(instant)

    async def _begin(self) -> None:
        self._app: App = build(self._settings, self._settings.playground_url)
        self._stack = AsyncExitStack()
        self._stack.callback(self._app.close)
        messenger, desk = await (self._connect_all() if self._transport == "http" else self._connect_each())
        self._stack.push_async_callback(open_clerk(self._app, {"slack": desk}).finish)

        app, owner = self._app, secrets.token_hex(4)
        courier = Courier(app.store, app.router, messenger, app.time, app.hop, owner=owner, pace=Pace({}))
        self._runner = LocalRunner(Planner(app.store), courier, app.store, app.time, app.hop)
        await self._runner.wake()

    async def _end(self) -> None:
        await self._stack.aclose()

    async def _connect_each(self) -> tuple[Messenger, Desk]:
        adapters = {}
        for workspace in self._fake.workspaces.values():
            app, fake = self._app, self._fake
            opened = open_slack(
                Learning(app.doors, self._known),
                app.catalog,
                app.painter,
                telemetry.report_bug,
                token=workspace.token,
                api_url=fake.api_url,
                openings=MANY,
                proof=0,  # nobody lives through a minute of real time here
            )
            adapter = adapters[workspace.id] = await self._stack.enter_async_context(opened)
            ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            listening = adapter.listen(workspace.app_token, ready=functools.partial(ready.set_result, ""))
            await self._until(ready, listening)
        both = Messengers(adapters)
        return both, both

    async def _connect_all(self) -> tuple[Messenger, Desk]:
        adapter = await self._stack.enter_async_context(
            opening(self._app, self._fake, Learning(self._app.doors, self._known))
        )
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        serving = adapter.serve("127.0.0.1", 0, SECRET, SystemClock(), ready=ready.set_result)
        address = await self._until(ready, serving)
        self._base = address.removesuffix(REQUEST_PATH)
        self._fake.oauth.redirect_url = self._base + REDIRECT_PATH
        line = HttpLine(address, SECRET)
        self._lines = dict.fromkeys(self._fake.workspaces, line)
        for person in self._people.values():
            person.line = line
        return adapter.messenger, adapter.desk

    async def _until(self, ready: asyncio.Future[str], serving: Coroutine[Any, Any, None]) -> str:
        self._stack.push_async_callback(_stop, asyncio.create_task(serving))
        async with asyncio.timeout(CONNECT_SECONDS):
            return await ready

    def _enter(self, speaker: Speaker) -> Person:
        if speaker not in self._people:
            workspace = self._workspaces[speaker.space]
            user = workspace.add_person(speaker.name, is_admin=speaker.name == LEAD)
            workspace.channels[GENERAL].add(user)
            line = self._lines.get(workspace.id, self._fake.sockets[workspace.id])
            self._people[speaker] = Person(workspace, line, user, GENERAL)
        return self._people[speaker]

    async def _press(self, speaker: Speaker, post: Post, item: Payload, value: str | None) -> Seen:
        person = self._enter(speaker)
        before = person.workspace.revision
        await person.press(post, item, value)
        return await self._see(speaker, before)

    async def _see(self, speaker: Speaker, before: int) -> Seen:
        """What the speaker was shown since the workspace had that revision: a form, or a message."""
        person = self._enter(speaker)
        workspace = person.workspace
        await workspace.wait_for(lambda: workspace.revision > before, f"an answer to {speaker}")
        shown = [post for post in workspace.seen_by(person.id) if post.revision > before and not post.file]
        if not shown:
            return Seen("asks", tuple(_texts(person.modal.view)))
        # A lead is known by their own command; what Slack says of anybody else comes behind the answer.
        member = (workspace.id, person.id)
        known = lambda: speaker.name == LEAD or member in self._known  # noqa: E731
        await workspace.wait_for(known, f"what Slack says of {speaker}")
        post = shown[-1]
        manner: Manner = "changed" if post.made <= before else "alone" if post.audience else "openly"
        return Seen(manner, tuple(_texts(post.payload)))

    def _find(self, speaker: Speaker, field: str, text: str) -> tuple[Post, Payload]:
        """The newest message with such a button or select, and the button or select."""
        person = self._enter(speaker)
        for post in reversed(person.workspace.seen_by(person.id)):
            for item in items_of(post.payload.get("blocks", [])):
                if item.get(field, {}).get("text") == text:
                    return post, item
        raise AssertionError(f"{speaker.name} sees no {text!r}")


class Messengers:
    """The messengers and desks of all workspaces as one, by the space of what is said."""

    deduplicates = False

    def __init__(self, adapters: Mapping[str, SlackAdapter]) -> None:
        self._adapters = adapters

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        return await self._adapters[occurrence.space.id].messenger.post(occurrence, notice)

    async def find(self, occurrence: Occurrence) -> Finding:
        return await self._adapters[occurrence.space.id].messenger.find(occurrence)

    async def work(self, call: Call, back: str, ask: Ask) -> None:
        await self._adapters[call.space.address.id].desk.work(call, back, ask)


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _texts(drawn: Any) -> Iterator[str]:
    """What a reader sees of a message or a view, a line each."""
    if isinstance(drawn, list):
        for one in drawn:
            yield from _texts(one)
    elif isinstance(drawn, dict):
        if drawn.get("type") in ("mrkdwn", "plain_text"):
            yield from (read(drawn["text"]) if drawn["type"] == "mrkdwn" else drawn["text"]).split("\n")
            return
        for name, value in drawn.items():
            if name not in ("options", "metadata"):
                yield from _texts(value)


def read(text: str) -> str:
    """A text in Slack's markup as a person sees it."""
    text = _TOKEN.sub(lambda found: found[1] or found[2], text.replace("\u200b", "").replace("\u00ad", ""))
    text = _STYLED.sub(lambda found: found[2] or found[3], text)
    return html.unescape(text).translate(LOOKALIKES)
