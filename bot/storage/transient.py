"""Which errors of the drivers pass: one table for each database, and the hook that raises TryAgain for them.

The hook runs where the statement runs. So nothing in between, however broadly it catches, takes a slow or
absent database for a bug.
"""

import re
import sqlite3
from collections.abc import Mapping

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from bot.core.errors import TryAgain
from bot.storage.deadline import Deadline
from bot.storage.remedies import REMEDIES

# The execution option of a transaction that must not write.
READ_ONLY = {"reads": True}

AWAY = "the connection to the database is lost"
ONLY_READ = "the database is read-only"
BROKEN = "the file is damaged"

# By primary result code. The message is for an operator, and holds no value of ours.
SQLITE: Mapping[int, str] = {
    sqlite3.SQLITE_BUSY: "the database is locked",
    sqlite3.SQLITE_LOCKED: "the database is locked",
    sqlite3.SQLITE_PROTOCOL: "the database is locked",
    sqlite3.SQLITE_INTERRUPT: "a statement took too long",
    sqlite3.SQLITE_SCHEMA: "the schema has just changed",
    sqlite3.SQLITE_NOMEM: "there is no memory left",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk fails",
    sqlite3.SQLITE_CANTOPEN: "the file can't be opened",
    sqlite3.SQLITE_READONLY: ONLY_READ,
}
# By SQLSTATE, or the beginning of one; the longest that fits counts.
POSTGRES: Mapping[str, str] = {
    "08": AWAY,
    "25006": ONLY_READ,
    "25P03": "a transaction stood idle for too long",
    "25P04": "a transaction took too long",
    "40": "another transaction came in between",
    "53": "the database server has no room left",
    "53100": "the disk is full",
    "53200": "the database server has no memory left",
    "53300": "the database server takes no more connections",
    "55006": "the database is locked",
    "55P03": "the database is locked",
    "57": "the database server is stopping or starting",
    "57014": "a statement took too long",
    "58": "the disk fails",
    "72": "another transaction came in between",
    "XX": "the database server is broken",
}

# A failed connection has no SQLSTATE, only a message that quotes the address. So the reason is recognised,
# and nothing of the message is repeated.
_REFUSALS = (
    ("invalid response|unexpected response", "it doesn't answer as PostgreSQL does"),
    (r"invalid \w+ value|invalid connection option", "a parameter of the URL has a wrong value"),
    ("could not translate host name|name or service not known|failed to resolve", "its host is not known"),
    ("connection refused|no such file or directory", "nothing listens at that host and port"),
    ("timeout|timed out", "nobody answers at that host and port"),
    ("password|authentication|pg_hba|scram", "it doesn't take the user name and password"),
    (r"role .* does not exist", "it doesn't know the user name"),
    (r"database .* does not exist|no such database", "there is no database of that name"),
    ("startup parameter|command-line argument", "it doesn't take a parameter of the URL"),
    ("ssl|channel.binding|certificate", "it doesn't agree on the encryption that the URL asks for"),
    ("starting up|shutting down|recovery", "it is stopping or starting"),
    ("too many|remaining connection slots|no more connections", "it takes no more connections"),
    ("invalid|missing", "a parameter of the URL has a wrong value"),
)


def raise_try_again(engine: Engine) -> None:
    """From now on errors of this engine that pass reach every caller as TryAgain, with the driver's error as
    its cause."""
    event.listen(engine, "handle_error", _explain)


def why_it_passes(error: BaseException, *, reads: bool) -> str | None:
    """Says for the log why the same statement may well succeed in a while; None for an error that stays.

    `reads`: it was a transaction that must not write, so an attempt to write is a bug.
    """
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        why = None if code is None else SQLITE.get(code & 0xFF)
    else:
        state = getattr(error, "sqlstate", None)
        if state is None:
            # psycopg has no state for what it finds out itself: refused, reset, timed out.
            return AWAY if type(error).__name__ == "OperationalError" else None
        why = POSTGRES.get(state) or POSTGRES.get(state[:2])
    return None if reads and why == ONLY_READ else why


def _explain(context: ExceptionContext) -> TryAgain | None:
    if context.is_pre_ping:
        return None  # the pool opens another connection
    error = context.original_exception
    if not isinstance(error, context.dialect.loaded_dbapi.Error):
        return None
    if context.connection is None:
        refused = _why_refused(error)
        return TryAgain(f"the database can't be opened: {refused}", REMEDIES[refused])
    options = context.connection.get_execution_options()
    reads = options.keys() >= READ_ONLY.keys()
    why = AWAY if context.is_disconnect else why_it_passes(error, reads=reads)
    if why is None:
        return None
    deadline: Deadline | None = options.get("deadline")
    if deadline is not None:
        deadline.spoilt = why
    return TryAgain(why, REMEDIES[why])


def _why_refused(error: BaseException) -> str:
    if isinstance(error, sqlite3.Error):
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
            return "the file is not an SQLite database"
        return why_it_passes(error, reads=False) or BROKEN
    said = str(error).lower()
    named = (why for pattern, why in _REFUSALS if re.search(pattern, said))
    return next(named, "it doesn't answer as PostgreSQL does")
