"""Slack's client, which reports how its requests go."""

from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.adapters.slack.answers import OddAnswer, check_answer
from bot.adapters.slack.errors import BROKEN, code_of, delivery_error
from bot.adapters.slack.refusals import ENDS_SPACE, REFUSALS
from bot.core.errors import Unreachable
from bot.platform_health import PlatformHealth


class ReportingClient(AsyncWebClient):
    """Reports each answer to `health`. `alone`: no other workspace has a token that may still be good."""

    def __init__(self, *args: Any, health: PlatformHealth, alone: bool, **named: Any) -> None:
        super().__init__(*args, **named)
        self._health = health
        self._alone = alone

    async def api_call(self, api_method: str, **given: Any) -> AsyncSlackResponse:
        """As the library's; raises what that raises, and OddAnswer."""
        try:
            answer = await self._ask(api_method, given)
        except BROKEN as error:
            self._report(error)
            raise
        self._health.spoke()
        return answer

    async def _ask(self, method: str, given: dict[str, Any]) -> AsyncSlackResponse:
        try:
            answer = await super().api_call(method, **given)
        except (AttributeError, UnicodeError, RecursionError) as error:
            # The library expects an object in JSON: a list, a text or a proxy's page trips it up.
            raise OddAnswer(type(error).__name__) from None
        check_answer(method, answer.data)
        return answer

    def _report(self, error: Exception) -> None:
        code = code_of(error)
        if isinstance(error, SlackApiError) and code in ENDS_SPACE:
            if self._alone:
                self._health.refused(code)
        elif code in REFUSALS or isinstance(told := delivery_error(error), Unreachable):
            self._health.spoke()  # a refusal of this one request: Slack is there and takes the token
        else:
            self._health.failed(told.why)
