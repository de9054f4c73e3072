"""What others feel while one member asks far too often: their slow answers, beside those of a calm time."""

import asyncio
import logging
import statistics
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

import aiohttp
import structlog

from bot import telemetry
from bot.adapters.slack.adapter import open_slack
from bot.settings import Settings
from tests.benchmarks.figures import Figure
from tests.benchmarks.platforms import Kept, declare, open_doors
from tests.end_to_end.slack_bot import GENERAL, Painter, connected
from tests.end_to_end.slack_fake import SlackFake
from tests.end_to_end.slack_people import Person

FLOOD = 5_000
SECONDS = 60.0
CALM_SECONDS = 15.0
OTHERS = 5
PAUSE = 0.25
GOAL = "under 1.5 s"


def measure() -> tuple[Figure]:
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    return (asyncio.run(_measure()),)


async def _measure() -> Figure:
    """The 95th of 100 answers to others, in a calm time and while one member sends FLOOD commands, as many in
    each second, to the same workspace over HTTP."""
    async with AsyncExitStack() as stack:
        fake = SlackFake()
        await fake.start()
        stack.push_async_callback(fake.stop)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        workspace = fake.install("Ridge")
        catalog = declare()
        allowance = int(Settings.model_fields["calls"].default)
        doors = await stack.enter_async_context(open_doors(catalog, allowance))
        adapter = await stack.enter_async_context(
            open_slack(
                doors, catalog, Painter(), telemetry.report_bug, token=workspace.token, api_url=fake.api_url
            )
        )
        line = Kept(
            await stack.enter_async_context(connected(fake, workspace, adapter, "http", 10.0)), session
        )
        users = [workspace.add_person(f"Member {number}") for number in range(OTHERS + 1)]
        workspace.add_channel(GENERAL, *users)
        first, *others = (Person(workspace, line, user, GENERAL) for user in users)
        calm = await watch(others, time.monotonic() + CALM_SECONDS)
        flood = asyncio.create_task(pour(first))
        felt = await watch(others, time.monotonic() + SECONDS)
        told_off = await flood
        assert told_off >= FLOOD - 2 * allowance, told_off
    return Figure("others' p95 while one member asks 5,000 times", GOAL, felt, calm)


async def pour(person: Person) -> int:
    """How many of the commands were told off."""
    began, told_off = time.monotonic(), 0

    async def ask() -> None:
        nonlocal told_off
        told = await person.line.send("slash_commands", person.command_payload("/note", ""))
        told_off += "slower" in str(told)

    async with asyncio.TaskGroup() as group:
        for number in range(FLOOD):
            group.create_task(ask())
            await asyncio.sleep(max(0.0, began + number * SECONDS / FLOOD - time.monotonic()))
    return told_off


async def watch(people: Sequence[Person], until: float) -> float:
    """The 95th percentile of the seconds until an answer, until that moment. Each asks less than 60 times a
    minute."""
    took = list[float]()

    async def ask(person: Person, pause: float) -> None:
        while time.monotonic() < until:
            await asyncio.sleep(pause)
            began = time.monotonic()
            told = await person.line.send("slash_commands", person.command_payload("/note", ""))
            assert "Noted" in str(told), told
            took.append(time.monotonic() - began)

    await asyncio.gather(*(ask(person, PAUSE * len(people)) for person in people))
    return statistics.quantiles(took, n=20)[-1]
