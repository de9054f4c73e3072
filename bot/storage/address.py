"""Reads where the database is. No error repeats anything of it, because it may hold a password."""

import logging
import re
from functools import cache
from urllib.parse import parse_qsl, unquote

from sqlalchemy import URL

from bot.core.errors import SettingsError

WANTED = (
    "{} can't be read (nothing of it is repeated here). Set it to a path such as data/cairn.db, "
    "sqlite:///path, or postgresql://user:password@host:5432/name, in which odd characters of the password "
    "are percent-encoded, such as %40 for @"
)

_NAME_FILE = "Name a file, such as sqlite:///data/cairn.db"
_SCHEME = re.compile(r"(?P<scheme>[a-z0-9+]+)://(?P<rest>.*)", re.DOTALL)
_LOCATION = re.compile(
    r"(?P<hosts>(?:\[[0-9a-fA-F:.]+\]|[\w.%-]+)?(?::\d*)?(?:,(?:\[[0-9a-fA-F:.]+\]|[\w.%-]+)(?::\d*)?)*)"
    r"(?:/(?P<name>[^/?@]*))?(?:\?(?P<query>.*))?"
)
# A bare path that looks like an address would become a file with the password in its name.
_NO_PATH = re.compile(r"[@=\n]|^\w+:")


def read_address(url: str, setting: str = "DATABASE_URL") -> URL:
    """The address as SQLAlchemy takes it, "sqlite" with a path or "postgresql+psycopg".

    What a user name or password holds is taken as it stands where that leaves no doubt. Parameters that the
    database doesn't know are left out. Raises SettingsError with the setting's name and no part of the URL.
    """
    if ":memory:" in url:
        raise SettingsError(
            f"{setting} names a database in memory, which ends with the process. {_NAME_FILE}"
        )
    try:
        return _read(url.strip())
    except ValueError:
        raise SettingsError(WANTED.format(setting)) from None


def name_place(url: str) -> str:
    """Where the database is, without anything that could be a secret: a file, or host and port; empty where
    it can't be told apart from a password."""
    try:
        address = _read(url.strip())
    except ValueError:
        return ""
    if address.get_backend_name() == "sqlite":
        return str(address.database)
    if url.count("@") != 1 or not address.host:
        return ""
    return address.host if address.port is None else f"{address.host}:{address.port}"


def _read(url: str) -> URL:
    found = _SCHEME.fullmatch(url)
    if found is None:
        return _read_path(url)
    scheme, rest = found["scheme"], found["rest"]
    if scheme == "sqlite":
        if not rest.startswith("/"):
            raise ValueError
        return _read_path(rest[1:].partition("?")[0])
    if scheme not in {"postgresql", "postgres", "postgresql+psycopg"}:
        raise ValueError
    return _read_postgres(rest)


def _read_path(path: str) -> URL:
    if path in {"", ":memory:"} or _NO_PATH.search(path):
        raise ValueError
    return URL.create("sqlite", database=path)


def _read_postgres(rest: str) -> URL:
    user, password, location = _split(rest)
    query = _known(dict(parse_qsl(location["query"] or "", keep_blank_values=True)))
    hosts = [unquote(one) for one in location["hosts"].split(",")]
    host, port = _split_port(hosts[0])
    if len(hosts) > 1:
        # SQLAlchemy takes several hosts as a parameter only.
        host, port = None, None
        query["host"] = tuple(hosts)
    return URL.create(
        "postgresql+psycopg",
        None if user is None else unquote(user),
        None if password is None else unquote(password),
        host,
        port,
        unquote(location["name"] or "") or None,
        query,
    )


def _split(rest: str) -> tuple[str | None, str | None, re.Match[str]]:
    """User, password, and where the server is: behind the first @ that leaves a sensible place."""
    for at in (found.start() for found in re.finditer("@", rest)):
        user, colon, password = rest[:at].partition(":")
        location = _LOCATION.fullmatch(rest, at + 1)
        if location is not None and "/" not in user and "?" not in user:
            return user, password if colon else None, location
    location = _LOCATION.fullmatch(rest)
    if location is None:
        raise ValueError
    return None, None, location


def _split_port(host: str) -> tuple[str | None, int | None]:
    name, _, port = host.rpartition(":") if re.search(r":\d*$", host) else (host, "", "")
    if port and not 0 < int(port) < 65_536:
        raise ValueError
    return name.strip("[]") or None, int(port) if port else None


def _known(query: dict[str, str]) -> dict[str, str | tuple[str, ...]]:
    """What PostgreSQL's own library takes: providers add words for other libraries."""
    from psycopg.pq import Conninfo

    words = {option.keyword.decode() for option in Conninfo.get_defaults()}
    if left_out := query.keys() - words:
        _say_once(*sorted(word if re.fullmatch(r"\w{1,40}", word) else "?" for word in left_out))
    return {word: value for word, value in query.items() if word in words}


@cache
def _say_once(*words: str) -> None:
    # Not with structlog: a command that prints JSON configures no logs.
    logging.getLogger(__name__).warning(
        "DATABASE_URL: PostgreSQL knows no %s, so that is left out", ", ".join(words)
    )
