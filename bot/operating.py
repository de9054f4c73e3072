"""What an operator asks in the terminal: how Cairn is, which rows of the ledger are stuck and what is to
become of them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from typing import Any

from bot.core.domain.ledger import Refused
from bot.core.errors import InvalidInput, NotFound, SettingsError
from bot.curriculum.load import load_content
from bot.recovery.watch import journal_state, restore_figures
from bot.settings import Settings
from bot.storage.downtimes import Pulse
from bot.storage.engine import open_engine
from bot.storage.outbox import Outbox, OutboxRow
from bot.storage.restores import Restores
from bot.storage.store import DatabaseStore

LISTED = 100
# What an operator calls a row that may have been said.
STATES = {"ambiguous": "in doubt"}


def read_status(settings: Settings) -> dict[str, Any]:
    """Version, database, migrations, delivery, content and platforms: plain values, ready for JSON."""
    content = load_content(settings.content)
    engine = open_engine(settings.store_url.get_secret_value())
    store = DatabaseStore(engine, settings.deadline)
    database = store.status()
    oldest = Outbox(engine, settings.served).oldest() if database.works else None
    refused = store.count_refused() if database.works else Refused(0, 0)
    beat = Pulse(engine).last() if database.works else None
    return {
        "version": version("cairn-bot"),
        "database": {**asdict(database), "current": database.is_current},
        "delivery": {
            "oldest_due": None if oldest is None else oldest.isoformat(),
            "last_beat": None if beat is None else beat.isoformat(),
        },
        "communities": asdict(refused),
        "recovery": {
            "restore": restore_figures(Restores(engine).last()) if database.is_current else None,
            "journal": journal_state(settings.journal_folder),
        },
        "content": {"version": content.version, **content.counts()},
        "platforms": list(settings.platforms),
    }


def as_lines(told: Mapping[str, Any], indent: str = "") -> str:
    """The same for people: a line a value, what belongs together indented."""
    return "\n".join(
        f"{indent}{name}:\n{as_lines(value, indent + '  ')}"
        if isinstance(value, dict)
        else f"{indent}{name}: {_as_word(value)}"
        for name, value in told.items()
    )


def _as_word(value: object) -> str:
    """A value as an operator reads it: no Python."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value in (None, "") else str(value)


def open_outbox(settings: Settings) -> Outbox:
    """Raises SettingsError for a database whose tables are missing or not up to date."""
    engine = open_engine(settings.store_url.get_secret_value())
    if not DatabaseStore(engine, settings.deadline).status().works:
        raise SettingsError("the database's tables are not up to date: run `cairn migrate` first")
    return Outbox(engine)


def outbox(box: Outbox, do: str, row_id: int | None, now: datetime) -> str:
    """The answer to `cairn outbox list|show|retry|cancel`. Raises NotFound for a row that isn't there, and
    InvalidInput for one that is not stuck, or when no row is named."""
    if do == "list":
        return _table(box.stuck(LISTED))
    if row_id is None:
        raise InvalidInput("outbox.which", do=do)
    row = box.find(row_id)
    if row is None:
        raise NotFound("outbox.gone", row=str(row_id))
    if do == "show":
        return _details(row)
    done = box.retry(row_id, now) if do == "retry" else box.cancel(row_id, now)
    if not done:
        raise InvalidInput("outbox.state", row=str(row_id), state=row.state)
    return f"row {row_id}: {row.state} -> {'retry' if do == 'retry' else 'cancelled'}"


def _table(rows: Sequence[OutboxRow]) -> str:
    if not rows:
        return "Nothing is held, dead or in doubt."
    return "\n".join(
        f"{row.id}  {STATES.get(row.state, row.state)} since {row.changed_at:%Y-%m-%d %H:%M}Z  {row.kind}  "
        f"{row.platform}/{row.space}  {row.why}"
        for row in rows
    )


def _details(row: OutboxRow) -> str:
    told = {
        "row": f"{row.id}, {row.kind} for number {row.subject} of {row.platform}/{row.space}",
        "week": f"{row.week}, ordinal {row.ordinal}",
        "state": f"{STATES.get(row.state, row.state)} since {row.changed_at.isoformat()}, "
        f"after {row.attempts} tries, put off {row.delays} times in a row",
        "due": f"{row.due_at.isoformat()}, not before {row.not_before.isoformat()}",
        "why": row.why or "-",
    }
    return "\n".join(f"{name}: {value}" for name, value in told.items())
