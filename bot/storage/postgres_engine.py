"""How PostgreSQL is opened: directly, or through a pooler that hands out another connection with each
transaction. So nothing is set for a connection, and nothing is prepared on it: each transaction begins with
its own settings, in one round trip."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from bot.storage.deadline import Deadline
from bot.storage.transient import READ_ONLY

SETTINGS = {
    "statement_timeout": "10s",
    "lock_timeout": "3s",
    # A process that is stopped in the middle of a transaction must not keep its locks: others wait for them.
    "idle_in_transaction_session_timeout": "10s",
    "timezone": "UTC",
}
# What a URL may say otherwise. A server that is gone is noticed in seconds, also by who only listens.
PARAMETERS = {
    "connect_timeout": "3",
    "tcp_user_timeout": "10000",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
}
# `-c name=value` or `--name=value`, as the server's own command line takes them; a backslash keeps a blank.
_SETTING = re.compile(r"(?:-c\s*|--)(?P<name>[\w.-]+)=(?P<value>(?:\\.|\S)*)")
_LIMIT = "SET LOCAL statement_timeout ="


def open_postgres(address: URL, **pool: Any) -> Engine:
    settings, address = take_settings(address)
    engine = create_engine(
        address,
        hide_parameters=True,
        pool_pre_ping=True,
        use_native_hstore=False,
        isolation_level="AUTOCOMMIT",  # we begin with words of our own
        # A statement that was prepared on one connection is unknown to the next.
        connect_args={**_defaults(address), "prepare_threshold": None},
        **pool,
    )
    start = _start({**SETTINGS, **settings})
    event.listen(engine, "begin", lambda connection: _begin(connection, start))
    event.listen(engine, "before_cursor_execute", _limit_statement)
    return engine


def connection_string(address: URL) -> str:
    """The same database for who connects with psycopg by themselves. Holds the password."""
    from psycopg.conninfo import make_conninfo

    _settings, address = take_settings(address)
    _, parameters = address.get_dialect()().create_connect_args(address)
    parameters.pop("context", None)
    return make_conninfo("", **{**_defaults(address), **parameters})


def take_settings(address: URL) -> tuple[dict[str, str], URL]:
    """The settings that the URL's `options` ask for, and the URL without them: a pooler refuses `options` at
    the start. What else stands there (a provider's name of the database) stays."""
    given = address.query.get("options", "")
    options = given if isinstance(given, str) else " ".join(given)
    settings = {
        found["name"].replace("-", "_").lower(): re.sub(r"\\(.)", r"\1", found["value"])
        for found in _SETTING.finditer(options)
    }
    rest = " ".join(_SETTING.sub("", options).split())
    address = address.difference_update_query(("options",))
    return settings, address.update_query_dict({"options": rest}) if rest else address


def _defaults(address: URL) -> dict[str, str]:
    return {name: value for name, value in PARAMETERS.items() if name not in address.query}


def _start(settings: Mapping[str, str]) -> str:
    each = (f"set_config('{_quote(name)}', '{_quote(value)}', true)" for name, value in settings.items())
    return f"SELECT {', '.join(each)}"


def _quote(text: str) -> str:
    return text.replace("'", "''")


def _begin(connection: Connection, start: str) -> None:
    options = connection.get_execution_options()
    if "isolation_level" in options:
        return  # this one takes no transaction, such as to VACUUM
    deadline: Deadline | None = options.get("deadline")
    begin = "BEGIN"
    if "isolation" in options:
        begin += f" ISOLATION LEVEL {options['isolation']}"
    if options.keys() >= READ_ONLY.keys():
        begin += " READ ONLY"  # for others not READ WRITE: where writing is switched off, it stays off
    limit = "" if deadline is None else f"; {_LIMIT} {deadline.tell()}"
    connection.exec_driver_sql(f"{begin}; {start}{limit}", execution_options={"no_parameters": True})


def _limit_statement(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
    """Tells the database what is left of the deadline, when that has become much less."""
    deadline: Deadline | None = connection.get_execution_options().get("deadline")
    if deadline is None or statement.startswith(("BEGIN", _LIMIT)):
        return
    if (left := deadline.news()) is not None:
        connection.exec_driver_sql(f"{_LIMIT} {left}")
