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


def _make_key(_args: argparse.Namespace) -> int:
    from bot.tokens import KEY_HINT, new_key

    print(new_key())
    print(KEY_HINT, file=sys.stderr)
    return 0


def _rotate(args: argparse.Namespace) -> int:
    from bot.settings import read_settings
    from bot.tokens import rotate

    told, whole = rotate(read_settings(data=args.data))
    print(told)
    return 0 if whole else 1
