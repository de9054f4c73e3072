"""What a copy of a database says of itself."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """`made_at` is None where no backup made the copy, `revision` where no migration ran. `database`: the
    name that the journal knows it by. `keys`: the names of the keys with which tokens are sealed. `server`:
    the major version of its PostgreSQL, and `schema` where its tables stood; 0 and "" for SQLite."""

    made_at: datetime | None
    revision: str | None
    database: str
    keys: frozenset[str]
    server: int = 0
    schema: str = ""
