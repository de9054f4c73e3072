"""The content as it was loaded last time, for verbs that must answer in a blink.

What is kept is one JSON file in the user's cache folder. It counts only for the very bytes it was made from:
every file of the content folder, every source file of ours that loading runs through, and this Python.
Whatever is odd about it means that the content is loaded as usual; so does a folder that can't be written.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from bot.core.domain.curriculum import Content
from bot.core.errors import ContentError
from bot.curriculum.files import read_bytes
from bot.curriculum.plain import read_plain, write_plain

_BOT = Path(__file__).parent.parent
_CODE = (_BOT / "curriculum", _BOT / "core" / "chat", _BOT / "core" / "domain")
_KEPT = "content.json"


def cache_folder(environment: Mapping[str, str]) -> Path | None:
    """Where this user keeps what Cairn could make again; None when there is no such place."""
    if base := environment.get("XDG_CACHE_HOME"):
        folder = Path(base, "cairn")
    else:
        folder = Path(environment.get("HOME", ""), ".cache", "cairn")
    return folder if folder.is_absolute() else None


def recall_content(path: Path, folder: Path | None) -> Content:
    """As `load_content(path)`, in a fraction of the time when `folder` keeps these very files.

    Raises ContentError for files that can't be loaded; those are never kept.
    """
    key = None if folder is None else _digest(path)
    if folder is None or key is None:
        return _load(path)
    if (content := _recall(folder, key)) is not None:
        return content
    content = _load(path)
    # A file that was saved in between must not be kept under the name of what it was before.
    if _digest(path) == key:
        with suppress(OSError):
            _keep(folder, key, content)
    return content


def _load(path: Path) -> Content:
    from bot.curriculum.load import load_content  # brings pydantic and YAML, which take longer than all else

    return load_content(path)


def _digest(path: Path) -> str | None:
    """What the content and our code are, as one text; None when there is something that can't be told."""
    digest = hashlib.sha256(sys.version.encode())
    try:
        for root in (path, *_CODE):
            names = sorted(_list_tree(root))
            if not names:
                return None  # such as modules without their source
            for name in names:
                content = read_bytes(root, name)
                digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape") + content)
    except (OSError, ContentError):
        return None
    return digest.hexdigest()


def _list_tree(root: Path, below: str = "") -> Iterator[str]:
    with os.scandir(root / below) as entries:
        for entry in entries:
            name = f"{below}{entry.name}"
            if not entry.is_dir(follow_symlinks=False):
                yield name
            elif entry.name != "__pycache__":
                yield from _list_tree(root, f"{name}/")


def _recall(folder: Path, key: str) -> Content | None:
    try:
        kept = (folder / _KEPT).read_bytes() if _is_private(folder) else b""
    except OSError:
        return None
    seal, _, payload = kept.partition(b"\n")
    return read_plain(json.loads(payload), Content) if seal == _seal(key, payload) else None


def _keep(folder: Path, key: str, content: Content) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_private(folder):
        return
    payload = json.dumps(write_plain(content), ensure_ascii=False, separators=(",", ":")).encode()
    draft = folder / f"{_KEPT}.{os.getpid()}"
    try:
        draft.write_bytes(_seal(key, payload) + b"\n" + payload)
        draft.replace(folder / _KEPT)
    finally:
        draft.unlink(missing_ok=True)


def _seal(key: str, payload: bytes) -> bytes:
    return hashlib.sha256(key.encode() + payload).hexdigest().encode()


def _is_private(folder: Path) -> bool:
    """Whether nobody else could have put something into this folder."""
    if not hasattr(os, "getuid"):
        return True  # Windows keeps home folders apart by itself
    status = folder.lstat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022
