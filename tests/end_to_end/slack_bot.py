"""A Slack adapter for tests: scripted doors behind it, and a fake Slack with a few people in front of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any, Literal

from bot.adapters.slack.adapter import SlackAdapter, open_slack
from bot.clock import SystemClock
from bot.core.budget import CallBudget
from bot.core.catalog import Catalog
from bot.core.chat.call import Answer, Call, Caller, Space, Typed, Typing
from bot.core.chat.chart import Bar, Chart, Counts
from bot.core.chat.codec import Action, decode
from bot.core.chat.command import Option
from bot.core.chat.control import Button, Choice, Link, Select
from bot.core.chat.form import Form, TextInput
from bot.core.chat.message import Actions, Block, Message, Section, Text, Update
from bot.core.chat.part import Markdown, Plain
from bot.core.errors import RetryLater, TryAgain
from bot.core.feature import Feature
from bot.core.ids import Address, Platform
from bot.core.outbox import Messenger
from bot.core.views.errors import busy
from bot.delivery.clerk import Desk
from tests.end_to_end.slack_fake import SlackFake
from tests.end_to_end.slack_faults import Fault
from tests.end_to_end.slack_lines import HttpLine, Line
from tests.end_to_end.slack_people import Person
from tests.end_to_end.slack_workspace import Workspace

Transport = Literal["socket", "http"]
TRANSPORTS: tuple[Transport, ...] = ("socket", "http")

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
MANY = 100_000  # nobody counts how many direct messages are opened
GENERAL, ELSEWHERE = "CGENERAL", "CELSEWHERE"

GO, PICK, ASK, SENT, RULE = (
    Action("go.on"),
    Action("go.pick", "which"),
    Action("go.ask"),
    Action("go.sent"),
    Action("go.rule"),
)
CHART = Chart(Counts((Bar("Done", 3),), "goals"), "Three goals are done.")
CARD = Message(
    "Card",
    (
        Section((Markdown("**On**"),), Button("Go", GO())),
        Actions((Button("Ask", ASK()), Button("Rule", RULE()), Link("Read", "https://a.example"))),
        Actions((Select(PICK.select(), "Pick", (Choice("One", "1"), Choice("Two", "2"))),)),
    ),
)
NOTE = Message("Note", (Text((Plain("Well done."),)),))
PICTURE = Message("Picture", (CHART,))
REFUSAL = Message("That didn't work", (Text((Plain("Not like that."),)),))
FORM = Form("What?", SENT(), (TextInput("why", "Why?"), TextInput("note", "Note", required=False)))
REPLIES: dict[str, Answer] = {
    "say": Answer(CARD, private=False),
    "whisper": Answer(CARD, private=True),
    "draw": Answer(PICTURE, private=True),
    "form": Answer(FORM, private=True),
    "go.on": Answer(Update(NOTE), private=True),
    "go.ask": Answer(FORM, private=True),
    "go.sent": Answer(Update(NOTE), private=True),
}
WHO = Option("member", "Who", required=True, suggest=lambda glance, ctx, text: ())
OTHER = Answer(NOTE, private=True)
GIVEN_UP = Answer(busy(), private=True, refused=True, given_up=True)


@dataclass
class ScriptedDoors:
    """Answers by the name of what is asked, after `seconds`, and remembers who asked. `told`: what everybody
    is told instead; `busy`: how many calls are given up first; `away`: nothing can be kept. `patience`: the
    seconds that the inbox worker has; `later` holds why it left calls, `given` where their answers go."""

    replies: dict[str, Answer] = field(default_factory=lambda: dict(REPLIES))
    calls: list[Call] = field(default_factory=list)
    seconds: float = 0.0
    kept: set[str] = field(default_factory=set)
    backs: dict[str, str] = field(default_factory=dict)
    told: Answer | None = None
    busy: int = 0
    away: bool = False
    answering: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    desk: Desk | None = None
    working: list[asyncio.Task[None]] = field(default_factory=list)
    spaces: list[str] = field(default_factory=list)
    lives: list[tuple[str, str, datetime | None]] = field(default_factory=list)
    learnt: list[Caller] = field(default_factory=list)
    patience: float | None = None
    later: list[Exception] = field(default_factory=list)
    given: dict[str, str] = field(default_factory=dict)
    refusing: Answer | None = None
    typing: list[Typing] = field(default_factory=list)

    async def answer(self, call: Call, *, budget: CallBudget | None = None) -> Answer | None:
        self.calls.append(call)
        if call.key in self.done:
            return None
        if self.busy:
            self.busy -= 1
            return GIVEN_UP
        self.answering.add(call.key)
        await asyncio.sleep(self.seconds)
        self.done.add(call.key)
        what = call.what
        return self.replies.get(what.command if isinstance(what, Typed) else decode(what.action).name, OTHER)

    def admit(self, caller: Address, space: Address | None = None) -> Answer | None:
        return self.told

    async def keep(self, call: Call, back: str, seconds: float, budget: CallBudget | None = None) -> bool:
        """But for a call that is being answered already."""
        if self.away:
            raise TryAgain
        if call.key in self.kept | self.answering:
            return False
        self.kept.add(call.key)
        self.backs[call.key] = back
        return True

    async def wake(self, call: Call) -> None:
        """As an inbox worker does that is always there."""
        if (back := self.backs.pop(call.key, None)) is not None:
            self.given[call.key] = back
            self.working.append(asyncio.create_task(self._work(call, back)))

    async def _work(self, call: Call, back: str) -> None:
        assert self.desk is not None
        try:
            async with asyncio.timeout(self.patience):
                await self.desk.work(call, back, self.answer)
        except (RetryLater, TimeoutError) as error:
            self.later.append(error)

    async def suggest(self, typing: Typing, budget: CallBudget | None = None) -> tuple[Choice, ...]:
        self.typing.append(typing)
        return (Choice(f"{typing.command} {typing.option}", "x"),) if typing.text == "known" else ()

    async def check(self, call: Call, budget: CallBudget | None = None) -> Answer | None:
        return self.refusing

    async def zone(self, space: Space, caller: Caller) -> str:
        return "UTC"

    async def learn(self, space: Space, caller: Caller) -> None:
        self.learnt.append(caller)

    async def gathered(self, space: Address) -> tuple[Address, ...]:
        return ()

    async def lost(self, space: Address, user: Address) -> None:
        self.lives.append((space.id, f"lost {user.id}", None))

    async def left(self, space: Address, at: datetime | None = None) -> None:
        self.lives.append((space.id, "left", at))

    async def known(self, platform: Platform) -> tuple[Address, ...]:
        return tuple(Address(platform, one) for one in self.spaces)

    async def returned(self, space: Space, at: datetime | None = None) -> Message:
        self.lives.append((space.address.id, "returned", at))
        return NOTE

    async def home(self, space: Space, caller: Caller) -> tuple[Block, ...]:
        return (Text((Plain(f"{space.name}, {len(self.calls)}"),)), Actions((Button("Go", GO()),)))


class Painter:
    """Paints a dot, or fails."""

    def __init__(self) -> None:
        self.broken = False

    async def paint(self, chart: Chart) -> bytes:
        if self.broken:
            raise RuntimeError("no paint")
        return b"\x89PNG " + repr(chart).encode()


@dataclass
class Met:
    """A bot, and Slack around it. `member` and `lead` type into GENERAL, where the bot is too."""

    fake: SlackFake
    workspace: Workspace
    adapter: SlackAdapter
    doors: ScriptedDoors
    painter: Painter
    bugs: list[Exception]
    member: Person
    lead: Person
    line: Line

    @property
    def messenger(self) -> Messenger:
        """The adapter's, without the proof of what Slack refuses."""
        return self.adapter.messenger.below

    def shown(self, person: Person | None = None) -> list[str]:
        """The titles of what the person was shown, an ellipsis for a file, in order."""
        posts = self.workspace.seen_by((person or self.member).id)
        return ["…" if one.file else one.payload["blocks"][0]["text"]["text"] for one in posts]

    async def wait(self, holds: Callable[[], bool]) -> None:
        await self.workspace.wait_for(holds)


def make_catalog() -> Catalog:
    feature = Feature("demo", ModuleType("views"))

    def answer(*_: Any, **__: Any) -> Message:
        raise AssertionError("the doors are scripted")

    for name in ("say", "whisper", "draw", "form", "skillgap"):
        feature.command(name, "Says it", private=name != "say")(lambda request, ctx: answer())
    feature.command("rule", "Rules", private=True, lead=True, posts=True)(lambda request, ctx: answer())
    feature.action(RULE, lead=True, posts=True)(lambda request, ctx: answer())
    feature.action(GO)(lambda request, ctx: answer())
    feature.action(ASK, opens_form=True)(lambda request, ctx: answer())

    @feature.action(PICK)
    def pick(request: object, ctx: object, which: str) -> Message:
        return answer(which)

    @feature.form(SENT)
    def send(request: object, ctx: object, *, why: str, note: str) -> Message:
        return answer(why, note)

    @feature.command("lead", "Leads", private=True, lead=True, options=(WHO,))
    def lead(request: object, ctx: object, *, member: str) -> Message:
        return answer(member)

    @feature.command("begin", "Begins", private=True, clock=True)
    def begin(request: object, ctx: object) -> Message:
        return answer()

    @feature.command(
        "plan zone",
        "Moves a plan",
        private=True,
        options=(
            Option("zone", "A city with your time", required=True, suggest=lambda glance, ctx, text: ()),
            Option("hours", "Hours a week", kind=int, required=True),
        ),
    )
    def move(request: object, ctx: object, *, zone: str, hours: int) -> Message:
        return answer(zone, hours)

    return Catalog((feature,))


@asynccontextmanager
async def meeting(
    transport: Transport,
    *,
    ping_seconds: float = 10.0,
    scopes: set[str] | None = None,
    socket_faults: tuple[Fault, ...] = (),
    rate: float | None = None,
) -> AsyncIterator[Met]:
    """A bot that has connected to a Slack of its own. `rate`: messages a second that it sends by itself."""
    fake = SlackFake()
    await fake.start()
    fake.faults.plan("socket", *socket_faults)
    workspace = fake.install("Cloud to AI")
    workspace.scopes = workspace.scopes if scopes is None else scopes
    member = workspace.add_person("Member A")
    lead = workspace.add_person("Lead", is_admin=True)
    workspace.add_channel(GENERAL, member, lead)
    workspace.channels[ELSEWHERE] = {member, lead}
    doors, painter, bugs = ScriptedDoors(), Painter(), list[Exception]()
    try:
        async with (
            open_slack(
                doors,
                make_catalog(),
                painter,
                lambda error, _: bugs.append(error),
                token=workspace.token,
                api_url=fake.api_url,
                openings=MANY,
                rate=rate,
            ) as adapter,
            connected(fake, workspace, adapter, transport, ping_seconds) as line,
        ):
            doors.desk = adapter.desk
            people = [Person(workspace, line, user, GENERAL) for user in (member, lead)]
            try:
                yield Met(fake, workspace, adapter, doors, painter, bugs, people[0], people[1], line)
            finally:
                await asyncio.gather(*doors.working)
    finally:
        await fake.stop()


@asynccontextmanager
async def connected(
    fake: SlackFake, workspace: Workspace, adapter: SlackAdapter, transport: Transport, ping_seconds: float
) -> AsyncIterator[Line]:
    """The way to the bot."""
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    if transport == "http":
        serving = adapter.serve("127.0.0.1", 0, SECRET, SystemClock(), ready=ready.set_result)
    else:
        serving = adapter.listen(
            workspace.app_token, ready=lambda: ready.set_result(""), ping_seconds=ping_seconds
        )
    task = asyncio.create_task(serving)
    try:
        async with asyncio.timeout(10):
            address = await ready
        yield HttpLine(address, SECRET) if transport == "http" else fake.sockets[workspace.id]
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
