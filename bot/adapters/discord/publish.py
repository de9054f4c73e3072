"""What Discord must be told: the payloads of the application commands, made from those that are declared."""

import base64
import binascii
from datetime import date
from typing import Any
from urllib.parse import urlencode

from bot.core.catalog import Catalog
from bot.core.chat.command import DESCRIPTION_LIMIT, Command, Option
from bot.core.ids import Role

MANAGE_SERVER = str(1 << 5)

# What the bot asks for when it is invited, each with its bit; nothing else, and nothing privileged.
PERMISSIONS = {
    "VIEW_CHANNEL": (1 << 10, "to find the channel into which a lead has it post"),
    "SEND_MESSAGES": (1 << 11, "to post there, and to answer who mentions it"),
    "ATTACH_FILES": (1 << 15, "charts are pictures inside its messages"),
    "READ_MESSAGE_HISTORY": (
        1 << 16,
        "to answer right below a question, and to look up what it said already, so that nothing comes twice",
    ),
    "SEND_MESSAGES_IN_THREADS": (1 << 38, "to answer who mentions it in a thread"),
}
INVITE = "https://discord.com/oauth2/authorize"
ANY_APPLICATION = "YOUR_APPLICATION_ID"

_CHAT_INPUT = 1
_SUBCOMMAND, _STRING, _INTEGER, _BOOLEAN, _USER, _ROLE = 1, 3, 4, 5, 6, 8
_GUILD_INSTALL = 0
_IN_GUILD, _IN_DM = 0, 1
_DATE_SHAPE = " (YYYY-MM-DD)"
_DATE_LENGTH = 10

Payload = dict[str, Any]


def manifest(catalog: Catalog, application: str | None = None) -> Payload:
    """All that Discord is told, and what whoever runs Cairn needs: the link that invites it into a server.

    `application`: its id; None leaves a place for it in the link.
    """
    asked = {
        "client_id": application or ANY_APPLICATION,
        "scope": "bot applications.commands",
        "permissions": str(sum(bit for bit, _ in PERMISSIONS.values())),
    }
    return {
        "commands": commands(catalog),
        "invite": f"{INVITE}?{urlencode(asked)}",
        "permissions": {name: why for name, (_, why) in PERMISSIONS.items()},
    }


def application_of(token: str) -> str | None:
    """The id of the application that a bot's token belongs to: the token's first part says it."""
    head = token.split(".")[0]
    try:
        told = base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return told if told.isdecimal() else None


def commands(catalog: Catalog) -> list[Payload]:
    """The body of a bulk overwrite. A root is a command; the members of a group are its subcommands.

    Members find a root that is for leads alone only in guilds, and there only those who manage it see it: a
    hint, as the guild can change it.
    """
    return [_draw_root(root, members) for root, members in catalog.roots.items()]


def _draw_root(root: str, members: tuple[Command, ...]) -> Payload:
    first = members[0]
    leads = all(command.lead for command in members)
    payload = {
        "type": _CHAT_INPUT,
        "name": root,
        "description": first.description,
        "options": [_draw_option(one) for one in first.options]
        if first.name == root
        else [_draw_member(command) for command in members],
        "integration_types": [_GUILD_INSTALL],
        "contexts": [_IN_GUILD] if leads else [_IN_GUILD, _IN_DM],
    }
    return payload | {"default_member_permissions": MANAGE_SERVER} if leads else payload


def _draw_member(command: Command) -> Payload:
    return {
        "type": _SUBCOMMAND,
        "name": command.name.split(" ")[1],
        "description": command.description,
        "options": [_draw_option(one) for one in command.options],
    }


def _draw_option(option: Option) -> Payload:
    payload = {"name": option.name, "description": option.description, "required": option.required}
    if option.suggest and not option.person:
        payload["autocomplete"] = True
    if option.choices:
        as_kind = int if option.kind is int else str
        payload["choices"] = [{"name": one.label, "value": as_kind(one.value)} for one in option.choices]
    return payload | _draw_kind(option)


def _draw_kind(option: Option) -> Payload:
    if option.person:
        return {"type": _USER}
    if option.kind is bool:
        return {"type": _BOOLEAN}
    if option.kind is int:
        return {"type": _INTEGER, "min_value": option.least, "max_value": option.most}
    if option.kind is Role:
        return {"type": _ROLE}
    if option.kind is date:
        room = DESCRIPTION_LIMIT - len(_DATE_SHAPE)
        return {
            "type": _STRING,
            "max_length": _DATE_LENGTH,
            "description": option.description[:room] + _DATE_SHAPE,
        }
    return {"type": _STRING, "max_length": option.limit}
