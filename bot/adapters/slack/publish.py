"""What Slack must be told: the app's manifest, made from the commands that are declared."""

from typing import Any

from bot.core.catalog import Catalog
from bot.core.chat.command import Command, Option
from bot.core.ids import Role

NAME_LIMIT = 32  # of a command, its slash included
HINT_LIMIT = 1_000

SCOPES: dict[str, str] = {
    "app_mentions:read": "is told when somebody mentions it, to answer their question there",
    "channels:history": "looks up whether it may post there, and whether it did, so that nothing comes twice",
    "chat:write": "posts what members asked to be told, in their messages and where a lead put it",
    "commands": "answers slash commands",
    "files:write": "shows charts as pictures",
    "im:history": "reads the questions that members write to it, and what it has told them already",
    "im:write": "opens the direct message that a reminder goes to",
    "users:read": "asks for a caller's name and zone, and whether they administer the workspace",
}
EVENTS: dict[str, str] = {
    "app_home_opened": "draws the home tab when somebody opens it",
    "app_mention": "takes a mention as a question",
    "app_uninstalled": "stops sending to a workspace that took the app out",
    "message.im": "takes a direct message as a question",
    "tokens_revoked": "stops using a token that the workspace took back",
}
# Below the address at which Slack finds Cairn: where it sends everything, and where an install begins and
# comes back to.
REQUEST_PATH = "/slack/events"
INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"

_ABOUT = "Shows a community that moves from cloud to AI engineering which gap comes next."

Payload = dict[str, Any]


def manifest(catalog: Catalog, *, name: str = "Cairn", prefix: str = "", url: str | None = None) -> Payload:
    """A complete app manifest. Without `url` Slack is met by Socket Mode, else below that address.

    `prefix` stands before every command's name, for workspaces where two apps use the same one. Raises
    ValueError when a name then is longer than Slack takes.
    """
    commands = [_draw_root(f"/{prefix}{root}", members) for root, members in catalog.roots.items()]
    events: Payload = {"bot_events": list(EVENTS)}
    pressed: Payload = {"is_enabled": True}
    oauth: Payload = {"scopes": {"bot": list(SCOPES)}}
    if url is not None:
        requests = url + REQUEST_PATH
        commands = [command | {"url": requests} for command in commands]
        events |= {"request_url": requests}
        # Entries of a list that is searched while somebody types are asked for at an address of their own.
        pressed |= {"request_url": requests, "message_menu_options_url": requests}
        oauth |= {"redirect_urls": [url + REDIRECT_PATH]}
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {"name": name, "description": _ABOUT},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": name, "always_online": True},
            "slash_commands": commands,
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": events,
            "interactivity": pressed,
            "org_deploy_enabled": url is not None,  # only over HTTP is there a way to install it anywhere
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }


def _draw_root(name: str, members: tuple[Command, ...]) -> Payload:
    if len(name) > NAME_LIMIT:
        raise ValueError(f"Slack takes {NAME_LIMIT} characters for a command: {name}")
    # Escaping turns the links and names that people type into Slack's own codes: it is wanted where somebody
    # is named, because only so Slack says who that is.
    named = any(option.person for one in members for option in one.options)
    command = {"command": name, "description": members[0].description, "should_escape": named}
    hint = " | ".join(filter(None, map(_draw_usage, members)))
    return command | {"usage_hint": hint[:HINT_LIMIT]} if hint else command


def _draw_usage(command: Command) -> str:
    """The words after the root: `start <track> [day]`."""
    # Slack has nothing that members could have in common but their channels.
    options = (one for one in command.options if one.kind is not Role)
    return " ".join((*command.name.split(" ")[1:], *map(_draw_option, options)))


def _draw_option(option: Option) -> str:
    shown = "/".join(choice.value for choice in option.choices) or option.name
    # What could take another one's place here is a role, which nobody has.
    return f"<{shown}>" if option.required or option.unless else f"[{shown}]"
