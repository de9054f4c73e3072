"""Faults in beats, clocks and readiness."""

from tests.faults.fault import Fault

HEARTBEAT = "bot/scheduling/heartbeat.py"
BEATS = "tests/unit/test_heartbeat.py"
HEALTH = "bot/health.py"
CONNECTIONS = "bot/platform_health.py"
READY = "tests/contract/test_health.py"
CONNECTING = "bot/connecting.py"
OPENED = "tests/unit/test_connecting.py"
STARTS = "tests/end_to_end/test_starts.py"
CLOCK = "bot/clock.py"
STEADY = "tests/unit/test_clock.py"
SLOTS = "bot/storage/slots.py"
CLOCKS = "tests/contract/test_clocks.py"

FAULTS = (
    Fault(
        "beats follow the clock on the wall",
        HEARTBEAT,
        "timezone=MonotonicZone()",
        'timezone="UTC"',
        BEATS,
        "clock_is_set and jump0",
    ),
    Fault(
        "every missed beat is listed",
        HEARTBEAT,
        "return now + self._interval",
        "return (_previous or now) + self._interval",
        BEATS,
        "late_by_much",
    ),
    Fault(
        "a heart that stopped is live",
        HEALTH,
        'return {"live": self._beats, **self._pulse()}',
        'return {"live": True, **self._pulse()}',
        READY,
        "without_a_beat and sqlite",
    ),
    Fault(
        "nobody writes to find out whether that works",
        HEALTH,
        "await self._hop(self._store.write_trouble)",
        '""',
        READY,
        "full_disk",
    ),
    Fault(
        "a full disk that takes old rows is writable",
        "bot/storage/probe.py",
        'connection.execute(text("CREATE TABLE write_probe (x INTEGER)"))',
        "pass",
        READY,
        "full_disk",
    ),
    Fault(
        "what waits for a platform that was taken away counts",
        "bot/storage/outbox.py",
        "where(WAITING, or_(false(), *served))",
        "where(WAITING)",
        READY,
        "taken_away and sqlite",
    ),
    Fault(
        "a shard that was never connected is not missed",
        CONNECTIONS,
        "self._awaited |= set(parts)",
        "set(parts)",
        READY,
        "every_shard",
    ),
    Fault(
        "a connection that is gone is ready",
        CONNECTIONS,
        "self._lost[part] = self._now()",
        "pass",
        READY,
        "short_loss",
    ),
    Fault(
        "a platform that asks for a wait is asked again at once",
        CONNECTING,
        "wait = trouble.after or min(",
        "wait = min(",
        OPENED,
        "asks_for",
    ),
    Fault(
        "a token that is refused after an outage ends the process",
        CONNECTING,
        "if not tries:\n",
        "if True:\n",
        OPENED,
        "refused_later",
    ),
    Fault(
        "a connection is closed before what is being said through it",
        CONNECTING,
        "        except PASSES as error:\n",
        "        except asyncio.CancelledError:\n            await self.close()\n            raise\n"
        "        except PASSES as error:\n",
        OPENED,
        "stays_open",
    ),
    Fault(
        "nobody waits for a platform that never answers",
        CONNECTING,
        "asyncio.timeout(self._try_seconds)",
        "asyncio.timeout(None)",
        OPENED,
        "never_answers",
    ),
    Fault(
        "a socket that was lost is not reported",
        "bot/adapters/discord/connection.py",
        "self._health.disconnected(str(shard_id))",
        "pass",
        STARTS,
        "connection_that_is_lost",
    ),
    Fault(
        "a release works on every newer schema",
        "bot/storage/schema.py",
        "oldest is not None and oldest <= newest",
        "oldest is not None",
        READY,
        "newer_schema and sqlite",
    ),
    Fault(
        "a clock that is set is believed at once",
        CLOCK,
        "if seconds - self._set_at < HOLD_SECONDS:",
        "if seconds < 0:",
        STEADY,
        "for_a_moment",
    ),
    Fault(
        "a clock that is set is never believed",
        CLOCK,
        "if seconds - self._set_at < HOLD_SECONDS:",
        "if seconds > 0:",
        STEADY,
        "stays_as_it_was_set",
    ),
    Fault(
        "a slot that a clock ahead has moved waits for a year",
        "bot/scheduling/planner.py",
        'return "moved" if self._call_back(tx, now) else "idle"',
        'return "idle"',
        CLOCKS,
        "every_week and sqlite",
    ),
    Fault(
        "what a clock ahead has skipped stays skipped",
        SLOTS,
        'or_(ledger.c.state == "pending", ledger.c.state == "skipped"),',
        'ledger.c.state == "pending",',
        CLOCKS,
        "who_is_active and sqlite",
    ),
    Fault(
        "the weeks of a clock ahead count as told",
        "bot/storage/ledger_statements.py",
        'ledger.c.week <= bindparam("until"),',
        'bindparam("until") == bindparam("until"),',
        CLOCKS,
        "comes_next and sqlite",
    ),
    Fault(
        "what is put off by a clock ahead waits for a year",
        "bot/scheduling/planner.py",
        "tx.repairs.call_back(now)",
        "pass",
        CLOCKS,
        "put_off and sqlite",
    ),
    Fault(
        "a lease lasts as long as a clock ahead has said",
        "bot/storage/leases.py",
        "free = or_(free, held, leases.c.until > rest)",
        "pass",
        CLOCKS,
        "no_lease",
    ),
    Fault(
        "a bucket that was given back is not free before its time",
        "bot/storage/leases.py",
        "case((resting, until), else_=_EPOCH)",
        "until",
        CLOCKS,
        "then_set_back",
    ),
    Fault(
        "a claimed call waits as long as a clock ahead has said",
        "bot/storage/inbox.py",
        "or_(inbox.c.not_before <= now, inbox.c.not_before > stray)",
        "inbox.c.not_before <= now",
        CLOCKS,
        "claimed_again and sqlite",
    ),
    Fault(
        "who was taken out by a clock ahead never comes back",
        "bot/storage/spaces.py",
        "and_(spaces.c.gone_at > _AT, spaces.c.gone_at <= _SOON)",
        "spaces.c.gone_at > _AT",
        CLOCKS,
        "kept_is_older and sqlite",
    ),
    Fault(
        "a wrong clock deletes",
        "bot/scheduling/pruner.py",
        "if self.wall.steady_seconds < STEADY_SECONDS:",
        "if self.wall.steady_seconds < 0:",
        "tests/contract/test_purge.py",
        "just_set and sqlite",
    ),
)
