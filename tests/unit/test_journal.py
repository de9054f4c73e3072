"""The journal's files: complete, private, bounded, and no reason for anybody to wait or to fail."""

import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from signal import SIG_IGN, SIGXFSZ, signal

import pytest

from bot.recovery.journal import Journal, journal_files
from bot.recovery.journal_reading import read_journal

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
KEEP = 60 * DAY
PATIENCE = 60.0
ROOM = 1_000


class HandClock:
    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def open_journal(tmp_path: Path, clock: HandClock) -> Iterator[Callable[..., Journal]]:
    opened: list[Journal] = []

    def open_one(folder: Path = tmp_path / "journal", database: str = "one") -> Journal:
        opened.append(Journal(folder, database, clock, KEEP, room=ROOM, retry_seconds=0.05))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def await_that(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.005)


def numbers(folder: Path, since: datetime = NOON) -> list[object]:
    return [one.facts[0] for one in read_journal([folder], "one", since, NOON, KEEP).notes]


def test_what_was_appended_is_read_back_in_its_order(
    open_journal: Callable[..., Journal], tmp_path: Path
) -> None:
    journal = open_journal()
    for number in range(500):
        journal.append([("purged", number)])
    await_that(lambda: journal.figures().written == 500)
    read = read_journal([tmp_path / "journal"], "one", NOON, NOON, KEEP)
    assert [one.facts for one in read.notes] == [(number,) for number in range(500)]
    assert (read.files, read.foreign, read.gaps) == (1, 0, ())


def test_only_the_owner_can_read_it(open_journal: Callable[..., Journal], tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        open_journal()
        await_that(lambda: bool(journal_files(tmp_path / "journal")))
    finally:
        os.umask(before)
    (file,) = journal_files(tmp_path / "journal")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_each_process_has_a_file_of_its_own_and_foreign_ones_are_left_out(
    open_journal: Callable[..., Journal], tmp_path: Path, clock: HandClock
) -> None:
    first, second, foreign = open_journal(), open_journal(), open_journal(database="another")
    first.append([("purged", 1)])
    clock.time += timedelta(seconds=1)
    second.append([("purged", 2)])
    foreign.append([("purged", 3)])
    for one in (first, second, foreign):
        one.close()
    read = read_journal([tmp_path / "journal"], "one", NOON, NOON, KEEP)
    assert [one.facts for one in read.notes] == [(1,), (2,)]
    assert (read.files, read.foreign) == (2, 1)
    (file, *_) = journal_files(tmp_path / "journal")
    assert (
        read_journal([file], "one", NOON, NOON, KEEP).files
        + read_journal([file], "another", NOON, NOON, KEEP).files
        == 1
    )


def test_what_is_older_than_the_backup_is_left_out(
    open_journal: Callable[..., Journal], tmp_path: Path, clock: HandClock
) -> None:
    journal = open_journal()
    for number in range(4):
        journal.append([("purged", number)])
        clock.time += timedelta(hours=1)
    journal.close()
    assert numbers(tmp_path / "journal", NOON + timedelta(hours=2)) == [2, 3]
    assert numbers(tmp_path / "journal", NOON + timedelta(hours=2, minutes=4)) == [2, 3]


def test_a_disk_that_takes_nothing_makes_nobody_fail_and_loses_nothing(
    open_journal: Callable[..., Journal], tmp_path: Path
) -> None:
    place = tmp_path / "journal"
    place.write_text("in the way")
    journal = open_journal()
    began = time.monotonic()
    for number in range(100):
        journal.append([("purged", number)])
    assert time.monotonic() - began < 1.0
    await_that(lambda: bool(journal.figures().failing))
    assert journal.figures().waiting == 100
    place.unlink()
    await_that(lambda: journal.figures().written == 100)
    assert (journal.figures().failing, journal.figures().lost) == ("", 0)
    assert numbers(place) == list(range(100))


def test_a_full_disk_leaves_no_half_line(
    open_journal: Callable[..., Journal], tmp_path: Path, clock: HandClock
) -> None:
    journal = open_journal()
    await_that(lambda: bool(journal_files(tmp_path / "journal")))
    (file,) = journal_files(tmp_path / "journal")
    soft, hard = getrlimit(RLIMIT_FSIZE)
    before = signal(SIGXFSZ, SIG_IGN)
    try:
        setrlimit(RLIMIT_FSIZE, (file.stat().st_size + 1_000, hard))
        journal.append([("dropped", "evidence", number) for number in range(1_000)])
        await_that(lambda: bool(journal.figures().failing))
        assert len(file.read_text().splitlines()) == 1
    finally:
        setrlimit(RLIMIT_FSIZE, (soft, hard))
        signal(SIGXFSZ, before)
    await_that(lambda: journal.figures().written == 1_000)
    read = read_journal([file], "one", NOON, NOON, KEEP)
    assert (len(read.notes), read.gaps) == (1_000, ())


def test_what_finds_no_room_is_counted_and_told_as_a_gap(
    open_journal: Callable[..., Journal], tmp_path: Path
) -> None:
    place = tmp_path / "journal"
    place.write_text("in the way")
    journal = open_journal()
    journal.append([("purged", number) for number in range(ROOM)])
    journal.append([("purged", 1), ("purged", 2)])
    assert journal.figures().lost == 2
    place.unlink()
    await_that(lambda: journal.figures().waiting == 0)
    (gap,) = read_journal([place], "one", NOON, NOON, KEEP).gaps
    assert gap.startswith("2 notes could not be written")


def test_a_file_that_was_deleted_is_begun_again(open_journal: Callable[..., Journal], tmp_path: Path) -> None:
    journal = open_journal()
    await_that(lambda: bool(journal_files(tmp_path / "journal")))
    for file in journal_files(tmp_path / "journal"):
        file.unlink()
    journal.append([("purged", 1)])
    journal.close()
    assert numbers(tmp_path / "journal") == [1]


def test_a_new_day_begins_a_new_file_and_ends_the_oldest(
    open_journal: Callable[..., Journal], tmp_path: Path, clock: HandClock
) -> None:
    journal = open_journal()
    for number in range(70):
        journal.append([("purged", number)])
        await_that(lambda number=number: journal.figures().written == number + 1)  # type: ignore[misc]
        clock.time += DAY
    journal.close()
    kept = [
        json.loads(line)[2]
        for file in journal_files(tmp_path / "journal")
        for line in file.read_text().splitlines()[1:]
    ]
    # The journal looks at the clock once more when it is the seventieth day.
    assert kept in (list(range(8, 70)), list(range(9, 70)))


def test_a_clock_that_is_set_ahead_deletes_nothing(
    open_journal: Callable[..., Journal], tmp_path: Path, clock: HandClock
) -> None:
    journal = open_journal()
    journal.append([("purged", 1)])
    await_that(lambda: journal.figures().written == 1)
    for _ in range(3):
        clock.time = NOON + 365 * DAY
        journal.append([("purged", 2)])
        open_journal().append([("purged", 2)])
        clock.time = NOON
        journal.append([("purged", 3)])
    await_that(lambda: journal.figures().waiting == 0)
    journal.close()
    assert 1 in numbers(tmp_path / "journal")


def test_a_line_that_was_cut_off_is_left_out_and_a_damaged_one_is_told(tmp_path: Path) -> None:
    head = json.dumps({"cairn journal": 1, "database": "one", "began": NOON.isoformat()})
    good = json.dumps([NOON.isoformat(), "purged", 1])
    file = tmp_path / "journal-x.jsonl"
    file.write_text(f"{head}\n{good}\n{good[:20]}")
    read = read_journal([file], "one", NOON, NOON, KEEP)
    assert (len(read.notes), read.gaps) == (1, ())
    for broken in (good[:20], "null", "[]", '["soon", "purged", 1]', "{}"):
        file.write_text(f"{head}\n{broken}\n{good}\n")
        read = read_journal([file], "one", NOON, NOON, KEEP)
        assert (len(read.notes), read.gaps) == (1, ("1 lines of the journal can't be read",)), broken


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    assert read_journal([tmp_path], "one", NOON, NOON, KEEP).gaps == (
        f"no journal of this database was found in {tmp_path}",
    )
    head = json.dumps({"cairn journal": 1, "database": "one", "began": NOON.isoformat()})
    (tmp_path / "journal-x.jsonl").write_text(f"{head}\n")
    assert read_journal([tmp_path], "one", NOON, NOON + KEEP, KEEP).gaps == ()
    (gap,) = read_journal([tmp_path], "one", NOON, NOON + KEEP + DAY, KEEP).gaps
    assert "60 days" in gap
