"""What Slack, or the way to it, answered when something did not get through, as errors of delivery."""

from aiohttp import ClientConnectionError, ClientConnectorError, ClientError, ConnectionTimeoutError
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.adapters.slack.refusals import REFUSALS
from bot.core.domain.refusals import why_of
from bot.core.errors import DeliveryError, Outage, RetryLater, Unknown, Unreachable

# Everything that a call of the SDK raises.
BROKEN = (SlackClientError, ClientError, TimeoutError, OSError)

LIMITS = frozenset({"ratelimited", "rate_limited"})
BUSY = frozenset({"service_unavailable"})
# Slack says of these that some of what was asked may have been done.
DOUBTFUL = frozenset({"internal_error", "fatal_error", "request_timeout"})
# Where Slack names a limit and no time.
LIMIT_SECONDS = 30.0


def delivery_error(error: Exception) -> DeliveryError:
    """The error as the outbox knows it; `why` holds Slack's own word, or is the kind of error."""
    if isinstance(error, SlackApiError):
        return _read_answer(error)
    if isinstance(error, ClientConnectorError | ConnectionTimeoutError):
        return Outage("no connection to Slack")
    if isinstance(error, ClientConnectionError | TimeoutError | OSError):
        return Unknown("connection lost")
    return Unknown(type(error).__name__)


def nothing_said(error: Exception) -> DeliveryError:
    """As `delivery_error`, of a call that says nothing: whatever happened to it, it can be tried again."""
    told = delivery_error(error)
    return Outage(told.why) if isinstance(told, Unknown) else told


def code_of(error: Exception) -> str:
    """Slack's word for why it did not do it; empty when it did not answer."""
    answer = getattr(error, "response", None)
    data = getattr(answer, "data", None)
    told = data.get("error") if isinstance(data, dict) else None
    return told if isinstance(told, str) else ""


def _read_answer(error: SlackApiError) -> DeliveryError:
    code = code_of(error)
    # An answer that is no JSON comes as aiohttp's own response, which names its status otherwise.
    status = getattr(error.response, "status_code", None) or getattr(error.response, "status", None) or 0
    after = read_seconds(error.response.headers.get("Retry-After"))
    if status == 429 or code in LIMITS:
        return RetryLater(code or str(status), LIMIT_SECONDS if after is None else after)
    if status == 503 or code in BUSY:
        return Outage(code or str(status)) if after is None else RetryLater(code or str(status), after)
    if status >= 500 or code in DOUBTFUL or not code:
        return Unknown(code or str(status))
    refusal = REFUSALS.get(code)
    if refusal is None:
        return Unreachable(code, code=code)
    why = why_of(refusal.reason, code)
    if refusal.after is not None:
        return RetryLater(why, refusal.after, alone=refusal.alone)
    return Unreachable(why, refusal.ends, code)


def read_seconds(text: str | None) -> float | None:
    """Returns the seconds of a Retry-After header; None when there is none, or none that can be read."""
    return float(text) if text is not None and text.isascii() and text.isdigit() else None
