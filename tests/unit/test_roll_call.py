"""A platform is asked who is still there: once a day about each member, while no lead waits long for it."""

import asyncio
from dataclasses import dataclass, field
from typing import cast

from bot.adapters.roll_call import KNOWN_SECONDS, ROUND_SECONDS, RollCall
from bot.core.errors import RetryLater
from bot.core.ids import Address
from bot.core.ports import PlatformDoors

SPACE = Address("discord", "1")
PEOPLE = tuple(Address("discord", str(number)) for number in range(10, 16))


@dataclass
class Platform:
    """Some of PEOPLE are `gone`; `odd` answers are wrong once; `silent`: it says nothing now."""

    gone: set[Address] = field(default_factory=set)
    odd: set[Address] = field(default_factory=set)
    silent: bool = False
    slow: asyncio.Event | None = None
    asked: list[Address] = field(default_factory=list)
    lost: list[Address] = field(default_factory=list)
    at: float = 0.0

    async def gathered(self, space: Address) -> tuple[Address, ...]:
        assert space == SPACE
        return tuple(one for one in PEOPLE if one not in self.lost)

    async def is_gone(self, _space: Address, user: Address) -> bool:
        self.asked.append(user)
        if self.slow is not None:
            await self.slow.wait()
        if self.silent:
            raise RetryLater("429")
        if user in self.odd:
            self.odd.remove(user)
            return True
        return user in self.gone

    async def report(self, _space: Address, user: Address) -> None:
        self.lost.append(user)

    def roll(self) -> RollCall:
        doors = type("Doors", (), {"gathered": self.gathered, "lost": self.report})
        # Classes would bind these as methods: they are looked up on the platform instead.
        doors.gathered, doors.lost = staticmethod(self.gathered), staticmethod(self.report)  # type: ignore[attr-defined]
        return RollCall(cast("PlatformDoors", doors()), self.is_gone, lambda: self.at)


async def test_who_left_is_reported_and_everybody_else_asked_once_a_day() -> None:
    platform = Platform(gone={PEOPLE[2]}, odd={PEOPLE[3]})
    roll = platform.roll()
    await roll.check(SPACE, 60)
    assert platform.lost == [PEOPLE[2]], "one odd answer ends nothing"
    assert set(platform.asked) == set(PEOPLE)
    platform.asked.clear()
    platform.at += KNOWN_SECONDS - 1
    await roll.check(SPACE, 60)
    assert platform.asked == []
    platform.at += 1
    await roll.check(SPACE, 60)
    assert set(platform.asked) == set(PEOPLE) - {PEOPLE[2]}


async def test_a_silent_platform_ends_nothing_and_is_asked_again() -> None:
    platform = Platform(gone={PEOPLE[0]}, silent=True)
    roll = platform.roll()
    await roll.check(SPACE, 60)
    assert platform.lost == []
    platform.silent = False
    await roll.check(SPACE, 60)
    assert platform.lost == [PEOPLE[0]]


async def test_nobody_waits_for_a_slow_platform_and_it_goes_on_behind() -> None:
    platform = Platform(gone={PEOPLE[5]}, slow=asyncio.Event())
    roll = platform.roll()
    await roll.check(SPACE, 0)
    assert platform.slow is not None
    platform.slow.set()
    await roll.check(SPACE, 60)
    assert platform.lost == [PEOPLE[5]]
    await roll.close()


async def test_whoever_uses_cairn_has_the_others_asked_about_once_an_hour() -> None:
    platform = Platform()
    roll = platform.roll()
    await roll.nudge(SPACE)
    await roll.check(SPACE, 60)
    first = len(platform.asked)
    assert first == len(PEOPLE)
    platform.at += KNOWN_SECONDS
    await roll.nudge(SPACE)
    await roll.check(SPACE, 60)
    assert len(platform.asked) == 2 * first
    platform.at += ROUND_SECONDS / 2
    await roll.nudge(SPACE)
    await roll.check(SPACE, 60)
    assert len(platform.asked) == 2 * first
