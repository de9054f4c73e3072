"""Small stand-ins that a Discord adapter can be started with, where a test needs no database behind it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from types import ModuleType
from typing import Any

from bot.adapters.discord.adapter import DiscordAdapter
from bot.core.budget import CallBudget
from bot.core.catalog import Catalog
from bot.core.chat.call import Answer, Call, Caller, Pressed, Space, Submitted, Typed, Typing
from bot.core.chat.chart import Bar, Chart, Counts
from bot.core.chat.codec import Action
from bot.core.chat.command import Option
from bot.core.chat.control import Button, Choice
from bot.core.chat.form import Form, TextInput
from bot.core.chat.message import Actions, Block, Message, Text, Update
from bot.core.chat.part import Markdown
from bot.core.errors import TryAgain
from bot.core.feature import Feature
from bot.core.ids import Address, Platform
from bot.delivery.clerk import Desk
from bot.platform_health import PlatformHealth
from tests.end_to_end.discord_fake import TOKEN, FakeDiscord

PRESS = Action("thing.press", "number")
ASK = Action("thing.ask", "number")
SEND = Action("thing.send", "number")
CHART = Chart(Counts((Bar("one", 1), Bar("two", 2)), "things"), "One, and two of the other.")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def say(text: str, *blocks: Block) -> Message:
    return Message("Said", (Text((Markdown(text),)), *blocks))


CARD = say("A card", Actions((Button("Press", PRESS(1)), Button("Ask", ASK(1)))))
FORM = Form("Tell", SEND(1), (TextInput("word", "A word"),))


def catalog() -> Catalog:
    """A private command, an open one, a button, a button that opens a form, and the form."""
    views = ModuleType("views")
    feature = Feature("things", views)
    thing = Option("thing", "Which", suggest=lambda *_: ())

    @feature.command("whisper", "Says it to you", private=True, options=(thing,))
    def whisper(request: object, ctx: object, *, thing: str | None = None) -> None: ...

    @feature.command("shout", "Says it to all", private=False)
    def shout(request: object, ctx: object) -> None: ...

    @feature.command("skillgap", "Answers", private=True, options=(Option("question", "What"),))
    def skillgap(request: object, ctx: object, *, question: str | None = None) -> None: ...

    @feature.action(PRESS)
    def press(request: object, ctx: object, number: int) -> None: ...

    @feature.action(ASK, opens_form=True)
    def ask(request: object, ctx: object, number: int) -> None: ...

    @feature.form(SEND)
    def send(request: object, ctx: object, number: int, *, word: str) -> None: ...

    return Catalog((feature,))


class StubDoors:
    """Answers as it is told to, after `seconds`; remembers its calls. `located`: where direct messages go.

    `told`: what everybody is told instead. `waits`: calls can be kept, and are carried out at once; False:
    they are being answered right now; None: nothing can be kept.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answers: Callable[[Call], Answer | None] = lambda _call: Answer(CARD, private=True)
        self.seconds = 0.0
        self.told: Answer | None = None
        self.kept: list[str] = []
        self.desk: Desk | None = None
        self.working: list[asyncio.Task[None]] = []
        self.waits: bool | None = False
        self.located: Space | Answer | None = None
        self.spaces: list[str] = []
        self.busy = False
        self.lives: list[tuple[str, str, datetime | None]] = []

    def admit(self, caller: Address, space: Address | None = None) -> Answer | None:
        return self.told

    async def keep(self, call: Call, back: str, seconds: float, budget: CallBudget | None = None) -> bool:
        if self.waits is None:
            raise TryAgain
        if self.waits:
            self.kept.append(back)
        return self.waits

    async def wake(self, call: Call) -> None:
        assert self.desk is not None
        self.working.append(asyncio.create_task(self.desk.work(call, self.kept[-1], self.answer)))

    async def answer(self, call: Call, *, budget: CallBudget | None = None) -> Answer | None:
        self.calls.append(call)
        await asyncio.sleep(self.seconds)
        return self.answers(call)

    async def suggest(self, typing: Typing, budget: CallBudget | None = None) -> tuple[Choice, ...]:
        return (Choice(f"{typing.option} {typing.text}", typing.text or "nothing"),)

    async def check(self, call: Call, budget: CallBudget | None = None) -> Answer | None:
        return None

    async def home(self, space: Space, caller: Caller) -> tuple[Block, ...]:
        return ()

    async def zone(self, space: Space, caller: Caller) -> str:
        return "UTC"

    async def learn(self, space: Space, caller: Caller) -> None:
        raise AssertionError("Discord tells all of it with each call")

    async def gathered(self, space: Address) -> tuple[Address, ...]:
        return ()

    async def lost(self, space: Address, user: Address) -> None:
        self.lives.append((space.id, f"lost {user.id}", None))

    async def left(self, space: Address, at: datetime | None = None) -> None:
        self.lives.append((space.id, "left", at))
        if self.busy:
            raise TryAgain("busy")

    async def known(self, platform: Platform) -> tuple[Address, ...]:
        return tuple(Address(platform, one) for one in self.spaces)

    async def returned(self, space: Space, at: datetime | None = None) -> Message:
        self.lives.append((space.address.id, "returned", at))
        return say("Hello")

    async def locate(
        self, caller: Caller, what: Typed | Pressed | Submitted, budget: CallBudget | None = None
    ) -> Space | Answer | None:
        return self.located


class StubPainter:
    """Paints the same picture for every chart; None: it breaks."""

    def __init__(self) -> None:
        self.png: bytes | None = PNG

    async def paint(self, chart: Chart) -> bytes:
        if self.png is None:
            raise RuntimeError("no paint")
        return self.png


class StubMemory:
    """What the adapter keeps between two starts."""

    def __init__(self) -> None:
        self.kept: str | None = None

    async def digest(self) -> str | None:
        return self.kept

    async def keep(self, digest: str) -> None:
        self.kept = digest


class StubChannels:
    """The channels of direct messages that outlive the adapter."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.kept: dict[str, str] = {}
        self._now = now
        self._opened: list[float] = []

    async def find(self, user: str) -> str | None:
        return self.kept.get(user)

    async def keep(self, user: str, channel: str) -> None:
        self.kept[user] = channel
        self._opened.append(self._now())

    async def ages(self, seconds: float) -> tuple[float, ...]:
        return tuple(self._now() - at for at in self._opened if at > self._now() - seconds)

    async def forget(self, user: str) -> None:
        self.kept.pop(user, None)


class Stub:
    """A Discord adapter, started on the fake, with stand-ins on its other side."""

    def __init__(
        self,
        fake: FakeDiscord | None,
        memory: StubMemory | None = None,
        patience: float = 5.0,
        channels: StubChannels | None = None,
        **given: Any,
    ) -> None:
        """Without a fake it goes wherever the library goes. `given`: more for the adapter."""
        given.setdefault("proof", 0)  # nobody waits for a minute here
        self.doors = StubDoors()
        self.painter = StubPainter()
        self.memory = memory or StubMemory()
        self.bugs: list[Exception] = []
        self.channels = channels or StubChannels()
        self.health = PlatformHealth()
        self.adapter = DiscordAdapter(
            self.doors,
            catalog(),
            self.painter,
            self.memory,
            self.channels,
            self._report,
            api_url=fake.api_url if fake else "",
            gateway_url=fake.gateway_url if fake else "",
            patience=patience,
            health=self.health,
            **given,
        )
        self.doors.desk = self.adapter

    async def finish(self) -> list[BaseException]:
        """Waits for what was kept. What went wrong with it."""
        ended = await asyncio.gather(*self.doors.working, return_exceptions=True)
        return [one for one in ended if one is not None]

    def _report(self, error: Exception, _asked: Any) -> str:
        self.bugs.append(error)
        return "0badcafe"


@asynccontextmanager
async def running(fake: FakeDiscord, stub: Stub) -> AsyncIterator[Stub]:
    """The stub's adapter, connected until the end of the block."""
    fake.gateway.ready.clear()
    await stub.adapter.sign_in(TOKEN)
    listening = asyncio.create_task(stub.adapter.listen())
    try:
        async with asyncio.timeout(10):
            await fake.gateway.ready.wait()
        yield stub
    finally:
        await stub.finish()
        await stub.adapter.close()
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


@asynccontextmanager
async def running_on_nothing(stub: Stub) -> AsyncIterator[None]:
    """For a simulation that connects by itself: closes what the adapter opened."""
    try:
        yield
    finally:
        await stub.adapter.close()


def update(text: str) -> Callable[[Call], Answer]:
    """Doors that change the message, but answer a command with a card."""
    return lambda call: Answer(CARD if isinstance(call.what, Typed) else Update(say(text)), private=True)
