"""`cairn when`: the next instants of a weekly time in a zone."""

import argparse
import json
from typing import Any


def add_when(verbs: Any) -> None:
    """Adds the verb to the parser's `verbs`."""
    when: argparse.ArgumentParser = verbs.add_parser("when", help="when a weekly time comes next in a zone")
    when.add_argument("zone", help="an IANA zone such as Europe/Lisbon")
    when.add_argument("weekday", help="such as sunday, or sun")
    when.add_argument("wall", metavar="HH:MM", help="by the clocks of the zone")
    when.add_argument("--from", dest="after", metavar="INSTANT", help="later than this, in ISO 8601 (now)")
    when.add_argument("--count", type=int, default=5, metavar="N", help="how many, 1 to 1000 (5)")
    when.add_argument("--json", action="store_true", help="as one JSON list of instants in UTC")
    when.set_defaults(do=_when)


def _when(args: argparse.Namespace) -> int:
    from bot.clock import SystemClock
    from bot.core.recurrence import Recurrence, read_wall, read_weekday
    from bot.core.time import find_zone
    from bot.terminal import due_line, first_dues, read_instant, utc_text

    zone = find_zone(args.zone)
    recurrence = Recurrence(zone.key, read_weekday(args.weekday), read_wall(args.wall))
    after = SystemClock().now() if args.after is None else read_instant(args.after)
    instants = [due.at for due in first_dues(recurrence, after, args.count)]
    if args.json:
        print(json.dumps([utc_text(at) for at in instants]))
    else:
        print("\n".join(due_line(at, zone) for at in instants))
    return 0
