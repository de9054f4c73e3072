"""What each platform has to be told of Cairn: as JSON to paste there, and why each thing is asked for.

Discord is told by Cairn itself, Slack by whoever looks after its app. So what Slack was told last is kept:
its digest, and whether the app is met by Socket Mode or over HTTP, but not the address.
"""

import hashlib
import json
import re
from typing import Any, Protocol
from urllib.parse import urlsplit

import structlog

from bot.adapters.discord import publish as discord
from bot.adapters.slack import publish as slack
from bot.core.catalog import Catalog
from bot.core.errors import SettingsError, TryAgain
from bot.core.handlers import FEATURES
from bot.settings import Settings
from bot.storage.engine import open_engine
from bot.storage.store import DatabaseStore
from bot.storage.uploads import Uploads

PREFIX = re.compile("[a-z0-9_-]{0,12}")
ANY_ADDRESS = "https://any.example"

Payload = dict[str, Any]


class Memory(Protocol):
    """What a platform was told last."""

    async def digest(self) -> str | None: ...

    async def keep(self, digest: str) -> None: ...


def slack_manifest(settings: Settings, prefix: str | None = None, url: str | None = None) -> Payload:
    """The whole manifest of the Slack app: for Socket Mode, or for HTTP below `url`.

    `prefix` takes the place of the setting's. Raises SettingsError for one that can't be used.
    """
    wanted = settings.prefix if prefix is None else prefix
    if not PREFIX.fullmatch(wanted):
        raise SettingsError("a prefix has at most 12 of a-z, 0-9, _ and -, such as ai-")
    return slack.manifest(Catalog(FEATURES), prefix=wanted, url=None if url is None else _read_base(url))


def slack_reasons() -> str:
    """Why the manifest asks for each scope and event, a line each."""
    told = {"Scopes": slack.SCOPES, "Events": slack.EVENTS}
    return "\n".join(
        line
        for name, reasons in told.items()
        for line in (name, *(f"  {one:20} {why}" for one, why in reasons.items()))
    )


def keep_as_told(settings: Settings, prefix: str | None, *, over_http: bool) -> None:
    """Remembers, where Slack is set up already, that its app is being told this manifest. Raises TryAgain
    when the database is away."""
    if "Slack" not in settings.platforms:
        return
    engine = open_engine(settings.store_url.get_secret_value())
    try:
        if DatabaseStore(engine).status().works:
            Uploads(engine, "slack").keep(_digest(settings, prefix, over_http))
    except TryAgain:
        raise TryAgain("the database is away, so the next start will ask for this manifest again") from None
    finally:
        engine.dispose()


async def compare_slack(settings: Settings, memory: Memory) -> None:
    """Says in the log, at each start, that the app still has an older manifest than Cairn would print now.

    Slack tells nobody which commands an app has, so the first start takes it that they are those of now.
    """
    over_http = settings.slack_bot_token is None or settings.slack_app_token is None
    digest = _digest(settings, None, over_http)
    try:
        known = await memory.digest()
        if known is None:
            await memory.keep(digest)
    except TryAgain:
        return  # the next start looks again
    if known not in (None, digest):
        command = "cairn manifest slack" + (" --url https://..." if over_http else "")
        structlog.get_logger().warning(
            "slack manifest outdated", do=f"run `{command}` here and paste it at the app's page App Manifest"
        )


def discord_manifest(settings: Settings, application: str | None = None) -> Payload:
    """The commands, the link that invites the bot, and why it asks for each permission.

    `application` is the id in the link; else it is read from the bot's token, which begins with it. Raises
    SettingsError for one that is none.
    """
    if application is not None and not re.fullmatch("[0-9]{17,20}", application):
        raise SettingsError("an application's id has 17 to 20 digits: copy it from its General Information")
    token = settings.discord_token
    known = discord.application_of(token.get_secret_value()) if token else None
    return discord.manifest(Catalog(FEATURES), application or known)


def _digest(settings: Settings, prefix: str | None, over_http: bool) -> str:
    told = slack_manifest(settings, prefix, ANY_ADDRESS if over_http else None)
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _read_base(url: str) -> str:
    """The address as the manifest puts paths below it. Raises SettingsError for one that Slack can't use."""
    try:
        parts = urlsplit(url)
        whole = (parts.scheme, bool(parts.hostname), parts.netloc.count("@"), parts.query + parts.fragment)
    except ValueError:
        whole = ("", False, 0, "")
    if whole != ("https", True, 0, ""):
        raise SettingsError(
            "--url is where Slack reaches Cairn. Give it an https address such as https://bot.example"
        )
    return url.rstrip("/").removesuffix(slack.REQUEST_PATH)
