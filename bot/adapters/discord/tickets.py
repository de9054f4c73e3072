"""Where an answer goes: to an interaction, or below a message. A call that waits carries it along."""

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from bot.adapters.discord.receive import Malformed
from bot.adapters.discord.render import COMPONENTS_V2

# So long an interaction takes answers; what was said below a message has no end, but nobody waits longer.
TOKEN_SECONDS = 14 * 60.0

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ticket:
    """Where an interaction is answered. `hides`: a private answer can be hidden here, as in a server;
    `legacy`: the message under the button still has the form in which it was created."""

    id: str
    application: str
    token: str
    hides: bool
    legacy: bool


@dataclass(frozen=True, slots=True)
class Below:
    """A message that is answered below it."""

    channel: str
    message: str


def read_ticket(payload: Payload) -> Ticket:
    """The ticket of an interaction that `receive` could read."""
    source = payload.get("message")
    legacy = source is not None and not source["flags"] & COMPONENTS_V2
    hides = payload.get("guild_id") is not None
    return Ticket(str(payload["id"]), str(payload["application_id"]), str(payload["token"]), hides, legacy)


def pack(place: Ticket | Below) -> str:
    return json.dumps(astuple(place), separators=(",", ":"))


def unpack(text: str) -> Ticket | Below:
    """What `pack` was given. Raises Malformed for anything else."""
    try:
        kept = json.loads(text)
    except (ValueError, RecursionError):
        kept = None
    match kept:
        case [str(id), str(application), str(token), bool(hides), bool(legacy)]:
            return Ticket(id, application, token, hides, legacy)
        case [str(channel), str(message)]:
            return Below(channel, message)
    raise Malformed("back: a ticket or a message is expected")
