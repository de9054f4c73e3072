"""Cairn, whole, in many workspaces at once: over HTTP, installed by people with browsers."""

import asyncio
import html
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from bot import telemetry
from bot.adapters.slack.adapter import SlackAdapter, open_workspaces
from bot.adapters.slack.install import Credentials
from bot.adapters.slack.publish import INSTALL_PATH, REDIRECT_PATH, REQUEST_PATH, manifest
from bot.app import App, build, open_clerk
from bot.clock import SystemClock
from bot.core.ports import PlatformDoors
from bot.settings import Settings
from tests.end_to_end.slack_bot import GENERAL, MANY, SECRET
from tests.end_to_end.slack_fake import SlackFake
from tests.end_to_end.slack_lines import HttpLine
from tests.end_to_end.slack_oauth import Org
from tests.end_to_end.slack_people import Person
from tests.end_to_end.slack_workspace import Workspace

# Made for tests, and nowhere in use.
KEY = "dGVzdHMtb25seS1rZXktdGVzdHMtb25seS1rZXktMDE="
NEWER_KEY = "dGVzdHMtb25seS1rZXktdGVzdHMtb25seS1rZXktMDI="


@dataclass
class Page:
    status: int
    text: str
    headers: dict[str, str]


@dataclass
class Browser:
    """A person's browser: it keeps cookies, and goes where it is led only when told to."""

    session: aiohttp.ClientSession
    cookies: dict[str, str] = field(default_factory=dict)

    async def open(self, url: str) -> Page:
        told = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": told} if told else {}
        async with self.session.get(url, headers=headers, allow_redirects=False) as answer:
            for name, cookie in answer.cookies.items():
                self.cookies[name] = cookie.value
            return Page(answer.status, await answer.text(), dict(answer.headers))

    async def begin(self, base: str) -> str:
        """Where the install page leads."""
        page = await self.open(base + INSTALL_PATH)
        assert page.status == 200, page
        found = re.search(r'href="([^"]+)"', page.text)
        assert found
        return html.unescape(found[1])

    async def agree(self, base: str) -> str:
        """Begins, and says at Slack's page what the fake's people say. Where that leads back to."""
        page = await self.open(await self.begin(base))
        assert page.status == 302, page
        return page.headers["Location"]


@dataclass
class Many:
    """`base` is where the bot serves; `people` type into GENERAL of their workspaces."""

    fake: SlackFake
    app: App
    adapter: SlackAdapter
    base: str
    session: aiohttp.ClientSession

    @property
    def line(self) -> HttpLine:
        return HttpLine(self.base + REQUEST_PATH, SECRET)

    def browser(self) -> Browser:
        return Browser(self.session)

    def found(self, name: str) -> Workspace:
        """A workspace that has not installed Cairn yet, with a person in its channel."""
        workspace = self.fake.install(name, manifest(self.app.catalog, url="https://bot.example"))
        workspace.token = ""
        workspace.add_channel(GENERAL)
        return workspace

    async def install(self, who: Workspace | Org) -> Page:
        self.fake.agreeing = who
        browser = self.browser()
        return await browser.open(await browser.agree(self.base))

    def person(self, workspace: Workspace, name: str, **facts: object) -> Person:
        user = workspace.add_person(name, **facts)
        workspace.channels[GENERAL].add(user)
        return Person(workspace, self.line, user, GENERAL)


def settings_for(data: Path, *keys: str) -> Settings:
    return Settings(data=data, cairn_keys=SecretStr(",".join(keys or (KEY,))), deadline=10)


def opening(
    app: App, fake: SlackFake, doors: PlatformDoors | None = None
) -> AbstractAsyncContextManager[SlackAdapter]:
    """The adapter of all workspaces that install Cairn at the fake. `doors`: others than the app's own."""
    assert app.installs is not None
    authorize_url = f"{fake.url}/oauth/v2/authorize"
    return open_workspaces(
        doors or app.doors,
        app.catalog,
        app.painter,
        telemetry.report_bug,
        app.installs,
        SystemClock(),
        app=Credentials(fake.oauth.client_id, fake.oauth.client_secret, authorize_url),
        api_url=fake.api_url,
        openings=MANY,
        proof=0,  # nobody waits for a minute here
    )


@asynccontextmanager
async def serving(
    fake: SlackFake, settings: Settings, url: str
) -> AsyncIterator[tuple[App, SlackAdapter, str]]:
    """One gateway on a database, and where it serves."""
    app = build(settings, url)
    async with opening(app, fake) as adapter:
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        clerk = open_clerk(app, {"slack": adapter.desk})
        task = asyncio.create_task(
            adapter.serve("127.0.0.1", 0, SECRET, SystemClock(), ready=ready.set_result)
        )
        try:
            async with asyncio.timeout(10):
                address = await ready
            yield app, adapter, address.removesuffix(REQUEST_PATH)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await clerk.finish()
            app.close()


@asynccontextmanager
async def many(settings: Settings, url: str) -> AsyncIterator[Many]:
    fake = SlackFake()
    await fake.start()
    try:
        async with serving(fake, settings, url) as (app, adapter, base), aiohttp.ClientSession() as session:
            fake.oauth.redirect_url = base + REDIRECT_PATH
            yield Many(fake, app, adapter, base, session)
    finally:
        await fake.stop()
