"""One process serves an SQLite file: two would both say what is due, and each would miss what one heard."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.core.errors import SettingsError
from bot.storage.address import read_address
from bot.storage.private_files import FILE_MODE, make_private_folder

ENDING = ".lock"


@contextmanager
def hold_alone(url: str) -> Iterator[None]:
    """Holds the SQLite file for this process until the block ends; does nothing for PostgreSQL.

    The lock ends with the process, however that ends. Raises SettingsError when another process holds it.
    """
    address = read_address(url)
    if address.get_backend_name() != "sqlite":
        yield
        return
    file = Path(str(address.database)).expanduser().resolve()
    number = _open(file.with_name(file.name + ENDING))
    try:
        if number is not None:
            _lock(number, file)
        yield
    finally:
        if number is not None:
            os.close(number)


def _open(lock: Path) -> int | None:
    """A disk that takes no file takes no database either, and whoever opens that says so."""
    with suppress(OSError):
        make_private_folder(lock.parent)
        return os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    return None


def _lock(number: int, file: Path) -> None:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(number, 20, 0).decode("ascii", "replace").strip()
        named = f"process {holder}" if holder.isdecimal() else "another process"
        raise SettingsError(
            f"{named} runs Cairn on {file.name} in this folder, and SQLite takes one process. Stop that one, "
            "or name another folder in CAIRN_DATA; several processes need PostgreSQL in DATABASE_URL"
        ) from None
    except OSError:
        return  # a file system without locks
    os.ftruncate(number, 0)
    os.pwrite(number, f"{os.getpid()}\n".encode(), 0)
