"""The verbs `cairn backup` and `cairn restore`. Each imports what it needs inside, as those of `cli` do."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.recovery.backup import Backup


def add_recovery(verbs: Any, data: argparse.ArgumentParser) -> None:
    """`verbs`: where verbs are added; `data`: the options of every verb that reads the database."""
    backup = verbs.add_parser("backup", help="copy the database to a file, while Cairn runs", parents=[data])
    backup.add_argument(
        "place",
        nargs="?",
        type=Path,
        metavar="PATH",
        help="a new file, or a folder (backups, in the data folder)",
    )
    backup.add_argument("--json", action="store_true", help="as one JSON object")
    backup.set_defaults(do=_backup)


def _backup(args: argparse.Namespace) -> int:
    from bot.clock import SystemClock
    from bot.recovery.backup import make_backup
    from bot.settings import read_settings

    settings = read_settings(data=args.data)
    url = settings.store_url.get_secret_value()
    made = make_backup(url, args.place, settings.data / "backups", settings.pg_tools, SystemClock().now())
    print(json.dumps(made.as_values()) if args.json else _describe(made, settings.journal_folder))
    return 0


def _describe(made: "Backup", journal: Path) -> str:
    facts: Mapping[str, str] = {
        "backup": str(made.file),
        "made": made.made_at.isoformat(timespec="seconds"),
        "size": f"{made.bytes:,} bytes",
        "database": f"{made.database}, revision {made.revision}",
        "rows": ", ".join(f"{count:,} {name}" for name, count in made.rows.items()),
    }
    keep = f"A restore also needs the journal in {journal}"
    keys = " and CAIRN_KEYS as they are now; keep the keys apart from the backup." if made.keys else "."
    return "\n".join((*(f"{name}: {value}" for name, value in facts.items()), keep + keys))
