"""What `cairn run` and `cairn play` start: the platforms or the playground, in one process or in several."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog

from bot.app import ROLES
from bot.core.errors import SettingsError
from bot.serving import serve
from bot.settings import Settings
from bot.start_checks import check_addresses, check_start, unused
from bot.storage.private_files import make_private_folder, tighten_folder
from bot.storage.sole_use import hold_alone
from bot.telemetry import configure_logs
from bot.web.limits import raise_descriptors

Say = Callable[[str], None]


def run(settings: Settings, role: str | None, port: int | None, say: Say) -> None:
    """Everything, or one role of it. `say` is told where something is served.

    Raises SettingsError when the settings ask for what can't be run.
    """
    check_start(settings, role, port)
    serves = settings.playground or bool(settings.platforms)
    if serves:
        url = settings.store_url.get_secret_value()
        _serve(settings, url, ROLES if role is None else (role,), port, say)
        return
    play(settings, port, say)


def play(settings: Settings, port: int | None, say: Say) -> None:
    """The playground in this process, on a file of its own."""
    alone = settings.model_copy(update={"playground": True, "database_url": None})
    check_addresses(alone, port)
    configure_logs(settings.log_level, settings.log_format)
    if settings.database_url is not None:
        structlog.get_logger().warning(
            "setting not used",
            setting="DATABASE_URL",
            why="the playground keeps a file of its own: CAIRN_PLAYGROUND=1 cairn run serves it there",
        )
    _serve(alone, settings.playground_url, ROLES, port, say)


def _serve(settings: Settings, url: str, roles: tuple[str, ...], port: int | None, say: Say) -> None:
    configure_logs(settings.log_level, settings.log_format)
    raise_descriptors()
    with suppress(OSError):  # whoever needs it says why it can't be made
        make_private_folder(settings.data)
    tighten_folder(settings.data)
    if settings.journal is not None:
        try:
            make_private_folder(settings.journal)
        except OSError as error:
            raise SettingsError(
                f"CAIRN_JOURNAL names a folder that can't be made: {error.strerror}. Name one that Cairn's "
                "user may write"
            ) from None
    for name, why in unused(settings, port):
        structlog.get_logger().warning("setting not used", setting=name, why=why)
    with hold_alone(url):
        at_port = settings.port if port is None else port
        asyncio.run(serve(settings, url, roles, at_port, lambda what, at: say(f"Cairn's {what}: {at}")))
