"""Faults in how the database is opened, and in what its errors mean."""

from tests.faults.fault import Fault

TRANSIENT = "bot/storage/transient.py"
TRANSACTION = "bot/storage/transaction.py"
ERRORS = "tests/contract/test_transient.py"
EVERYWHERE = "tests/contract/test_transient_everywhere.py"

FAULTS = (
    Fault(
        "a slow database is a bug of the notice",
        TRANSIENT,
        'event.listen(engine, "handle_error", _explain)',
        "del engine",
        EVERYWHERE,
        "statement and sqlite",
    ),
    Fault(
        "a full disk is a bug",
        TRANSIENT,
        'sqlite3.SQLITE_FULL: "the disk is full",',
        "",
        ERRORS,
        "full_disk",
    ),
    Fault(
        "a failed statement that somebody caught is committed",
        TRANSACTION,
        "            deadline.check()\n",
        "            if deadline.is_past():\n                deadline.check()\n",
        ERRORS,
        "what_passes and 55P03",
    ),
    Fault(
        "a turn without a database ends the process",
        "bot/delivery/local.py",
        "except Exception as error:  # noqa: BLE001  what is due",
        "except KeyError as error:  # noqa: BLE001  what is due",
        "tests/contract/test_runners.py",
        "database_that_fails and sqlite",
    ),
)
