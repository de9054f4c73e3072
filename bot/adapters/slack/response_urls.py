"""The addresses that Slack names with a command or a press: each takes five answers within half an hour."""

import json
from typing import Any

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from slack_sdk.webhook.webhook_response import WebhookResponse

from bot.adapters.slack.answer_posts import patiently
from bot.adapters.slack.errors import (
    BUSY,
    DOUBTFUL,
    LIMIT_SECONDS,
    LIMITS,
    delivery_error,
    nothing_said,
    read_seconds,
)
from bot.core.errors import Outage, RetryLater, Unreachable

Payload = dict[str, Any]


class ResponseUrls:
    """Answers at such addresses."""

    def __init__(self, client: AsyncWebClient, session: ClientSession) -> None:
        self._client = client
        self._session = session

    async def respond(self, url: str, payload: Payload, seconds: float) -> None:
        """Sends the payload, again for so many seconds while Slack limits it or is broken.

        Raises RetryLater when that is not enough, Unreachable when the address takes nothing more, and
        Unknown when a message may have been posted. To replace one twice changes nothing.
        """
        logger = self._client.logger
        hook = AsyncWebhookClient(url, session=self._session, retry_handlers=[], logger=logger)

        async def go() -> None:
            try:
                answer = await hook.send_dict(payload)
            except UnicodeError:  # what answers there may be a proxy
                raise Unreachable("no answer of Slack") from None
            _check(answer)

        await patiently(go, seconds, nothing_said if payload.get("replace_original") else delivery_error)


def _check(answer: WebhookResponse) -> None:
    """Raises a DeliveryError for everything but success. An answer that Slack is broken counts as not done:
    nobody could find out."""
    status, code = answer.status_code, _code_of(answer.body)
    if status == 429 or code in LIMITS:
        after = read_seconds(answer.headers.get("Retry-After"))
        raise RetryLater(code or "429", LIMIT_SECONDS if after is None else after)
    if status >= 500 or code in BUSY | DOUBTFUL:
        raise Outage(code or str(status))
    if status != 200 or code:
        raise Unreachable(code or str(status))


def _code_of(body: str) -> str:
    """Slack's word for why it refused with status 200; empty when it did not."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return str(told.get("error") or "refused") if isinstance(told, dict) and told.get("ok") is False else ""
