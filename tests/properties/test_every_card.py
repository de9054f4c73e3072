"""Every card that can be reached is one that both platforms can show, and every button on it does something.

A walk that ends at a bug prints the steps that led to it. The long form walks further, from more seeds.
"""

import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from bot.core.chat.call import Typed
from bot.core.chat.codec import encode
from bot.core.chat.form import Form
from bot.core.views.errors import bug
from bot.core.views.profiles import RATE
from bot.storage.store import DatabaseStore
from tests.contract.gathering import LEAD
from tests.contract.gathering import people as people_of
from tests.contract.planning import HERE, KIM, SAM
from tests.contract.test_templates import PLACES
from tests.properties.walking import Said, Walk, library

SOAKS = bool(os.environ.get("CAIRN_SOAK"))
SEEDS = range(40) if SOAKS else range(1)
STEPS = 500 if SOAKS else 30

Start = Callable[[Walk], Awaitable[None]]


def check(said: Said) -> None:
    """Both platforms can show it."""
    for name, place in PLACES.items():
        for payload in place.draw(said):
            try:
                place.check(payload)
            except AssertionError as error:
                raise AssertionError(f"{name}: {error}") from error


async def nobody(_walk: Walk) -> None:
    pass


async def rated(walk: Walk) -> None:
    """Both rated all there was; since then the map has one skill more, in the first step."""
    walk.open("before")
    for caller in (SAM, KIM):
        for step in (1, 2, 3):
            if isinstance(walk.action(caller, RATE(step)), Form):
                walk.fill_all(caller)
    walk.open("now")


async def half_rated(walk: Walk) -> None:
    """A draft whose first step is open, because the map grew."""
    await rated(walk)
    walk.action(SAM, RATE(2))
    walk.fill_all(SAM)


async def planned(walk: Walk) -> None:
    for caller in (SAM, KIM):
        walk.ask(caller, Typed("plan start", {"zone": "Europe/Lisbon"}))
        walk.ask(caller, Typed("reminders set", {"day": "mon", "hour": "09:00"}))


async def late(walk: Walk) -> None:
    await planned(walk)
    await walk.pass_time(24 * 7 * 9)


async def over(walk: Walk) -> None:
    """The plan is behind its last week."""
    await planned(walk)
    await walk.pass_time(24 * 7 * 40)


async def gathered(walk: Walk) -> None:
    """A cohort whose lead has summaries and tips posted."""
    await planned(walk)
    walk.ask(LEAD, Typed("lead create", {"name": "Autumn"}))
    for caller in (SAM, KIM):
        walk.ask(caller, Typed("cohort join", {"cohort": "Autumn"}))
    for what in (Typed("lead schedule", {"day": "wed"}), Typed("lead tips", {"action": "set"})):
        walk.ask(LEAD, Typed(what.command, {**what.options, "zone": "Europe/Lisbon"}))
    await walk.pass_time(24 * 3)


async def renamed(walk: Walk) -> None:
    """The plan was made before the curriculum was edited."""
    walk.open("before")
    await planned(walk)
    walk.open("after")


async def crowded(walk: Walk) -> None:
    """Much of everything, and each name as long as it may be and hard to draw."""
    await planned(walk)
    name = "<&*_`" * 20
    people = [replace(one, name=f"{number} {name}") for number, one in enumerate(people_of(30))]
    for number, one in enumerate(people):
        walk.ask(one, Typed("skillgap", {"question": f"I run EKS {number}"}))
        walk.ask(LEAD, Typed("lead promote", {"member": one.address.id}))
        walk.ask(LEAD, Typed("lead create", {"name": f"{number} {name}"[:60]}))
        walk.ask(LEAD, Typed("lead promote", {"role": f"{number}"}))
    for number in range(30):
        for step in (1, 2, 3):
            walk.action(SAM, RATE(step))
            walk.fill_all(SAM)
        walk.ask(SAM, Typed("plan reset"))
        walk.press([walk.item("End")])
        walk.ask(SAM, Typed("plan start", {"zone": "Europe/Lisbon"}))
        walk.clock.at += timedelta(days=1, minutes=number)


STARTS: tuple[Start, ...] = (nobody, rated, half_rated, planned, late, over, gathered, renamed, crowded)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("start", STARTS, ids=lambda one: one.__name__)
async def test_any_walk_shows_only_what_can_be_shown(
    start: Start, seed: int, sqlite_store: DatabaseStore
) -> None:
    walk = Walk(sqlite_store, Random(f"{start.__name__} {seed}"), check)
    await start(walk)
    await walk.sweep()
    for _ in range(STEPS):
        await walk.step()


async def test_an_assessment_goes_on_at_its_first_step(sqlite_store: DatabaseStore) -> None:
    walk = Walk(sqlite_store, Random(0), check)
    await half_rated(walk)
    card = walk.ask(SAM, Typed("assess"))
    assert "step 1 of" in str(card)
    assert bug("x").title not in str(card)
    assert [encode(item.action) for _, item in walk.items()][-1:] == ["assess.step:1"]


async def test_a_home_forgets_a_skill_that_left_the_map(sqlite_store: DatabaseStore) -> None:
    walk = Walk(sqlite_store, Random(0), check)
    first, second, *_ = (skill.name for skill in library("now").content.skill_map.skills)
    walk.ask(SAM, Typed("skillgap", {"question": f"I know {first} and {second}"}))
    assert first in str(walk.router.home(HERE, SAM))
    walk.open("before")
    home = walk.router.home(HERE, SAM)
    assert first not in str(home).replace(f"I know {first}", "")
    assert second in str(home)
