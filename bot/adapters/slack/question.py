"""What Slack is asked before a refusal of its ends anything: each time another method than the one that was
refused."""

from collections.abc import Mapping
from typing import Any, Protocol

from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.errors import BROKEN, code_of, nothing_said
from bot.adapters.slack.people import user_of
from bot.adapters.slack.refusals import ENDS_SPACE
from bot.core.domain.ledger import Occurrence
from bot.core.errors import RetryLater, SealBroken, TryAgain, Unreachable
from bot.core.ids import Address

NOT_INSTALLED = "not installed"
NOT_GRANTED = "team_access_not_granted"
TEAMS_PAGE = 1_000

# The app may not ask about it, or Slack knows no such question: then the refusal alone has to be repeated.
_UNASKABLE = frozenset({"missing_scope", "unknown_method", "not_allowed_token_type", "no_permission"})
_OUTSIDE = frozenset({"channel_not_found", "invalid_channel", "not_in_channel"})
# No message is as old as that: only the kind of answer is wanted.
LONG_AGO = "1"


class Spoken(Protocol):
    """A workspace with what speaks to it."""

    @property
    def client(self) -> AsyncWebClient: ...


class Places(Protocol):
    async def at(self, space: Address) -> Spoken | None: ...


class SlackQuestion:
    """Asks in the workspace of the row. What has no install is gone."""

    def __init__(self, workspaces: Places) -> None:
        self._workspaces = workspaces

    async def confirm(self, refusal: Unreachable, row: Occurrence) -> str:
        try:
            workspace = await self._workspaces.at(row.space)
        except (SealBroken, TryAgain) as error:
            raise RetryLater("install not read") from error
        if workspace is None:
            return NOT_INSTALLED if refusal.cut == "space" else ""
        match refusal.cut:
            case "space":
                return await ask_space(workspace.client, row.space.id, refusal.code)
            case "member":
                return await _ask_member(workspace.client, user_of(row.to_id))
            case "channel":
                return await _ask_channel(workspace.client, row.to_id, refusal.code)
            case _:
                return refusal.code  # nothing else than the message itself tells


async def ask_space(client: AsyncWebClient, team: str, refused: str = "") -> str:
    """Slack's word for why it takes the token no more in the workspace; "" when it does."""
    try:
        await client.auth_test()
        if refused != NOT_GRANTED:
            return ""
        cursor = ""
        while True:  # an organization's token is taken, but perhaps not in this workspace
            page = await client.auth_teams_list(limit=TEAMS_PAGE, cursor=cursor or None)
            if any(one.get("id") == team for one in page.get("teams") or ()):
                return ""
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return NOT_GRANTED
    except BROKEN as error:
        code = code_of(error)
        if code in ENDS_SPACE:
            return code
        raise _later(error) from None


async def _ask_member(client: AsyncWebClient, user: str) -> str:
    try:
        told: Mapping[str, Any] = (await client.users_info(user=user))["user"]
    except BROKEN as error:
        code = code_of(error)
        if code in ("user_not_found", "user_not_visible") or code in _UNASKABLE:
            return "user_not_found"
        raise _later(error) from None
    return "user_disabled" if told.get("deleted") is True else ""


async def _ask_channel(client: AsyncWebClient, channel: str, refused: str) -> str:
    """An app that is in a channel may read there, if it is public; whether it may post, only a post tells."""
    try:
        await client.conversations_history(channel=channel, latest=LONG_AGO, limit=1)
    except BROKEN as error:
        if code_of(error) in _OUTSIDE or code_of(error) in _UNASKABLE:
            return refused
        raise _later(error) from None
    return "" if refused in _OUTSIDE else refused


def _later(error: Exception) -> RetryLater:
    """Whatever keeps Slack from answering, it isn't an answer."""
    told = nothing_said(error)
    return told if isinstance(told, RetryLater) else RetryLater(told.why)
