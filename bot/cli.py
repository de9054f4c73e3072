"""The verbs of `cairn`. Each imports what it needs inside, so that `cairn ask` starts in a blink."""

import argparse
import functools
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.arguments import Arguments, port
from bot.recovery_verbs import add_recovery
from bot.token_verbs import add_tokens
from bot.when_verb import add_when

if TYPE_CHECKING:
    from bot.settings import Settings

USAGE_ERROR = 2
INTERRUPTED = 130
ROLES = ("gateway", "planner", "courier")
SAY = functools.partial(print, flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one verb and returns the process's exit status: 0 fine, 1 a finding, 2 can't be done."""
    args = argparse.Namespace()
    try:
        read_arguments(argv, args)
        status: int = args.do(args)
    except BrokenPipeError:
        # Whoever read what is printed has read enough; Python would complain once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        # The one door: what is wrong at the start becomes a line, a bug of ours a reference to its trace.
        from bot.start_errors import explain

        alone = getattr(args, "do", None) is _play
        print(explain(error, getattr(args, "settings", None), alone=alone), file=sys.stderr)
        return USAGE_ERROR
    return status


def read_arguments(argv: Sequence[str] | None, into: argparse.Namespace | None = None) -> argparse.Namespace:
    """Reads what was typed; `do` is what it asks for. Raises UsageError for what can't be read."""
    read: argparse.Namespace = _parser().parse_args(argv, into)
    return read


def _parser() -> argparse.ArgumentParser:
    parser = Arguments(prog="cairn", description="A guide from cloud engineering to AI engineering.")
    parser.set_defaults(do=_run, port=None, data=None, role=None)
    parser.add_argument(
        "--version", dest="do", action="store_const", const=_version, help="which Cairn this is"
    )
    verbs = parser.add_subparsers(metavar="VERB")
    data = Arguments(add_help=False)
    data.add_argument("--data", type=Path, metavar="DIR", help="where the SQLite files live (data)")

    for name, do, says in (
        ("run", _run, "start Cairn (the default); without tokens, the playground"),
        ("play", _play, "start the playground on this machine"),
    ):
        verb = verbs.add_parser(name, help=says, parents=[data])
        verb.add_argument("--port", type=port, help="the playground's port (8765; 0 takes a free one)")
        verb.set_defaults(do=do)
        if name == "run":
            verb.add_argument("--role", choices=ROLES, help="only this part, beside others on one PostgreSQL")

    ask = verbs.add_parser("ask", help="answer a skill-gap question in the terminal")
    ask.add_argument("question", nargs="?", help='such as "I run EKS and look after RDS"')
    ask.add_argument(
        "--batch", type=Path, metavar="FILE.jsonl", help="answer each line's text, as JSON lines"
    )
    ask.set_defaults(do=_ask)

    check = verbs.add_parser("check", help="check the content; every finding names file, line and remedy")
    check.set_defaults(do=_check)

    preview = verbs.add_parser("preview", help="a piece of content as both platforms would show it")
    preview.add_argument("piece", help="the id or the file of a tip, page, skill, goal or track")
    preview.set_defaults(do=_preview)

    migrate = verbs.add_parser("migrate", help="bring the database's tables up to date", parents=[data])
    migrate.add_argument("revision", nargs="?", default="head", help="up to this revision (head)")
    migrate.add_argument("--down", metavar="REVISION", help="back to this revision; what it made is lost")
    migrate.set_defaults(do=_migrate)

    status = verbs.add_parser("status", help="version, database, migrations, content", parents=[data])
    status.add_argument("--json", action="store_true", help="as one JSON object")
    status.set_defaults(do=_status)

    _add_manifest(verbs.add_parser("manifest", help="what a platform has to be told, as JSON"), data)
    outbox = verbs.add_parser(
        "outbox", help="what could not be said: list, show, retry, cancel", parents=[data]
    )
    outbox.add_argument("what", nargs="?", default="list", choices=("list", "show", "retry", "cancel"))
    outbox.add_argument("row", nargs="?", type=int, help="the row's number, as the list shows it")
    outbox.set_defaults(do=_outbox)

    add_recovery(verbs, data)
    add_tokens(verbs.add_parser("tokens", help="the tokens of many workspaces, which are kept sealed"), data)

    add_when(verbs)
    return parser


def _add_manifest(verb: argparse.ArgumentParser, data: argparse.ArgumentParser) -> None:
    platforms = verb.add_subparsers(metavar="PLATFORM", required=True)
    slack = platforms.add_parser("slack", help="the app's manifest, to paste there", parents=[data])
    slack.add_argument("--prefix", help="stands before the name of every command (CAIRN_PREFIX)")
    way = slack.add_mutually_exclusive_group()
    way.add_argument("--socket", action="store_true", help="Cairn connects to Slack (the default)")
    way.add_argument("--url", help="Slack connects to Cairn, at this address: https://bot.example")
    way.add_argument("--why", action="store_true", help="what each scope and event is for, instead of JSON")
    slack.set_defaults(do=_manifest_slack)
    discord = platforms.add_parser("discord", help="the commands, and the link that invites the bot")
    discord.add_argument("--application", metavar="ID", help="for the link (else read from DISCORD_TOKEN)")
    discord.set_defaults(do=_manifest_discord)


def _run(args: argparse.Namespace) -> int:
    from bot.running import run

    run(_settings(args), args.role, args.port, SAY)
    return 0


def _play(args: argparse.Namespace) -> int:
    from bot.running import play

    play(_settings(args), args.port, SAY)
    return 0


def _version(_args: argparse.Namespace) -> int:
    from importlib.metadata import version

    print(f"cairn {version('cairn-bot')}")
    return 0


def _ask(args: argparse.Namespace) -> int:
    from bot.core.domain.questions import Matcher
    from bot.curriculum.recall import cache_folder, recall_content
    from bot.terminal import answer_batch, answer_one

    if (args.question is None) is (args.batch is None):
        print('cairn ask takes a question or --batch FILE: cairn ask "I run EKS"', file=sys.stderr)
        return USAGE_ERROR
    content = recall_content(_content_path(), cache_folder(os.environ))
    matcher = Matcher(content.skill_map)
    if args.batch is None:
        print(answer_one(args.question, content, matcher))
        return 0
    with args.batch.open(encoding="utf-8", errors="surrogateescape") as lines:
        for answered in answer_batch(lines, matcher):
            print(json.dumps(answered, ensure_ascii=False))
    return 0


def _check(_args: argparse.Namespace) -> int:
    from bot.clock import SystemClock
    from bot.curriculum.lint import check_folder

    checked = check_folder(_content_path(), SystemClock().now())
    for finding in checked.findings:
        print(finding)
    print(checked.summary)
    return 1 if checked.errors else 0


def _preview(args: argparse.Namespace) -> int:
    from bot.curriculum.load import load_content
    from bot.preview import preview

    print(preview(load_content(_content_path()), args.piece))
    return 0


def _migrate(args: argparse.Namespace) -> int:
    from bot.storage.engine import open_engine
    from bot.storage.migrate import current, downgrade, upgrade

    settings = _settings(args)
    engine = open_engine(settings.store_url.get_secret_value())
    before = current(engine)
    if args.down is None:
        upgrade(engine, args.revision)
    else:
        downgrade(engine, args.down)
    print(f"{engine.dialect.name}: {before or 'empty'} -> {current(engine) or 'empty'}")
    return 0


def _status(args: argparse.Namespace) -> int:
    from bot.operating import as_lines, read_status

    told = read_status(_settings(args))
    print(json.dumps(told) if args.json else as_lines(told))
    return 0


def _manifest_slack(args: argparse.Namespace) -> int:
    from bot.manifests import keep_as_told, slack_manifest, slack_reasons

    if args.why:
        print(slack_reasons())
        return 0
    settings = _settings(args)
    print(json.dumps(slack_manifest(settings, args.prefix, args.url), indent=2, ensure_ascii=False))
    keep_as_told(settings, args.prefix, over_http=args.url is not None)
    return 0


def _manifest_discord(args: argparse.Namespace) -> int:
    from bot.manifests import discord_manifest

    print(json.dumps(discord_manifest(_settings(args), args.application), indent=2, ensure_ascii=False))
    return 0


def _outbox(args: argparse.Namespace) -> int:
    from bot.clock import SystemClock
    from bot.operating import open_outbox, outbox

    print(outbox(open_outbox(_settings(args)), args.what, args.row, SystemClock().now()))
    return 0


def _settings(args: argparse.Namespace) -> "Settings":
    from bot.settings import read_settings

    settings: Settings = read_settings(data=args.data)
    args.settings = settings
    return settings


def _content_path() -> Path:
    """Where the content is, without the settings' own start-up time where nothing was set."""
    if given := os.environ.get("CAIRN_CONTENT"):
        return Path(given)
    if not Path(".env").exists():
        return Path(__file__).resolve().parent.parent / "content"

    from bot.settings import read_settings

    return read_settings().content
