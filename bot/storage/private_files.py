"""Files and folders that nobody else on the machine may read, whatever the umask is."""

import os
import stat
from contextlib import suppress
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600
# What SQLite keeps beside its file.
BESIDE = ("-wal", "-shm", "-journal")


def make_private_folder(folder: Path) -> None:
    """Makes the folder, and what is missing above it, for its owner alone. Raises OSError."""
    if folder.is_dir():
        return
    make_private_folder(folder.parent)
    try:
        folder.mkdir(mode=FOLDER_MODE)
        folder.chmod(FOLDER_MODE)
    except FileExistsError:
        if not folder.is_dir():
            raise  # a file; another process that made the same folder meanwhile is fine


def tighten_folder(folder: Path) -> None:
    """Takes everybody else's rights to a folder that is ours alone. Leaves one that others own or share, and
    the one in which somebody works."""
    folder = folder.absolute()
    if folder in {Path.cwd(), Path.home(), Path(folder.anchor)}:
        return
    with suppress(OSError):
        if not folder.stat().st_mode & stat.S_ISVTX:
            _tighten(folder, FOLDER_MODE)


def make_private_file(file: Path) -> None:
    """Makes an empty file where none is. One that is there, and what SQLite keeps beside it, loses everybody
    else's rights; whoever doesn't own it changes nothing."""
    with suppress(OSError):  # whoever opens it says why it can't be opened
        number = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
        os.fchmod(number, FILE_MODE)
        os.close(number)
        return
    for one in (file, *(file.with_name(file.name + ending) for ending in BESIDE)):
        with suppress(OSError):
            _tighten(one, FILE_MODE)


def _tighten(path: Path, most: int) -> None:
    found = path.stat()
    if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) & ~most:
        path.chmod(stat.S_IMODE(found.st_mode) & most)
