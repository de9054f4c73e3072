"""A database that fails on request, with the driver's own errors."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, event

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"


def fail(connection: Connection, state: str) -> None:
    """PostgreSQL refuses a statement with this SQLSTATE."""
    connection.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'hunter2' USING ERRCODE = '{state}'; END $$")


def take_too_long(connection: Connection) -> None:
    """The database interrupts a statement, as it does at the end of a deadline."""
    if connection.dialect.name == "postgresql":
        fail(connection, "57014")
        return
    raw: Any = connection.connection.dbapi_connection
    raw.set_progress_handler(lambda: 1, 100)
    connection.exec_driver_sql(ENDLESS)


def fill_up(engine: Engine) -> None:
    """From now on the SQLite file doesn't grow, as on a disk that is full."""
    with engine.connect() as connection:
        most = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    engine.dispose()

    def limit(raw: Any, _record: object) -> None:
        raw.execute(f"PRAGMA max_page_count={most}")

    event.listen(engine, "connect", limit)


class Faulty:
    """Fails the statement with a number, counted from 1 since `arm`; `fired` says whether it came to that."""

    def __init__(self, engine: Engine, act: Callable[[Connection], object] = take_too_long) -> None:
        self.fired = False
        self._at = self._seen = 0
        self._act = act
        event.listen(engine, "before_cursor_execute", self._count)

    def arm(self, number: int) -> None:
        """The statement with this number fails; 0: none does."""
        self._at, self._seen, self.fired = number, 0, False

    def _count(self, connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if not self._at or statement.startswith(("BEGIN", "PRAGMA", "SET")):
            return
        self._seen += 1
        if self._seen == self._at:
            self._at, self.fired = 0, True
            self._act(connection)
