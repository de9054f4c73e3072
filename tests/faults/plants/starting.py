"""Faults in what is said when a start goes wrong."""

from tests.faults.fault import Fault

STARTS = "tests/unit/test_start_errors.py"

FAULTS = (
    Fault(
        "two processes on one SQLite file",
        "bot/storage/sole_use.py",
        "fcntl.LOCK_EX | fcntl.LOCK_NB",
        "fcntl.LOCK_SH | fcntl.LOCK_NB",
        STARTS,
        "a_file_for_itself",
    ),
    Fault(
        "another program's PORT counts",
        "bot/settings.py",
        "if name.lower() in names}",
        "}",
        STARTS,
        "other_programs",
    ),
    Fault(
        "a bug's own message is printed",
        "bot/start_errors.py",
        "({type(error).__name__}, reference",
        "({error}, reference",
        STARTS,
        "a_bug_is_a_line",
    ),
    Fault(
        "starting over leaves the clock",
        "bot/storage/starting_over.py",
        "values(offset_seconds=0)",
        "values(offset_seconds=clocks.c.offset_seconds)",
        "tests/contract/test_playground_time.py",
        "starting_over",
    ),
)
