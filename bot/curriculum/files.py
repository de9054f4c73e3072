"""Which files make up the content, read so that none of them can reach outside or tell a lie about itself."""

import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.core.errors import ContentError, Problem

SIZE_LIMIT = 256 * 1024
FILES_LIMIT = 2_000

# Controls, marks that turn the reading direction, invisible characters and private ones: nobody who reviews
# a text sees them, yet they would change what members read or what a name is equal to.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\uf8ff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\U000f0000-\U0010ffff]"
)


@dataclass(frozen=True, slots=True)
class Raw:
    """A file as text: `name` is its path under the content folder, with slashes; lines end with "\\n"."""

    name: str
    text: str


def refuse(file: str, line: int | None, says: str, remedy: str) -> ContentError:
    """The error for one problem, ready to raise."""
    return ContentError((Problem(file, line, says, remedy),))


def find_hidden(text: str) -> tuple[int, str] | None:
    """Where the first character stands that no reviewer would see, and its code ("U+202E")."""
    found = _HIDDEN.search(text)
    return None if found is None else (found.start(), f"U+{ord(found[0]):04X}")


def list_files(root: Path, folder: str, suffix: str) -> tuple[str, ...]:
    """The names of the files in one folder of the content, sorted; an absent folder has none.

    Hidden files (".gitkeep") are passed over. Raises ContentError for a link, a folder or another suffix.
    """
    names = [name for name in _entries(root, folder) if not name.startswith(".")]
    if len(names) > FILES_LIMIT:
        raise refuse(folder, None, f"This folder holds {len(names)} files.", f"Keep at most {FILES_LIMIT}.")
    for name in names:
        if not name.endswith(suffix):
            remedy = f"Name it with {suffix} at the end, or take it out of this folder."
            raise refuse(f"{folder}/{name}", None, f"Only {suffix} files belong here.", remedy)
    return tuple(f"{folder}/{name}" for name in sorted(names))


def read_raw(root: Path, name: str) -> Raw:
    """The text of one file under `root`. Raises ContentError for anything that isn't a plain UTF-8 text."""
    content = read_bytes(root, name)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refuse(name, line, "This isn't UTF-8 text.", "Save the file again as UTF-8.") from None
    text = unicodedata.normalize("NFC", text.removeprefix("\ufeff").replace("\r\n", "\n"))
    if hidden := find_hidden(text):
        place, code = hidden
        line = text.count("\n", 0, place) + 1
        raise refuse(name, line, f"There is an invisible character here ({code}).", "Delete it.")
    return Raw(name, text)


def read_bytes(root: Path, name: str) -> bytes:
    """The bytes of one file under `root`. Raises ContentError for a link, a pipe, a folder, a huge file."""
    try:
        # Non-blocking, or a named pipe would hang the start for ever.
        handle = os.open(root / name, os.O_RDONLY | _flag("O_NOFOLLOW") | _flag("O_NONBLOCK"))
    except FileNotFoundError:
        raise refuse(name, None, "This file is missing.", "Add it; content/README.md shows how.") from None
    except OSError as error:
        says = "This is a link." if (root / name).is_symlink() else f"This can't be read: {error.strerror}."
        raise refuse(name, None, says, "Put a plain, readable file here.") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise refuse(name, None, "This isn't a file.", "Put a plain text file here.")
    with os.fdopen(handle, "rb") as opened:
        content = opened.read(SIZE_LIMIT + 1)
    if len(content) > SIZE_LIMIT:
        raise refuse(name, None, "This file is larger than 256 KiB.", "Split it into smaller ones.")
    return content


def _entries(root: Path, folder: str) -> Iterator[str]:
    path = root / folder
    if path.is_symlink():
        raise refuse(folder, None, "This folder is a link.", "Put the files themselves here.")
    if path.is_dir():
        yield from (entry.name for entry in path.iterdir())


def _flag(name: str) -> int:
    return int(getattr(os, name, 0))  # Windows has neither flag
