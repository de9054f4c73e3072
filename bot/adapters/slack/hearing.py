"""Everything that Slack sends, brought to the workspace that it was sent for."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.adapters.slack.envelope import read_envelope
from bot.adapters.slack.origin import Malformed, read_departure
from bot.adapters.slack.render import message_payload
from bot.adapters.slack.workspaces import Workspaces
from bot.core.chat.message import Message
from bot.core.errors import RetryLater, SealBroken, TryAgain
from bot.core.ports import PlatformDoors
from bot.core.views.errors import busy
from bot.core.views.installs import not_installed

FINISH_SECONDS = 5.0
# What a workspace says when it takes Cairn out, or only its token back.
GONE = ("app_uninstalled", "tokens_revoked")

Payload = Mapping[str, Any]

_ANY = re.compile("")


class Hearing:
    """Finds the workspace of each payload, by what Slack signed, and has its listeners do the rest."""

    def __init__(self, workspaces: Workspaces, doors: PlatformDoors) -> None:
        self._workspaces = workspaces
        self._doors = doors
        self._running: set[asyncio.Task[None]] = set()

    def register(self, app: AsyncApp) -> None:
        """Has the app call us for everything that the manifest asks for."""
        for kind in ("command", "action", "view", "options"):
            getattr(app, kind)(_ANY)(self._listener(kind))
        app.event("app_home_opened")(self._listener("home"))
        for event in ("app_mention", "message"):
            app.event(event)(self._listener("question"))
        for event in GONE:
            app.event(event)(self._leave)
        # Everything else is acknowledged: nothing of it is ever logged as a request that nobody handles.
        app.event(_ANY)(_ignore)

    async def finish(self) -> None:
        """Waits a little for what is being answered."""
        if self._running:
            await asyncio.wait(self._running, timeout=FINISH_SECONDS)

    def _listener(self, kind: str) -> Callable[..., Awaitable[None]]:
        async def listen(ack: AsyncAck, body: dict[str, Any]) -> None:
            task = asyncio.ensure_future(self._hear(kind, ack, body))
            self._running.add(task)
            try:
                await task
            finally:
                self._running.discard(task)

        return listen

    async def _hear(self, kind: str, ack: AsyncAck, body: Payload) -> None:
        try:
            workspace = await self._workspaces.find(read_envelope(body))
        except Malformed as error:
            structlog.get_logger().warning("slack payload refused", why=str(error))
            await ack()
            return
        except (RetryLater, SealBroken, TryAgain) as error:
            # Without an acknowledgement Slack sends an event again; whoever typed is told to try again.
            structlog.get_logger().warning("slack workspace not found out", error=type(error).__name__)
            if kind == "command":
                await ack(_alone(busy()))
            return
        if workspace is None:
            await ack(_alone(not_installed()) if kind == "command" else "")
            return
        await workspace.listeners.hear(kind, ack, body)

    async def _leave(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Acknowledged once the token is gone and nothing more is sent: until then Slack says it again."""
        try:
            at = read_departure(body["event"], body.get("event_time"))
            if at is not None:
                for space in await self._workspaces.leave(read_envelope(body), at):
                    await self._doors.left(space, at)
        except Malformed as error:
            structlog.get_logger().warning("slack payload refused", why=str(error))
        except (RetryLater, SealBroken, TryAgain) as error:
            structlog.get_logger().warning("slack install not ended", error=type(error).__name__)
            return
        await ack()


def _alone(message: Message) -> dict[str, Any]:
    return message_payload(message) | {"response_type": "ephemeral"}


async def _ignore(ack: AsyncAck) -> None:
    await ack()
