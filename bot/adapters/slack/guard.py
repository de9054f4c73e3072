"""Who may send to the HTTP address: Slack, and nobody else. Checked before anything in a request is read."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Protocol

from bot.core.ports import Clock

BODY_LIMIT = 1024 * 1024
WINDOW_SECONDS = 300

_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


class Headers(Protocol):
    def getall(self, key: str, default: Sequence[str]) -> Sequence[str]: ...


class Guard:
    """Knows Slack's requests by the app's signing secret."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret = secret.encode()
        self._clock = clock

    def is_worth_reading(self, headers: Headers) -> bool:
        """Whether the headers may be Slack's, so that the body has to be read to know: what is signed in
        another shape, or longer ago than five minutes, is refused before it takes any room."""
        return self._read_claim(headers) is not None

    def vouches_for(self, headers: Headers, body: bytes) -> bool:
        """Whether Slack signed exactly this, within the last five minutes. The shape is looked at first: a
        signature of another length, or with other characters, is never compared."""
        claim = self._read_claim(headers)
        if claim is None or len(body) > BODY_LIMIT:
            return False
        signature, timestamp = claim
        signed = hmac.new(self._secret, b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
        return hmac.compare_digest(f"v0={signed.hexdigest()}", signature)

    def _read_claim(self, headers: Headers) -> tuple[str, str] | None:
        """The signature and its timestamp, if they have their shape and are new."""
        signature = _only(headers, "X-Slack-Signature", _SIGNATURE)
        timestamp = _only(headers, "X-Slack-Request-Timestamp", _TIMESTAMP)
        if signature is None or timestamp is None:
            return None
        is_new = abs(self._clock.now().timestamp() - int(timestamp)) <= WINDOW_SECONDS
        return (signature, timestamp) if is_new else None


def _only(headers: Headers, name: str, shape: re.Pattern[str]) -> str | None:
    """The header's value, if it came once and has the shape."""
    given = headers.getall(name, [])
    return given[0] if len(given) == 1 and shape.fullmatch(given[0]) else None
