"""Faults in how the database is opened, and in what its errors mean."""

from tests.faults.fault import Fault

TRANSIENT = "bot/storage/transient.py"
POSTGRES = "bot/storage/postgres_engine.py"
QUEUE = "bot/delivery/queue_connection.py"
PRIVATE = "tests/unit/test_private_files.py"
POOLED = "tests/contract/test_pooled.py"
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
        "statements are prepared on a connection that is somebody else's",
        POSTGRES,
        '"prepare_threshold": None',
        '"prepare_threshold": 0',
        POOLED,
        "TestMembers",
    ),
    Fault(
        "settings stay on the connection",
        POSTGRES,
        "'{_quote(value)}', true)",
        "'{_quote(value)}', false)",
        "tests/unit/test_engine.py",
        "nothing_is_left",
    ),
    Fault(
        "the start-up packet asks for options",
        POSTGRES,
        'address = address.difference_update_query(("options",))',
        "rest = options",
        POOLED,
        "url_asks_for",
    ),
    Fault(
        "the queue's lock is the connection's",
        QUEUE,
        "SELECT pg_advisory_xact_lock(%s)",
        "SELECT pg_advisory_lock(%s)",
        POOLED,
        "no_lock_stays",
    ),
    Fault(
        "who is behind a pooler waits for news",
        QUEUE,
        "if own is None or own[0] != line.info.backend_pid:",
        "if own is None:",
        POOLED,
        "woken_at_once",
    ),
    Fault(
        "a full disk ends the inbox worker",
        "bot/delivery/clerk.py",
        "except Exception as error:  # noqa: BLE001  what waits is still there",
        "except KeyError as error:  # noqa: BLE001  what waits is still there",
        "tests/contract/test_full_disk.py",
        "waiting_call and sqlite",
    ),
    Fault(
        "a platform is connected before the queue is there",
        "bot/connecting.py",
        "        await self._prepared()\n",
        "",
        "tests/unit/test_connecting.py",
        "before_the_queue",
    ),
    Fault(
        "a queue that can't be made counts as made",
        "bot/delivery/pgqueue.py",
        "await self._installed.wait()",
        "await asyncio.sleep(0)",
        "tests/contract/test_runners.py",
        "prepares_nobody",
    ),
    Fault(
        "a failover to read-only is a bug",
        TRANSIENT,
        '"25006": ONLY_READ,',
        "",
        ERRORS,
        "what_passes and 25006",
    ),
    Fault(
        "an older release takes a newer one's schema down",
        "bot/storage/migrate.py",
        "    found = current(engine)\n    if found is not None and not is_known(found, migrations):",
        "    found = current(engine)\n    if found is None:",
        "tests/migrations/test_migrations.py",
        "left_alone and sqlite",
    ),
    Fault(
        "others may read the database",
        "bot/storage/private_files.py",
        "FILE_MODE = 0o600",
        "FILE_MODE = 0o644",
        PRIVATE,
        "new_database",
    ),
    Fault(
        "what others could read stays so",
        "bot/storage/private_files.py",
        "path.chmod(stat.S_IMODE(found.st_mode) & most)",
        "pass",
        PRIVATE,
        "could_read",
    ),
    Fault(
        "what the driver says of an address is told",
        TRANSIENT,
        "the database can't be opened: {refused}",
        "the database can't be opened: {error} {context.engine and context.engine.url.password}",
        "tests/end_to_end/test_wrong_databases.py",
        "no_password",
    ),
    Fault(
        "a password ends at its first @",
        "bot/storage/address.py",
        "if location is not None and",
        "if location is None or",
        "tests/unit/test_address.py",
        "url_of_postgres",
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
