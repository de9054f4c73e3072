"""Names the setting of an address that can't be listened at."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from bot.core.errors import SettingsError

FIRST_FREE_PORT = 1024


@contextmanager
def naming_address(host: str, port: int, host_setting: str, port_setting: str) -> Iterator[None]:
    """Raises SettingsError instead of the OSError of a port that is taken or an address that isn't ours."""
    try:
        yield
    except socket.gaierror:
        raise SettingsError(
            f"{host_setting} is no address of this machine: the name {host} is not known. Set it to one, "
            "such as 127.0.0.1, or 0.0.0.0 for all"
        ) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(
                f"Port {port} is taken by another program. Start again with another one: "
                f"{_another(port_setting, port)}"
            ) from None
        if error.errno == errno.EACCES:
            raise SettingsError(
                f"Port {port} is for the system's own programs. Start again with one from "
                f"{FIRST_FREE_PORT} on: {_another(port_setting, FIRST_FREE_PORT)}"
            ) from None
        if error.errno == errno.EADDRNOTAVAIL:
            raise SettingsError(
                f"{host_setting} is no address of this machine ({host}). Set it to one, such as 127.0.0.1, "
                "or 0.0.0.0 for all"
            ) from None
        raise


def _another(setting: str, port: int) -> str:
    another = port + 1 if port < 65_535 else port - 1
    return f"{setting} {another}" if setting.startswith("--") else f"{setting}={another}"
