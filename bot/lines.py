"""The lines to the platforms: each opened with what the settings hold, imported only when it is wanted."""

import functools
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot import telemetry
from bot.adapters.slack.publish import INSTALL_PATH, REQUEST_PATH
from bot.app import App
from bot.core.errors import NotConnected, SettingsError
from bot.core.ids import Platform
from bot.core.outbox import Messenger
from bot.delivery.clerk import Desk
from bot.listening import naming_address
from bot.manifests import compare_slack

if TYPE_CHECKING:
    from bot.adapters.slack.adapter import SlackAdapter

Ready = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Line:
    """A platform that is connected: `messenger` speaks unasked, `desk` answers what had to wait, `listen`
    hears until it is cancelled."""

    platform: Platform
    messenger: Messenger
    desk: Desk
    listen: Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Opening:
    """How the connection to a platform is opened, for as long as a stack lasts. `open` raises SettingsError
    when a setting is missing or refused, a DeliveryError when the platform can't be reached, and TryAgain.
    `check`: what an operator looks at then. `deduplicates`: as of its messenger."""

    name: str
    platform: Platform
    check: str
    deduplicates: bool
    open: Callable[[AsyncExitStack], Awaitable[Line]]


def openings(app: App, ready: Ready) -> tuple[Opening, ...]:
    """One for each platform that this process connects to; nothing is opened yet."""
    made = {"slack": _slack_opening, "discord": _discord_opening}
    return tuple(made[platform](app, ready) for platform in app.connections)


def _slack_opening(app: App, ready: Ready) -> Opening:
    from bot.adapters.slack.messenger import SlackMessenger

    return Opening(
        "Slack",
        "slack",
        "the network, and SLACK_API_URL if it is set",
        SlackMessenger.deduplicates,
        functools.partial(open_slack_line, app, ready),
    )


async def open_slack_line(app: App, ready: Ready, stack: AsyncExitStack) -> Line:
    """Many workspaces over HTTP, where the app's client id says so; else one workspace, by Socket Mode when
    there is an app-level token, and over HTTP without.

    Raises SettingsError when a token is missing or not taken, NotConnected when Slack can't be reached.
    """
    settings = app.settings
    adapter = await stack.enter_async_context(
        _open_workspaces(app) if settings.slack_bot_token is None else _open_workspace(app)
    )

    def serving(address: str) -> None:
        ready("Slack", address)
        if settings.slack_bot_token is None:
            ready("page for taking it into a workspace", address.removesuffix(REQUEST_PATH) + INSTALL_PATH)

    async def listen() -> None:
        await compare_slack(settings, app.uploads["slack"])
        if settings.slack_bot_token is not None and settings.slack_app_token is not None:
            app_token = settings.slack_app_token.get_secret_value()
            connected = functools.partial(ready, "Slack", "connected by Socket Mode")
            await adapter.listen(app_token, ready=connected)
            return
        secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
        host, port = settings.slack_host, settings.slack_port
        with naming_address(host, port, "CAIRN_SLACK_HOST", "CAIRN_SLACK_PORT"):
            await adapter.serve(host, port, secret, app.wall, ready=serving, limits=settings.http_limits)

    return Line("slack", adapter.messenger, adapter.desk, listen)


def _open_workspace(app: App) -> AbstractAsyncContextManager["SlackAdapter"]:
    from bot.adapters.slack.adapter import open_slack

    settings = app.settings
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        raise SettingsError(
            "Slack needs SLACK_APP_TOKEN (xapp-...) for Socket Mode, or SLACK_SIGNING_SECRET for HTTP"
        )
    return open_slack(
        app.doors,
        app.catalog,
        app.painter,
        telemetry.report_bug,
        token=token,
        prefix=settings.prefix,
        api_url=settings.slack_api_url,
        openings=settings.slack_openings,
        rate=settings.slack_rate,
        channels=app.channels["slack"],
        health=app.connections["slack"],
        proof=settings.proof,
        owner=app.owners["slack"],
    )


def _open_workspaces(app: App) -> AbstractAsyncContextManager["SlackAdapter"]:
    from bot.adapters.slack.adapter import open_workspaces
    from bot.adapters.slack.install import Credentials

    settings = app.settings
    client_id, secret = settings.slack_client_id, settings.slack_client_secret
    if client_id is None:
        raise SettingsError(
            "Slack needs SLACK_BOT_TOKEN (xoxb-...), from the app's page on Install App; or, for many "
            "workspaces, SLACK_CLIENT_ID and SLACK_CLIENT_SECRET, from its page Basic Information"
        )
    if secret is None or settings.slack_signing_secret is None:
        raise SettingsError(
            "Slack for many workspaces needs SLACK_CLIENT_SECRET and SLACK_SIGNING_SECRET beside "
            "SLACK_CLIENT_ID, all from the app's page Basic Information"
        )
    if app.installs is None:
        raise SettingsError(
            "Slack for many workspaces needs CAIRN_KEYS, which their tokens are sealed with in the database: "
            "`cairn tokens key` makes a key"
        )
    return open_workspaces(
        app.doors,
        app.catalog,
        app.painter,
        telemetry.report_bug,
        app.installs,
        app.wall,
        app=Credentials(client_id, secret.get_secret_value(), settings.slack_authorize_url),
        prefix=settings.prefix,
        api_url=settings.slack_api_url,
        openings=settings.slack_openings,
        rate=settings.slack_rate,
        channels=app.channels["slack"],
        health=app.connections["slack"],
        proof=settings.proof,
    )


def _discord_opening(app: App, ready: Ready) -> Opening:
    from bot.adapters.discord.messenger import DiscordMessenger

    return Opening(
        "Discord",
        "discord",
        "the network, and DISCORD_API_URL and DISCORD_GATEWAY_URL if they are set",
        DiscordMessenger.deduplicates,
        functools.partial(open_discord_line, app, ready),
    )


async def open_discord_line(app: App, ready: Ready, stack: AsyncExitStack) -> Line:
    """One bot. Raises SettingsError when its token is not taken, a DeliveryError when Discord can't be
    reached."""
    import discord

    from bot.adapters.discord.adapter import DiscordAdapter
    from bot.adapters.discord.failures import FAILURES, read_failure

    settings = app.settings
    if settings.discord_token is None:
        raise SettingsError("Discord needs DISCORD_TOKEN, from the developer portal's page on the bot")
    adapter = DiscordAdapter(
        app.doors,
        app.catalog,
        app.painter,
        app.uploads["discord"],
        app.channels["discord"],
        telemetry.report_bug,
        api_url=settings.discord_api_url,
        gateway_url=settings.discord_gateway_url,
        guild=settings.discord_guild or None,
        shard_count=settings.discord_shards,
        shard_ids=settings.shard_ids,
        rate=settings.discord_rate,
        openings=settings.discord_openings,
        member_seconds=settings.discord_member_seconds,
        health=app.connections["discord"],
        proof=settings.proof,
        acts=app.uploads["discord"],
        owner=app.owners["discord"],
    )
    stack.push_async_callback(adapter.close)
    try:
        await adapter.sign_in(settings.discord_token.get_secret_value())
    except discord.LoginFailure:
        raise SettingsError(
            "Discord doesn't take DISCORD_TOKEN: copy it anew from the developer portal's page on the bot"
        ) from None
    except FAILURES as error:
        raise read_failure(error) from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # The library reads whatever it is answered, such as a proxy's own page.
        check = "DISCORD_API_URL, and what stands between Cairn and Discord"
        raise NotConnected("no answer of Discord's", check) from error

    async def listen() -> None:
        ready("Discord", "connecting")
        try:
            await adapter.listen()
        except FAILURES as error:
            raise read_failure(error) from error

    return Line("discord", adapter.messenger, adapter, listen)
