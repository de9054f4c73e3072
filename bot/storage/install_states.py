"""The state of an install that somebody began: signed, so it takes no row until they come back with it."""

import hashlib
import re
import secrets
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Insert, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from bot.storage.sealing import Seal
from bot.storage.tables import install_states
from bot.storage.transaction import open_transaction

DEADLINE_SECONDS = 5.0
STATE_LIFE = timedelta(minutes=10)
# States that are remembered as used. Beyond that the oldest is forgotten: it could be used again in its ten
# minutes, by the same browser alone, and only with another code of Slack's.
MAX_USED = 10_000

_SHAPE = re.compile(r"2\.([0-9]{1,12})\.[A-Za-z0-9_-]{22}\.[0-9a-f]{64}")
# States that the release before this one issued. They are rows, and end within ten minutes.
_OLD_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


class InstallStates:
    """States are signed with the keys of `seal`, so every process that has one of these takes them."""

    def __init__(self, engine: Engine, seal: Seal) -> None:
        self._engine = engine
        self._seal = seal

    def issue(self, now: datetime) -> str:
        """Returns a state that is good once, until STATE_LIFE from now. Nothing is stored."""
        text = f"2.{int((now + STATE_LIFE).timestamp())}.{secrets.token_urlsafe(16)}"
        return f"{text}.{self._seal.sign(text)}"

    def consume(self, state: str, now: datetime) -> bool:
        """Returns whether the state was good; from now on it is not. Raises TryAgain."""
        if _OLD_SHAPE.fullmatch(state):
            return self._consume_old(state, now)
        shaped = _SHAPE.fullmatch(state)
        text, _, signature = state.rpartition(".")
        if shaped is None or not self._seal.signed(text, signature):
            return False
        expires_at = datetime.fromtimestamp(int(shaped[1]), UTC)
        if expires_at <= now:
            return False
        with self._begin(writes=True) as connection:
            connection.execute(delete(install_states).where(install_states.c.expires_at <= now))
            # Never the digest of the state itself: to the release before this one, that is a good state.
            row = {"digest": _digest(f"used {state}"), "expires_at": expires_at}
            is_first = connection.execute(_use_once(connection), row).first() is not None
            if is_first:
                _forget_oldest(connection)
        return is_first

    def _consume_old(self, state: str, now: datetime) -> bool:
        same = (install_states.c.digest == _digest(state)) & (install_states.c.expires_at > now)
        # Anybody can bring a text of this shape, and only a good one is worth a writer.
        with self._begin(writes=False) as connection:
            if connection.scalar(select(func.count()).select_from(install_states).where(same)) == 0:
                return False
        with self._begin(writes=True) as connection:
            return connection.execute(delete(install_states).where(same)).rowcount == 1

    def _begin(self, *, writes: bool) -> AbstractContextManager[Connection]:
        return open_transaction(self._engine, DEADLINE_SECONDS, writes=writes)


def _use_once(connection: Connection) -> ReturningInsert[Any]:
    """Returns the digest, or no row when it is there already."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement: Insert = dialect.insert(install_states).on_conflict_do_nothing(index_elements=["digest"])
    return statement.returning(install_states.c.digest)


def _forget_oldest(connection: Connection) -> None:
    surplus = (connection.scalar(select(func.count()).select_from(install_states)) or 0) - MAX_USED
    if surplus > 0:
        oldest = select(install_states.c.digest).order_by(install_states.c.expires_at).limit(surplus)
        connection.execute(delete(install_states).where(install_states.c.digest.in_(oldest)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
