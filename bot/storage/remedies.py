"""What an operator does about each trouble with a database, by the words that name it."""

import re
import sqlite3
from collections.abc import Mapping

from sqlalchemy.exc import DBAPIError

_WAIT = "Nothing was changed; try again in a moment"
_SERVER = "Start PostgreSQL there, or correct host and port"
_PARAMETER = "Correct the part of the URL behind the question mark"
_SPACE = "Make room there, then start again"
_BACKUP = "Restore a backup with `cairn restore`, or name another file"

REMEDIES: Mapping[str, str] = {
    "the connection to the database is lost": "Look whether the database server runs, then try again",
    "the database is read-only": "Let Cairn's user write the file and its folder; on PostgreSQL, name the "
    "server that takes writes",
    "the file is damaged": _BACKUP,
    "the file is not an SQLite database": "Name another file",
    "the database is locked": "Stop the other program that uses it, or wait until it is done",
    "a statement took too long": _WAIT,
    "the schema has just changed": _WAIT,
    "there is no memory left": "Give the machine or the container more memory",
    "the disk is full": _SPACE,
    "the disk fails": "Look at the disk and at the system's log",
    "the file can't be opened": "Name a file, in a folder that Cairn's user may write",
    "a transaction stood idle for too long": _WAIT,
    "a transaction took too long": _WAIT,
    "another transaction came in between": _WAIT,
    "the database server has no room left": _SPACE,
    "the database server has no memory left": "Give the database server more memory",
    "the database server takes no more connections": "Raise its max_connections, or close others",
    "the database server is stopping or starting": _WAIT,
    "the database server is broken": "Look at the database server's log",
    "it doesn't answer as PostgreSQL does": "Correct host and port: another program answers there",
    "a parameter of the URL has a wrong value": _PARAMETER,
    "its host is not known": "Correct the host's name, or the machine's DNS",
    "nothing listens at that host and port": _SERVER,
    "nobody answers at that host and port": f"{_SERVER}, or open the firewall between",
    "it doesn't take the user name and password": "Correct them; odd characters of a password are "
    "percent-encoded, such as %40 for @",
    "it doesn't know the user name": "Correct the user's name, or make the user with CREATE ROLE",
    "there is no database of that name": "Correct the name, or make the database with CREATE DATABASE",
    "it doesn't take a parameter of the URL": _PARAMETER,
    "it doesn't agree on the encryption that the URL asks for": "Correct sslmode in the URL",
    "it is stopping or starting": _WAIT,
    "it takes no more connections": "Raise its max_connections, or close others",
}

# Errors that stay however often the same is tried: what is wrong with the database, and what to do.
_SQLITE = {
    sqlite3.SQLITE_CORRUPT: ("the file is damaged", _BACKUP),
    sqlite3.SQLITE_NOTADB: ("the file is not an SQLite database", "Name another file"),
}
_POSTGRES = {
    "42501": (
        "its user may not make tables there",
        "Let the user own the database, or GRANT it CREATE on the schema",
    ),
    "3F000": ("there is no schema to make tables in", "Make the one that search_path names"),
}
_FOREIGN = (
    "it holds tables that are not Cairn's",
    "Name another database, or an empty one",
)
_IS_FOREIGN = re.compile(r"already exists|no such table|no such column|does not exist")


def explain_unusable(error: BaseException) -> tuple[str, str] | None:
    """Returns what is wrong with the database and what to do; None for an error that says neither. Holds
    nothing of the statement and its values."""
    if not isinstance(error, DBAPIError) or error.orig is None:
        return None
    found = error.orig
    if isinstance(found, sqlite3.Error):
        told = _SQLITE.get(getattr(found, "sqlite_errorcode", 0) & 0xFF)
    else:
        told = _POSTGRES.get(getattr(found, "sqlstate", None) or "")
    if told is None and _IS_FOREIGN.search(str(found)):
        return _FOREIGN
    return told
