"""Where a request came from, so that its answer finds the way back; and how a modal carries that along."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

METADATA_LIMIT = 3_000
URL_LIMIT = 500
TIME_LIMIT = 1 << 33

_HOOKS = {
    "https://slack.com/": "https://hooks.slack.com/",
    "https://slack-gov.com/": "https://hooks.slack-gov.com/",
}
_ID = re.compile(r"[A-Z][A-Z0-9]{1,30}")
_KEY = re.compile(r"[!-~]{1,255}")
_STAMP = re.compile(r"[0-9]{1,16}\.[0-9]{1,10}")


class Malformed(Exception):
    """The payload can't be read; the text says which part is wrong and what is expected."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who asked, and all that Slack told of where: each part is empty when it told none.

    `message` is the one whose button was pressed, `url` takes answers for half an hour, `trigger` opens one
    modal within three seconds. `thread`: the answer belongs below this message. `home`: it was the home tab.
    """

    user: str
    channel: str = ""
    message: str = ""
    url: str = ""
    home: bool = False
    thread: str = ""
    trigger: str = ""


def read_departure(event: Mapping[str, Any], at: object) -> datetime | None:
    """When the workspace took the app or its token back; None when it was only tokens of its people.

    `at`: the seconds that the event came with. Raises Malformed.
    """
    tokens = event.get("tokens")
    if event.get("type") == "tokens_revoked" and not (isinstance(tokens, dict) and tokens.get("bot")):
        return None
    if not isinstance(at, int) or not 0 <= at <= TIME_LIMIT:
        raise Malformed("event_time: seconds since 1970 are expected")
    return datetime.fromtimestamp(at, UTC)


def pack(origin: Origin) -> str:
    """What a modal carries along, or a call that waits: all but the trigger, which has been used by then."""
    kept = [origin.user, origin.channel, origin.message, origin.url, origin.home]
    if origin.thread:
        kept.append(origin.thread)
    return json.dumps(kept, separators=(",", ":"))


def unpack(text: object, user: str, hooks: str) -> Origin:
    """What `pack` wrote for this user. Raises Malformed for anything else, even though Slack vouches for it.

    `hooks`: how the address that takes an answer begins.
    """
    if not isinstance(text, str) or len(text) > METADATA_LIMIT:
        raise Malformed(f"private_metadata: at most {METADATA_LIMIT} characters are expected")
    try:
        kept = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("private_metadata: JSON is expected") from None
    match kept:
        case [str(owner), str(channel), str(message), str(url), bool(home), *more] if owner == user:
            checked = (
                read_id(channel, "channel") if channel else "",
                read_stamp(message, "message") if message else "",
                read_url(url, hooks) if url else "",
            )
            return Origin(user, *checked, home, *(read_stamp(thread, "thread") for thread in more[:1]))
    raise Malformed("private_metadata: what was kept for this user is expected")


def hooks_of(api_url: str) -> str:
    """How the addresses begin that take answers: Slack's own, or those of a server that stands in for it."""
    scheme, _, rest = api_url.partition("://")
    origin = f"{scheme}://{rest.split('/')[0]}/"
    return _HOOKS.get(origin, origin)


def read_id(value: object, name: str) -> str:
    """An id of Slack. Raises Malformed."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Malformed(f"{name}: an id of Slack is expected")
    return value


def read_optional_id(part: Mapping[str, Any], name: str) -> str:
    """The id of that name; empty where there is none. Raises Malformed."""
    value = part.get(name)
    return "" if value in (None, "") else read_id(value, name)


def read_stamp(value: object, name: str) -> str:
    """A message's `ts`, which is its id within its channel. Raises Malformed."""
    if not isinstance(value, str) or not _STAMP.fullmatch(value):
        raise Malformed(f"{name}: a message's ts is expected")
    return value


def read_key(value: object, name: str) -> str:
    """By which a request is known when Slack sends it again. Raises Malformed."""
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise Malformed(f"{name}: an id of the request is expected")
    return value


def read_url(value: object, hooks: str) -> str:
    """An address that takes answers. Raises Malformed for one that is not Slack's."""
    if not isinstance(value, str) or not value.startswith(hooks) or len(value) > URL_LIMIT:
        raise Malformed("response_url: an address of Slack is expected")
    return value
