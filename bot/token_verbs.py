"""The verbs of `cairn tokens`. Each imports what it needs inside, as those of `cli` do."""

import argparse
import sys


def add_tokens(verb: argparse.ArgumentParser, data: argparse.ArgumentParser) -> None:
    """`data`: the options of every verb that reads the database."""
    asked = verb.add_subparsers(metavar="WHAT", required=True)
    key = asked.add_parser("key", help="make a key for CAIRN_KEYS")
    key.set_defaults(do=_make_key)
    rotate = asked.add_parser("rotate", help="seal every token with the newest key", parents=[data])
    rotate.set_defaults(do=_rotate)
    accept = asked.add_parser(
        "accept", help="let the next start's token belong to another application", parents=[data]
    )
    accept.add_argument("platform", choices=("slack", "discord"))
    accept.set_defaults(do=_accept)


def _make_key(_args: argparse.Namespace) -> int:
    from bot.tokens import KEY_HINT, new_key

    print(new_key())
    print(KEY_HINT, file=sys.stderr)
    return 0


def _rotate(args: argparse.Namespace) -> int:
    from bot.settings import read_settings
    from bot.tokens import rotate

    args.settings = read_settings(data=args.data)
    told, whole = rotate(args.settings)
    print(told)
    return 0 if whole else 1


def _accept(args: argparse.Namespace) -> int:
    from bot.settings import read_settings
    from bot.storage.engine import open_engine
    from bot.storage.uploads import Uploads, owner_of

    args.settings = read_settings(data=args.data)
    engine = open_engine(args.settings.store_url.get_secret_value())
    forgot = Uploads(engine, owner_of(args.platform)).forget()
    engine.dispose()
    known = "The next" if forgot else "No application was known here, so the next"
    print(f"{known} start decides which application of {args.platform} this database belongs to.")
    return 0
