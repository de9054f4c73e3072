"""Everything that Slack sends, brought to the workspace that it was sent for."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.adapters.slack.arrival import current_arrival
from bot.adapters.slack.envelope import read_envelope
from bot.adapters.slack.listeners import Ask, Report
from bot.adapters.slack.origin import Malformed, read_departure
from bot.adapters.slack.render import message_payload
from bot.adapters.slack.workspaces import Workspace, Workspaces
from bot.core.chat.call import Call
from bot.core.chat.message import Message
from bot.core.errors import RetryLater, SealBroken, TryAgain
from bot.core.views.errors import busy
from bot.core.views.installs import not_installed

FINISH_SECONDS = 5.0
# What a workspace says when it takes Cairn out, or only its token back.
GONE = ("app_uninstalled", "tokens_revoked")

FOUND = "cairn_workspace"

_ANY = re.compile("")

T = TypeVar("T")


class Hearing:
    """Finds the workspace of each payload, by what Slack signed, and has its listeners do the rest.

    `report` is told about bugs.
    """

    def __init__(self, workspaces: Workspaces, report: Report) -> None:
        self._workspaces = workspaces
        self._report = report
        self._running: set[asyncio.Task[None]] = set()

    def register(self, app: AsyncApp) -> None:
        """Has the app call us for everything that the manifest asks for."""
        # Bolt acknowledges an event before anybody listens, so what must not get lost comes in front of that.
        app.use(self._find)
        for kind in ("command", "action", "view", "options"):
            getattr(app, kind)(_ANY)(self._listener(kind))
        app.event("app_home_opened")(self._listener("home"))
        for event in ("app_mention", "message"):
            app.event(event, middleware=[self._keep])(_ignore)
        for event in GONE:
            app.event(event, middleware=[self._leave])(_ignore)
        # Everything else is acknowledged: nothing of it is ever logged as a request that nobody handles.
        app.event(_ANY)(_ignore)

    async def finish(self) -> None:
        """Waits a little for what is being answered."""
        if self._running:
            await asyncio.wait(self._running, timeout=FINISH_SECONDS)

    def _listener(self, kind: str) -> Callable[..., Awaitable[None]]:
        async def listen(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
            workspace: Workspace | None = context[FOUND]
            if workspace is None:
                await ack(_alone(not_installed()) if kind == "command" else "")
                return
            await self._begin(workspace.listeners.hear(kind, ack, body))

        return listen

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _find(
        self, body: dict[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        """Without the workspace nothing is acknowledged: Slack sends an event again, whoever typed is told to
        try again."""
        try:
            left = current_arrival().answering.left()
            context[FOUND] = await self._in_time(self._workspaces.find(read_envelope(body)), left)
        except Malformed as error:
            structlog.get_logger().warning("slack payload refused", why=str(error))
            return BoltResponse(status=200)
        except (RetryLater, SealBroken, TryAgain) as error:
            structlog.get_logger().warning("slack workspace not found out", error=type(error).__name__)
        except Exception as error:  # noqa: BLE001  a bug of ours: Bolt would log what was typed
            self._report(error, None)
        else:
            return await next_()
        return (
            BoltResponse(status=200, body=_alone(busy())) if "command" in body else BoltResponse(status=503)
        )

    async def work(self, call: Call, back: str, ask: Ask) -> None:
        """Carries out a call that was kept, and answers it; what has no install any more is left alone."""
        workspace = await self._workspaces.at(call.space.address)
        if workspace is None:
            structlog.get_logger().warning("kept call dropped", why="not installed")
            return
        await workspace.listeners.work(call, back, ask)

    async def _keep(
        self, body: dict[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        """A question is kept before it is acknowledged, and answered from there. Slack sends an event again
        until then, and never after: so wherever Cairn ends meanwhile, the answer comes, and comes once."""
        workspace: Workspace | None = context[FOUND]
        try:
            instead = None if workspace is None else await workspace.listeners.keep(body)
        except TryAgain:
            return BoltResponse(status=503)
        except Exception as error:  # noqa: BLE001  a bug of ours: Bolt would log what was typed
            self._report(error, None)
            return BoltResponse(status=503)
        if instead is not None:
            self._begin(instead)
        return await next_()

    async def _in_time(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        """Returns what the work returns. Raises TryAgain when Slack would wait no longer. The work goes on,
        because half of it may be done: such as a token that is being renewed."""
        working = asyncio.ensure_future(work)
        await asyncio.wait({working}, timeout=seconds)
        if working.done():
            return working.result()
        working.add_done_callback(self._report_late)
        raise TryAgain("not done in time")

    def _report_late(self, working: "asyncio.Future[Any]") -> None:
        error = None if working.cancelled() else working.exception()
        if isinstance(error, Exception) and not isinstance(error, (RetryLater, SealBroken, TryAgain)):
            self._report(error, None)

    async def _leave(
        self, body: dict[str, Any], next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        """Acknowledged once the token is gone and nothing more is sent: until then Slack says it again."""
        try:
            at = read_departure(body["event"], body.get("event_time"))
            if at is not None:
                left = current_arrival().budget.left()
                await self._in_time(self._workspaces.leave(read_envelope(body), at), left)
        except Malformed as error:
            structlog.get_logger().warning("slack payload refused", why=str(error))
        except (RetryLater, SealBroken, TryAgain) as error:
            structlog.get_logger().warning("slack install not ended", error=type(error).__name__)
            return BoltResponse(status=503)
        return await next_()


def _alone(message: Message) -> dict[str, Any]:
    return message_payload(message) | {"response_type": "ephemeral"}


async def _ignore(ack: AsyncAck) -> None:
    await ack()
