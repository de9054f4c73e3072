"""Column types for small values that belong to one row: domain values, kept as JSON texts.

A type takes and gives its own domain values only. Anything else raises ValueError, on the way in and out.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Dialect, String, TypeDecorator

from bot.core.domain.arrangement import Arrangement, MovedGoal
from bot.core.domain.plans import Pause, PlannedPhase
from bot.core.domain.profiles import Profile

LEVELS_LIMIT = 10_000
PHASES_LIMIT = 10_000
PAUSES_LIMIT = 20_000
UNDO_LIMIT = 40_000

_PHASE = {"phase_id": str, "weeks_min": int, "weeks_max": int, "weeks": int}
_PAUSE = {"first": str, "weeks": int}
_MOVED = {"goal_id": str, "week": int, "to": int, "carried": int}


class Levels(TypeDecorator[Profile]):
    """A profile, kept as its levels by id."""

    impl = String(LEVELS_LIMIT)
    cache_ok = True

    def process_bind_param(self, value: Profile | None, _dialect: Dialect) -> str | None:
        if value is None:
            return None
        _check(isinstance(value, Profile))
        return _write(dict(value.levels))

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Profile | None:
        return None if value is None else read_levels(value)


class Phases(TypeDecorator[tuple[PlannedPhase, ...]]):
    """The phases of a plan, in order."""

    impl = String(PHASES_LIMIT)
    cache_ok = True

    def process_bind_param(self, value: tuple[PlannedPhase, ...] | None, _dialect: Dialect) -> str | None:
        if value is None:
            return None
        _check(all(isinstance(phase, PlannedPhase) for phase in value))
        return _write([asdict(phase) for phase in value])

    def process_result_value(self, value: str | None, _dialect: Dialect) -> tuple[PlannedPhase, ...] | None:
        return None if value is None else read_phases(value)


class Pauses(TypeDecorator[tuple[Pause, ...]]):
    """The pauses of a plan, in order."""

    impl = String(PAUSES_LIMIT)
    cache_ok = True

    def process_bind_param(self, value: tuple[Pause, ...] | None, _dialect: Dialect) -> str | None:
        if value is None:
            return None
        _check(all(isinstance(pause, Pause) for pause in value))
        return write_pauses(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> tuple[Pause, ...] | None:
        return None if value is None else read_pauses(value)


class Undo(TypeDecorator[Arrangement]):
    """How a plan's goals stood before; None where there is nothing to undo."""

    impl = String(UNDO_LIMIT)
    cache_ok = True

    def process_bind_param(self, value: Arrangement | None, _dialect: Dialect) -> str | None:
        if value is None:
            return None
        _check(isinstance(value, Arrangement))
        return _write(asdict(value))

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Arrangement | None:
        return None if value is None else read_undo(value)


def read_levels(text: str) -> Profile:
    levels = json.loads(text)
    # A bool is an int to Python, and so to a profile.
    _check(isinstance(levels, dict) and all(type(level) is int for level in levels.values()))
    return Profile(levels)


def read_phases(text: str) -> tuple[PlannedPhase, ...]:
    return tuple(PlannedPhase(**item) for item in _read_list(text, _PHASE))


def write_pauses(pauses: tuple[Pause, ...]) -> str:
    return _write([{"first": pause.first.isoformat(), "weeks": pause.weeks} for pause in pauses])


def read_pauses(text: str) -> tuple[Pause, ...]:
    items = _read_list(text, _PAUSE)
    return tuple(Pause(date.fromisoformat(item["first"]), item["weeks"]) for item in items)


def read_undo(text: str) -> Arrangement:
    kept = json.loads(text)
    _check(isinstance(kept, dict) and kept.keys() == {"phases", "phases_after", "moved"})
    weeks = (kept["phases"], kept["phases_after"])
    _check(all(isinstance(each, list) and all(type(one) is int for one in each) for each in weeks))
    _check(isinstance(kept["moved"], list) and all(_is_of(one, _MOVED) for one in kept["moved"]))
    moved = tuple(MovedGoal(**one) for one in kept["moved"])
    return Arrangement(tuple(kept["phases"]), tuple(kept["phases_after"]), moved)


def _read_list(text: str, kinds: Mapping[str, type]) -> list[dict[str, Any]]:
    """The objects of a JSON list, each with exactly the keys of `kinds` and values of these types."""
    items = json.loads(text)
    _check(isinstance(items, list) and all(_is_of(item, kinds) for item in items))
    return list(items)


def _is_of(item: object, kinds: Mapping[str, type]) -> bool:
    return isinstance(item, dict) and {key: type(value) for key, value in item.items()} == kinds


def _write(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _check(fits: bool) -> None:
    if not fits:
        raise ValueError("that is not a value of this column")
