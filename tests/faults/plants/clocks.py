"""Faults in beats, clocks and readiness."""

from tests.faults.fault import Fault

HEARTBEAT = "bot/scheduling/heartbeat.py"
BEATS = "tests/unit/test_heartbeat.py"
HEALTH = "bot/health.py"
CONNECTIONS = "bot/platform_health.py"
READY = "tests/contract/test_health.py"

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
)
