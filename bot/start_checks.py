"""What can be seen to be wrong before anything is opened: settings that don't go together, and values that
can't be what they are meant to be. No value is repeated, because it may be a secret."""

import re
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from bot.core.errors import SettingsError
from bot.settings import Settings
from bot.storage.engine import connection_string
from bot.storage.sealing import Seal, split_keys

APP_PAGE = "the app's page"
_TOKENS = (
    # setting, how it begins, where it stands
    ("slack_bot_token", ("xoxb-", "xoxe.xoxb-"), f"{APP_PAGE} Install App, where it begins with xoxb-"),
    (
        "slack_app_token",
        ("xapp-",),
        f"App-Level Tokens on {APP_PAGE} Basic Information, where it begins with xapp-",
    ),
    ("slack_signing_secret", ("",), f"{APP_PAGE} Basic Information"),
    ("slack_client_secret", ("",), f"{APP_PAGE} Basic Information"),
    ("discord_token", ("",), "the developer portal's page Bot"),
)
_SLACK_TOKEN = re.compile(r"xox[a-z]|xapp-")
_DISCORD_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_ODD = re.compile(r"[^!#-&(-_a-~]")  # spaces, quotes, backticks, controls, and what isn't ASCII
_ADDRESSES = (
    ("slack_api_url", ("http", "https"), "https://slack.com/api/"),
    ("slack_authorize_url", ("http", "https"), "https://slack.com/oauth/v2/authorize"),
    ("discord_api_url", ("http", "https"), "https://discord.com/api/v10"),
    ("discord_gateway_url", ("ws", "wss"), "wss://gateway.discord.gg"),
)


def check_start(settings: Settings, role: str | None, port: int | None) -> None:
    """Raises SettingsError when the settings ask for what can't be run. `role` and `port` as they were given
    behind `cairn run`; None when they weren't."""
    _check_playground(settings, role)
    for setting, begins, where in _TOKENS:
        secret = getattr(settings, setting)
        if secret is not None:
            _check_token(setting.upper(), secret.get_secret_value(), begins, where)
    for setting, schemes, example in _ADDRESSES:
        _check_address(setting.upper(), getattr(settings, setting), schemes, example)
    if "Slack" in settings.platforms and not settings.is_playground:
        _check_slack(settings)
    if "Discord" in settings.platforms:
        _check_discord(settings)
    check_addresses(settings, port)
    if settings.shares_database and settings.direct_url:
        connection_string(settings.direct_url, "DATABASE_DIRECT_URL")
    if not settings.shares_database and settings.direct_url:
        raise SettingsError(
            "DATABASE_DIRECT_URL is set, but DATABASE_URL is no PostgreSQL, so nothing would use it. Take it "
            "out, or set DATABASE_URL to the PostgreSQL"
        )


def check_addresses(settings: Settings, port: int | None) -> None:
    """Raises SettingsError for two servers at one port, and for proxies that are no addresses."""
    _check_ports(settings, port)
    _ = settings.http_limits


def unused(settings: Settings, port: int | None) -> Iterator[tuple[str, str]]:
    """What is set, but not used: the setting, and why. None of it keeps Cairn from starting."""
    if port is not None and not settings.is_playground:
        yield "--port", "it is the playground's; Slack's is CAIRN_SLACK_PORT, /readyz's CAIRN_HEALTH_PORT"
    given = {
        name
        for name in settings.model_fields_set
        if getattr(settings, name) != type(settings).model_fields[name].default
    }
    yield from _unused_by_slack(settings, given)
    if settings.discord_token is None:
        for name in sorted(one for one in given if one.startswith("discord_") and "url" not in one):
            yield name.upper(), "there is no DISCORD_TOKEN"
    if "health_host" in given and settings.health_port is None:
        yield "CAIRN_HEALTH_HOST", "there is no CAIRN_HEALTH_PORT"
    if "port" in given and not settings.is_playground:
        yield "CAIRN_PORT", "it is the playground's, which isn't served beside a platform"


def _unused_by_slack(settings: Settings, given: Collection[str]) -> Iterator[tuple[str, str]]:
    slack = settings.slack_bot_token is not None
    if slack and settings.slack_client_id is not None:
        yield "SLACK_CLIENT_ID", "SLACK_BOT_TOKEN serves one workspace: take it out to serve many"
    if not slack and settings.slack_client_id is not None and settings.slack_app_token is not None:
        yield "SLACK_APP_TOKEN", "many workspaces are served over HTTP"
    if slack and settings.slack_app_token is not None:
        for name in ("slack_signing_secret", "slack_host", "slack_port"):
            if name in given:
                named = name if "secret" in name else f"cairn_{name}"
                yield named.upper(), "SLACK_APP_TOKEN connects by Socket Mode: take it out for HTTP"


def _check_playground(settings: Settings, role: str | None) -> None:
    names = " and ".join(settings.platforms)
    if settings.playground and names:
        raise SettingsError(
            f"CAIRN_PLAYGROUND is set beside tokens for {names}: the playground moves time for everybody. "
            "Take one of them out"
        )
    if not settings.playground and not names:
        if role is not None:
            raise SettingsError(
                "--role needs a platform to serve. Set a platform's token, or CAIRN_PLAYGROUND=1"
            )
        if settings.database_url is not None:
            raise SettingsError(
                "DATABASE_URL is set, but no platform's token is, and the playground has a file of its own. "
                "Set the tokens, or CAIRN_PLAYGROUND=1 to serve the playground on DATABASE_URL, or take "
                "DATABASE_URL out"
            )
    if role is not None and not settings.shares_database:
        raise SettingsError(
            "--role needs PostgreSQL, because SQLite takes one process. Set DATABASE_URL, or leave --role out"
        )


def _check_token(setting: str, value: str, begins: tuple[str, ...], where: str) -> None:
    copy = f"Copy it again from {where}"
    if setting == "DISCORD_TOKEN" and value.lower().startswith("bot "):
        raise SettingsError(f'{setting} begins with "Bot ", which is no part of it. {copy}')
    if _ODD.search(value):
        raise SettingsError(
            f"{setting} has a space, a quote or another odd character in it, and no token has. {copy}"
        )
    if not value.startswith(begins) or (begins == ("",) and _SLACK_TOKEN.match(value)):
        kind = _SLACK_TOKEN.match(value)
        what = f"holds a token of another kind ({kind[0].rstrip('-')}-...)" if kind else "isn't such a token"
        raise SettingsError(f"{setting} {what}. {copy}")
    if setting == "DISCORD_TOKEN" and not _DISCORD_TOKEN.fullmatch(value):
        raise SettingsError(
            f"{setting} isn't a bot's token, which has three parts with dots between them. {copy}"
        )


def _check_address(setting: str, value: str, schemes: tuple[str, ...], example: str) -> None:
    try:
        parts = urlsplit(value)
        is_good = parts.scheme in schemes and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        is_good = False
    if value and not is_good:
        raise SettingsError(f"{setting} is no address. Take it out, or write it like {example}")


def _check_slack(settings: Settings) -> None:
    many = settings.slack_bot_token is None
    if many and settings.slack_client_id is None:
        raise SettingsError(
            "Slack needs SLACK_BOT_TOKEN (xoxb-...). Copy it from the app's page Install App; or, for many "
            "workspaces, set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET from its page Basic Information"
        )
    if not many and settings.slack_app_token is None and settings.slack_signing_secret is None:
        raise SettingsError(
            "Slack needs a second setting beside SLACK_BOT_TOKEN. Set SLACK_APP_TOKEN (xapp-...) for Socket "
            "Mode, or SLACK_SIGNING_SECRET for HTTP; both stand on the app's page Basic Information"
        )
    if many and (settings.slack_client_secret is None or settings.slack_signing_secret is None):
        raise SettingsError(
            "Slack for many workspaces needs SLACK_CLIENT_SECRET and SLACK_SIGNING_SECRET beside "
            "SLACK_CLIENT_ID. Copy all of them from the app's page Basic Information"
        )
    if many and settings.cairn_keys is None:
        raise SettingsError(
            "Slack for many workspaces needs CAIRN_KEYS, which encrypts their tokens in the database. Set it "
            "to the key that `cairn tokens key` makes"
        )
    if settings.cairn_keys is not None:
        Seal(split_keys(settings.cairn_keys.get_secret_value()))


def _check_discord(settings: Settings) -> None:
    shards = settings.shard_ids or ()
    if any(one >= (settings.discord_shards or 0) for one in shards):
        raise SettingsError(
            "DISCORD_SHARD_IDS names a shard that there isn't: each is below DISCORD_SHARDS, counted from 0. "
            "Correct one of the two"
        )
    if settings.discord_guild and not re.fullmatch("[0-9]{15,20}", settings.discord_guild):
        raise SettingsError(
            "DISCORD_GUILD is a server's id of 17 to 20 digits, not its name. Copy it with Copy Server ID, "
            "in Discord's developer mode"
        )


def _check_ports(settings: Settings, port: int | None) -> None:
    taken = [("CAIRN_HEALTH_PORT", settings.health_port)]
    if settings.is_playground:
        taken.append(("CAIRN_PORT", settings.port) if port is None else ("--port", port))
    elif "Slack" in settings.platforms and settings.slack_app_token is None:
        taken.append(("CAIRN_SLACK_PORT", settings.slack_port))
    if len(taken) > 1 and taken[0][1] and taken[0][1] == taken[1][1]:
        raise SettingsError(
            f"{taken[0][0]} and {taken[1][0]} are both {taken[0][1]}. Set one of them to another port"
        )
