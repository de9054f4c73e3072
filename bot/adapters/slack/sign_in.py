"""The first requests with a token: whether Slack takes it, and what the app may do."""

from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.adapters.slack.errors import BROKEN, code_of, nothing_said
from bot.adapters.slack.publish import SCOPES
from bot.core.errors import NotConnected, SettingsError

# How Slack's words end for a token that is no good, and where on the app's pages the right one stands.
_NO_TOKEN = ("auth", "authed", "token_type", "inactive", "revoked", "expired")
_TOKENS = {
    "SLACK_BOT_TOKEN": "the app's page Install App (it begins with xoxb-)",
    "SLACK_APP_TOKEN": "App-Level Tokens on the app's page Basic Information (it begins with xapp-)",
}
_CHECKS = {
    "missing_scope": "that SLACK_APP_TOKEN has the scope connections:write: generate another one under "
    "App-Level Tokens on the app's page Basic Information",
    "no_permission": "that the app is installed: see its page Install App",
    "team_access_not_granted": "that an administrator has granted the app access to the workspace",
    "ratelimited": "whether several processes share one token",
}


async def ask(call: Any, setting: str) -> AsyncSlackResponse:
    """The answer to a call that a wrong setting makes fail. Raises SettingsError for a token that Slack
    doesn't take, NotConnected for all else."""
    try:
        answer: AsyncSlackResponse = await call
    except BROKEN as error:
        code = code_of(error)
        if isinstance(error, SlackApiError) and code.endswith(_NO_TOKEN):
            where = _TOKENS[setting]
            raise SettingsError(
                f"{setting} is not a token that Slack takes now ({code}): copy it again from {where}"
            ) from None
        told = nothing_said(error)
        check = _CHECKS.get(code, "the network, and SLACK_API_URL if it is set")
        raise NotConnected(told.why, check, getattr(told, "after", None)) from error
    return answer


def compare_scopes(told: AsyncSlackResponse) -> None:
    """Tells the operator what the installed app may not do yet, as its manifest is older than Cairn."""
    granted = told.headers.get("x-oauth-scopes", "")
    missing = sorted(SCOPES.keys() - {scope.strip() for scope in granted.split(",")})
    if missing:
        do = "paste `cairn manifest slack` at the app's page App Manifest, then install the app again"
        structlog.get_logger().warning("slack scopes missing", scopes=missing, do=do)
