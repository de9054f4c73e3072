"""The journal: what restoring an older backup must not undo, in files outside the database.

Each process appends to a file of its own, one JSON list a line: the instant, what was done, its facts
(`storage/notes`). A thread of its own writes, so nobody waits for the disk; what can't be written waits in
memory, and what finds no room there is counted and noted as a gap once there is room again.
"""

import json
import os
import secrets
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from time import monotonic

import structlog

from bot.core.ports import Clock
from bot.storage.notes import Note

VERSION = 1
PREFIX = "journal-"
STAMP = "%Y%m%dT%H%M%SZ"
# A file is closed at this size, or with the day, so that old ones can be deleted.
MOST_BYTES = 8 * 1024 * 1024
# Notes that wait in memory while the disk takes none: about 10 MB.
MOST_WAITING = 50_000
SYNC_SECONDS = 0.5
RETRY_SECONDS = 2.0
# Files are deleted as too old only beside one that is at least this old and not too old itself: after a clock
# was set ahead there is none.
CONFIRMING = timedelta(hours=12)
CLOSE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class JournalFigures:
    """`waiting` notes are not in the file yet, `lost` never will be; `failing`: why the last write failed."""

    written: int
    waiting: int
    lost: int
    failing: str


class Journal:
    """Appends the notes of the database called `database` to a new file in `folder`.

    Files whose entries are older than `keep` are deleted. `room`: how many notes may wait for a disk that
    takes none, `retry_seconds` how soon it is tried again. Nothing here raises because of the disk.
    """

    def __init__(
        self,
        folder: Path,
        database: str,
        clock: Clock,
        keep: timedelta,
        *,
        room: int = MOST_WAITING,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._folder = folder
        self._database = database
        self._clock = clock
        self._keep = keep
        self._room = room
        self._retry_seconds = retry_seconds
        self._wake = threading.Condition()
        self._waiting: deque[str] = deque()
        self._lost = self._gap = self._written = 0
        self._gap_since = ""
        self._failing = ""
        self._closing = False
        self._file = _OpenFile()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def append(self, notes: Sequence[Note]) -> None:
        """Takes notes in. Returns at once, whatever the disk does."""
        at = self._clock.now().isoformat()
        with self._wake:
            if len(self._waiting) + len(notes) > self._room:
                self._gap_since = self._gap_since or at
                self._gap += len(notes)
                self._lost += len(notes)
                return
            self._waiting.extend(json.dumps([at, *one], default=str) for one in notes)
            self._wake.notify()

    def figures(self) -> JournalFigures:
        with self._wake:
            return JournalFigures(self._written, len(self._waiting), self._lost, self._failing)

    def close(self) -> None:
        """Writes what waits, for some seconds at most."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        while True:
            with self._wake:
                if not self._closing and not self._waiting and self._file.number is not None:
                    self._wake.wait(SYNC_SECONDS if self._file.unsynced else None)
                lines, gap = list(self._waiting), self._gap
            try:
                self._write(lines, gap)
            except OSError as error:
                self._tell_failure(error)
                with self._wake:
                    if self._closing:
                        return
                    self._wake.wait(self._retry_seconds)
                continue
            if self._count_written(len(lines), gap):
                self._file.close()
                return

    def _write(self, lines: Sequence[str], gap: int) -> None:
        now = self._clock.now()
        if self._file.is_over(now):
            self._file.close()
            self._prune(now)
            self._file.open(self._folder, now, self._head(now))
        if gap:
            lines = [json.dumps([now.isoformat(), "gap", self._gap_since, gap]), *lines]
        if lines:
            self._file.write("".join(f"{line}\n" for line in lines).encode())
        elif self._file.unsynced:
            self._file.sync()

    def _count_written(self, count: int, gap: int) -> bool:
        """Returns whether that was all, and nothing more comes."""
        with self._wake:
            for _ in range(count):
                self._waiting.popleft()
            self._written += count
            self._gap -= gap
            recovered, self._failing = self._failing, ""
            is_over = self._closing and not self._waiting
        if recovered:
            structlog.get_logger().info("journal written again")
        return is_over

    def _tell_failure(self, error: OSError) -> None:
        why = error.strerror or type(error).__name__
        with self._wake:
            known, self._failing = self._failing, why
        if not known:
            structlog.get_logger().error("journal not written", error=why, folder=str(self._folder))

    def _head(self, now: datetime) -> str:
        return json.dumps({"cairn journal": VERSION, "database": self._database, "began": now.isoformat()})

    def _prune(self, now: datetime) -> None:
        """Deletes files that no backup worth restoring needs. A file holds a day at most."""
        oldest = f"{now - self._keep - timedelta(days=1):{STAMP}}"
        files = journal_files(self._folder)
        if any(oldest <= began_at(file) <= f"{now - CONFIRMING:{STAMP}}" for file in files):
            for file in files:
                if began_at(file) < oldest:
                    file.unlink(missing_ok=True)


class _OpenFile:
    """The file in use. Only the journal's thread touches it."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.unsynced = False
        self._path = Path()
        self._day = date.min
        self._size = 0
        self._synced = monotonic()

    def is_over(self, now: datetime) -> bool:
        """Whether another file is needed: none is open, it is full or deleted, or its day is over."""
        if self.number is None or self._size > MOST_BYTES or now.date() != self._day:
            return True
        try:
            return os.fstat(self.number).st_nlink == 0
        except OSError:
            return True

    def open(self, folder: Path, now: datetime, head: str) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{PREFIX}{now:{STAMP}}-{os.getpid()}-{secrets.token_hex(4)}.jsonl"
        self._path = folder / name
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self.number = os.open(self._path, flags, 0o600)
        self._day, self._size = now.date(), 0
        self.write(f"{head}\n".encode())

    def write(self, data: bytes) -> None:
        """Writes all of it or nothing: what a full disk cuts off is taken back."""
        if self.number is None:
            raise OSError("no file is open")
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(self.number, left) :]
        except OSError:
            os.ftruncate(self.number, self._size)
            raise
        self._size += len(data)
        self.unsynced = True
        if monotonic() - self._synced > SYNC_SECONDS:
            self.sync()

    def sync(self) -> None:
        if self.number is not None:
            os.fsync(self.number)
        self.unsynced = False
        self._synced = monotonic()

    def close(self) -> None:
        if self.number is not None:
            number, self.number = self.number, None
            try:
                os.fsync(number)
            finally:
                os.close(number)
        self.unsynced = False


def journal_files(folder: Path) -> list[Path]:
    """Returns the folder's files in the order in which they were begun; none when there is no such folder."""
    return sorted(folder.glob(f"{PREFIX}*.jsonl"), key=began_at)


def began_at(file: Path) -> str:
    """Returns the instant in the file's name, as `STAMP` writes it."""
    return file.name.removeprefix(PREFIX).partition("-")[0]
