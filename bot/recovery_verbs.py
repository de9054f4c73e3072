"""The verbs `cairn backup` and `cairn restore`. Each imports what it needs inside, as those of `cli` do."""

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.recovery.backup import Backup
    from bot.recovery.restore import Restored
    from bot.settings import Settings

USAGE_ERROR = 2
CONFIRM = "cairn restore --confirm"
# What the journal's notes changed, in words.
REPLAYED: Mapping[str, str] = {
    "sent": "messages marked as sent",
    "space-left": "communities that took Cairn out",
    "space-back": "communities that took it back in",
    "purged": "communities deleted",
    "uninstalled": "tokens deleted",
    "cut": "members who left or closed their messages",
    "uncut": "members who are back",
    "unslotted": "weekly messages turned off",
    "plan": "plans paused, resumed or ended",
    "reminder": "changes of reminders",
    "dropped": "rows that somebody had deleted",
    "unreadable": "notes that can't be read",
}


def add_recovery(verbs: Any, data: argparse.ArgumentParser) -> None:
    """`verbs`: where verbs are added; `data`: the options of every verb that reads the database."""
    backup = verbs.add_parser("backup", help="copy the database to a file, while Cairn runs", parents=[data])
    where = "a new file, or a folder (backups, in the data folder)"
    backup.add_argument("place", nargs="?", type=Path, metavar="PATH", help=where)
    backup.add_argument("--json", action="store_true", help="as one JSON object")
    backup.set_defaults(do=_backup)

    restore = verbs.add_parser("restore", help="put a backup in place, and confirm it", parents=[data])
    restore.add_argument("backup", nargs="?", type=Path, metavar="BACKUP", help="the file that `backup` made")
    restore.add_argument(
        "--journal",
        action="append",
        type=Path,
        metavar="PATH",
        help="a folder of the journal, or a file; may come again (CAIRN_JOURNAL)",
    )
    restore.add_argument("--replace", action="store_true", help="set a database that is not empty aside")
    restore.add_argument("--accept-gaps", action="store_true", help="go on without the whole journal")
    restore.add_argument("--confirm", action="store_true", help="let the restored database send again")
    restore.add_argument("--report", action="store_true", help="what may have been sent before the restore")
    restore.add_argument("--json", action="store_true", help="as one JSON object")
    restore.set_defaults(do=_restore)


def _backup(args: argparse.Namespace) -> int:
    from bot.clock import SystemClock
    from bot.recovery.backup import make_backup

    settings = _settings(args)
    url = settings.store_url.get_secret_value()
    made = make_backup(url, args.place, settings.data / "backups", settings.pg_tools, SystemClock().now())
    print(json.dumps(made.as_values()) if args.json else _describe_backup(made, settings.journal_folder))
    return 0


def _restore(args: argparse.Namespace) -> int:
    if sum((args.backup is not None, args.confirm, args.report)) != 1:
        print("cairn restore takes a BACKUP, --confirm or --report", file=sys.stderr)
        return USAGE_ERROR
    return _put_in_place(args) if args.backup is not None else _confirm_or_report(args)


def _put_in_place(args: argparse.Namespace) -> int:
    from bot.clock import SystemClock
    from bot.recovery.restore import Wish, restore
    from bot.storage.sealing import key_name, split_keys

    settings = _settings(args)
    keys = settings.cairn_keys.get_secret_value() if settings.cairn_keys else ""
    wish = Wish(
        url=settings.store_url.get_secret_value(),
        backup=args.backup,
        journal=tuple(args.journal or (settings.journal_folder,)),
        keep=timedelta(days=settings.journal_days),
        keys=frozenset(map(key_name, split_keys(keys))),
        tools=settings.pg_tools,
        replace=args.replace,
        accept_gaps=args.accept_gaps,
    )
    done = restore(wish, SystemClock().now())
    print(json.dumps(done.as_values()) if args.json else _describe_restore(done))
    return 0


def _confirm_or_report(args: argparse.Namespace) -> int:
    from bot.clock import SystemClock
    from bot.recovery.confirming import confirm, report

    ask = confirm if args.confirm else report
    told = ask(_settings(args).store_url.get_secret_value(), SystemClock().now())
    print(json.dumps(told) if args.json else _describe_report(told))
    return 0


def _describe_backup(made: "Backup", journal: Path) -> str:
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


def _describe_restore(done: "Restored") -> str:
    replayed = [f"{count:,} {REPLAYED.get(did, did)}" for did, count in done.replayed.items()]
    facts = {
        "restored": f"the backup of {done.made_at.isoformat(timespec='seconds')}",
        "revision": " -> ".join(dict.fromkeys(done.revisions)),
        "set aside": done.aside or "nothing was there",
        "journal": f"{done.journal_files} files; {', '.join(replayed) or 'nothing to replay'}",
        "gaps": "; ".join(done.gaps) or "none",
        "waiting in the backup": f"{done.doubtful:,} messages, {done.calls:,} calls (dropped)",
    }
    then = (
        "Nothing is sent and nothing is planned yet; members are answered. Start Cairn, look around, then "
        f"run `{CONFIRM}`: whatever may have been sent since the backup is looked up before it is sent."
    )
    return "\n".join((*(f"{name}: {value}" for name, value in facts.items()), then))


def _describe_report(told: Mapping[str, Any]) -> str:
    restore, messages = told["restore"], told["messages"]
    lines = [
        f"backup: {restore['backup']}",
        f"restored: {restore['restored']}",
        f"confirmed: {'yes' if restore['confirmed'] else f'no, so nothing is sent; {CONFIRM}'}",
        f"to be looked up now: {messages['due']:,} messages, those of {messages['slots']:,} weekly moments",
        f"to be looked up when they are due: {messages['later']:,}",
        f"sent, before the restore or since: {messages['sent']:,}",
        f"left out, because they may have been sent: {messages['left_out']:,}",
    ]
    lines += [
        f"  {one['row']}  {one['kind']} for number {one['subject']} on {one['platform']}, "
        f"due {one['due_at']}: {one['state']}, {one['why']}"
        for one in told["left_out"]
    ]
    return "\n".join(lines)


def _settings(args: argparse.Namespace) -> "Settings":
    from bot.settings import read_settings

    settings: Settings = read_settings(data=args.data)
    args.settings = settings
    return settings
