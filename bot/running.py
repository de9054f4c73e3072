"""What `cairn run` and `cairn play` start: the platforms or the playground, in one process or in several."""

import asyncio
import errno
from collections.abc import Callable
from contextlib import suppress

from bot.app import ROLES
from bot.core.errors import SettingsError
from bot.serving import serve
from bot.settings import Settings
from bot.storage.private_files import make_private_folder, tighten_folder
from bot.telemetry import configure_logs
from bot.web.limits import raise_descriptors

_TAKEN = (errno.EADDRINUSE, errno.EACCES)

Say = Callable[[str], None]


def run(settings: Settings, role: str | None, port: int | None, say: Say) -> None:
    """Everything, or one role of it. `say` is told where something is served.

    Raises SettingsError when the settings ask for what can't be run.
    """
    if settings.playground and settings.platforms:
        names = " and ".join(settings.platforms)
        raise SettingsError(
            f"CAIRN_PLAYGROUND is set beside tokens for {names}: the playground moves time for everybody, "
            "so take one of them out"
        )
    serves = settings.playground or bool(settings.platforms)
    if role is not None and not serves:
        raise SettingsError("--role needs a platform's token, or CAIRN_PLAYGROUND=1 to serve the playground")
    if role is not None and not settings.shares_database:
        raise SettingsError(
            "--role needs PostgreSQL, because SQLite takes one process: set DATABASE_URL, or leave --role out"
        )
    if serves:
        url = settings.store_url.get_secret_value()
        _serve(settings, url, ROLES if role is None else (role,), port, say)
        return
    play(settings, port, say)


def play(settings: Settings, port: int | None, say: Say) -> None:
    """The playground in this process, on a file of its own."""
    alone = settings.model_copy(update={"playground": True})
    _serve(alone, settings.playground_url, ROLES, port, say)


def _serve(settings: Settings, url: str, roles: tuple[str, ...], port: int | None, say: Say) -> None:
    port = settings.port if port is None else port
    configure_logs(settings.log_level, settings.log_format)
    raise_descriptors()
    with suppress(OSError):  # whoever needs it says why it can't be made
        make_private_folder(settings.data)
    tighten_folder(settings.data)
    try:
        asyncio.run(serve(settings, url, roles, port, lambda what, at: say(f"Cairn's {what}: {at}")))
    except OSError as error:
        if error.errno not in _TAKEN:
            raise
        raise SettingsError(
            f"Port {port} is taken. Start again with another one: --port {port + 1}"
        ) from None
