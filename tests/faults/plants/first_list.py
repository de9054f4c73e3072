"""Faults in delivery, leaving and the inbox."""

from tests.faults.fault import Fault

COURIER = "bot/delivery/courier.py"
DRAIN = "bot/delivery/drain.py"
BUCKET = "bot/delivery/open_bucket.py"
CLAIMING = "bot/delivery/claims.py"
OUTCOMES = "bot/delivery/outcomes.py"
LEASES = "bot/storage/leases.py"
LEDGER = "bot/storage/ledger.py"
STATEMENTS = "bot/storage/ledger_statements.py"
DELIVERY = "tests/contract/test_delivery.py"
CLAIMS = "tests/contract/test_claims.py"
REMINDERS = "tests/contract/test_reminders.py"
LEAVING = "tests/contract/test_leaving.py"
INBOX = "bot/storage/inbox.py"
CALLS = "tests/contract/test_inbox.py"
KILLS = "tests/faults/test_kills.py"

FAULTS = (
    Fault(
        "a ledger row that is there already is no conflict",
        "bot/storage/slots.py",
        "where=and_(\n            or_(ledger.c.state",
        "where=or_(\n            ledger.c.id > 0,\n            or_(ledger.c.state",
        DELIVERY,
        "another_day_or_zone and sqlite",
    ),
    Fault(
        "no second look when the reminder is made",
        "bot/core/handlers/reminding.py",
        "silent = why_silent(reminder, plan, occurrence.week, now)",
        "silent = None",
        REMINDERS,
        "off_is_read and sqlite",
    ),
    Fault(
        "marked before it is sent",
        DRAIN,
        "                fresh = replace(notice, until=at + FRESH_SECONDS)\n",
        '                await self._sending.hop(claims.finish, [(row, Outcome("sent"))], token)\n'
        "                fresh = replace(notice, until=at + FRESH_SECONDS)\n",
        KILLS,
        "every_step and sqlite-keys",
    ),
    Fault(
        "any token may mark a row",
        STATEMENTS,
        'ledger.c.token == bindparam("held_token"),',
        'bindparam("held_token") > 0,',
        CLAIMS,
        "older_token and sqlite",
    ),
    Fault(
        "who takes over doubts nothing",
        CLAIMING,
        "tx.ledger.doubt(bucket, token, self._clock.now())",
        "pass",
        DELIVERY,
        "asks_first and sqlite",
    ),
    Fault(
        "Retry-After does not hold the bucket",
        COURIER,
        "await self._hop(self._claims.give_back, bucket, token, opened.rest())",
        "await self._hop(self._claims.give_back, bucket, token, 0.0)",
        "tests/faults/test_storms.py",
        "limits and sqlite",
    ),
    Fault(
        "a limit costs a try",
        OUTCOMES,
        'return Outcome("retry", error.why, error.ref, now + after, tried=False, doubt=doubt), rest',
        'return Outcome("retry", error.why, error.ref, now + after, doubt=doubt), rest',
        DELIVERY,
        "costs_no_try and sqlite",
    ),
    Fault(
        "a time that exists twice means the second",
        "bot/core/time.py",
        "wall.replace(fold=0, tzinfo=None)",
        "wall.replace(fold=1, tzinfo=None)",
        "tests/unit/test_time.py tests/unit/test_recurrence.py",
        "",
    ),
    Fault(
        "the slot moves on in a transaction of its own, first",
        "bot/scheduling/planner.py",
        "            if tx.slots.plan(slot, occurrence, self.spread, self.batch, now):\n"
        "                tx.slots.advance(slot, next_due(slot.recurrence, max(occurrence.at, now)))\n",
        "            tx.slots.advance(slot, next_due(slot.recurrence, max(occurrence.at, now)))\n"
        "        with self.store.write() as tx:\n"
        "            tx.slots.plan(slot, occurrence, self.spread, self.batch, now)\n",
        KILLS,
        "while_planning and sqlite",
    ),
    Fault(
        "nothing is too late",
        "bot/core/domain/ledger.py",
        "return now - due_at > late",
        "return False",
        REMINDERS,
        "day_late and sqlite",
    ),
    Fault(
        "a snooze takes the ordinal of what was said",
        LEDGER,
        '"ordinal": 0 if last is None else last + 1',
        '"ordinal": 0 if last is None else last',
        REMINDERS,
        "snooze and sqlite",
    ),
    Fault(
        "a skip is forgotten",
        CLAIMING,
        'return row, Outcome("skipped", told.why)',
        'return row, Outcome("sent", told.why)',
        DELIVERY,
        "skip and sqlite",
    ),
    Fault(
        "the key changes with every try",
        "bot/core/domain/ledger.py",
        "self.space.id, self.kind,",
        "self.space.id, self.attempts, self.kind,",
        DELIVERY,
        "the_key_is",
    ),
    Fault(
        "a half-made message counts as sent",
        OUTCOMES,
        "case Found(ref, complete=True):",
        "case Found(ref) if ref:",
        KILLS,
        "half_made and sqlite",
    ),
    Fault(
        "a channel hears again what it may have heard",
        OUTCOMES,
        'case _ if row.place == "channel":',
        'case _ if row.place == "nowhere":',
        CLAIMS,
        "operator and sqlite",
    ),
    Fault(
        "who took Cairn out is told what was claimed since",
        "bot/core/router.py",
        "if occurrence.gone:",
        "if occurrence.gone is None:",
        LEAVING,
        "looked_at_again and sqlite",
    ),
    Fault(
        "what waits for who took Cairn out is not cancelled",
        "bot/storage/spaces.py",
        'self.connection.execute(_CANCEL, {**place, "now": now})',
        "pass",
        LEAVING,
        "cancelled and sqlite",
    ),
    Fault(
        "what is told late takes Cairn out again",
        "bot/storage/spaces.py",
        "or_(spaces.c.back_at.is_(None), spaces.c.back_at < _AT, spaces.c.back_at > _SOON),",
        "spaces.c.id > 0,",
        LEAVING,
        "whatever_order and sqlite",
    ),
    Fault(
        "who left is written to all the same",
        "bot/core/router.py",
        "return told if cut is None else Skip(UNREACHED[cut])",
        "return told",
        LEAVING,
        "told_nothing_more and sqlite",
    ),
    Fault(
        "a purge forgets a table",
        "bot/storage/purge.py",
        'if "space_id" in one.c',
        'if "space_id" in one.c and one.name != "reminders"',
        "tests/contract/test_purge.py",
        "some_space",
    ),
    Fault(
        "a lease that was lost is not noticed",
        CLAIMING,
        "if not tx.leases.renew(bucket, token, self._lease_seconds):",
        "if tx.leases.renew(bucket, token, self._lease_seconds) is None:",
        CLAIMS,
        "lost_the_lease and sqlite",
    ),
    Fault(
        "a lease is taken while it lasts",
        LEASES,
        'free = or_(leases.c.until <= now, leases.c.owner == bindparam("who"))',
        'free = or_(leases.c.until <= now, leases.c.owner != bindparam("who"))',
        DELIVERY,
        "asks_first and sqlite",
    ),
    Fault(
        "what is being snoozed is claimed all the same",
        STATEMENTS,
        '        ledger.c.not_before <= bindparam("now"),\n    )\n    .with_for_update(skip_locked=True)\n',
        '        ledger.c.not_before <= bindparam("now"),\n    )\n',
        CLAIMS,
        "passed_over",
    ),
    Fault(
        "the last group is never marked",
        DRAIN,
        "        if not self._marks:\n            return 0\n",
        "        if len(self._marks) < self._sending.group:\n            return 0\n",
        "tests/faults/test_stops.py",
        "asked_to_end and sqlite-keys",
    ),
    Fault(
        "asked to end, it drops what it is saying",
        BUCKET,
        "sending.stopping\n            or ",
        "",
        "tests/faults/test_stops.py",
        "asked_to_end and sqlite-mute",
    ),
    Fault(
        "it never gives up",
        "bot/core/domain/ledger.py",
        "return attempts >= ATTEMPTS_MAX",
        "return False",
        DELIVERY,
        "gives_up and sqlite",
    ),
    Fault(
        "what comes late comes at night too",
        "bot/core/handlers/reminding.py",
        "if late and morning > now:",
        "if late and morning < now:",
        REMINDERS,
        "at_night and sqlite",
    ),
    Fault(
        "a call that comes again has its effect again",
        INBOX,
        "return self.connection.execute(insert, row).one_or_none() is not None",
        "self.connection.execute(insert, row)\n        return True",
        CALLS,
        "one_effect_and_one_answer and sqlite",
    ),
    Fault(
        "a call that was worked is worked again",
        INBOX,
        '_WORK = update(inbox).where(_MINE, inbox.c.state == "waiting")',
        "_WORK = update(inbox).where(_MINE)",
        f"{CALLS} tests/contract/test_clerk.py",
        "sqlite",
    ),
    Fault(
        "a call is acknowledged though it was not kept",
        "bot/adapters/slack/listeners.py",
        "if kept is None:",
        "if kept is ...:",
        "tests/end_to_end/test_slack_waiting.py",
        "nothing_is_acknowledged and http",
    ),
    Fault(
        "a crowd in one space keeps others waiting",
        "bot/crowd.py",
        "popitem(last=False)",
        "popitem()",
        "tests/unit/test_crowd.py",
        "crowd or turn",
    ),
    Fault(
        "who asks too often is let in",
        "bot/crowd.py",
        "if len(times) >= self._most:",
        "if len(times) > self._most:",
        "tests/unit/test_crowd.py",
        "minute or often",
    ),
)
