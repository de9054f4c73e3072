"""What blocks, awaited: each call hops to a thread that may wait for the database."""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from bot.clock import TimeMachine
from bot.core.ports import Clock
from bot.storage.direct_channels import KeptChannels
from bot.storage.downtimes import Pulse
from bot.storage.installs import Installs
from bot.storage.pictures import Pictures
from bot.storage.playground import Transcript
from bot.storage.uploads import Uploads

T = TypeVar("T")


class Pools:
    """The threads that wait for the database: so many `writers` and `readers`, `keeper` threads of their own,
    because calls are kept just when the others are held up (a second one wakes what was kept), and a `maker`,
    because some messages take long."""

    def __init__(self, writers: int, readers: int) -> None:
        self.writers = ThreadPoolExecutor(writers, "write")
        self.readers = ThreadPoolExecutor(readers, "read")
        self.keeper = ThreadPoolExecutor(2, "keep")
        self.maker = ThreadPoolExecutor(1, "make")

    def close(self) -> None:
        """Waits for what they are doing."""
        for pool in (self.writers, self.readers, self.keeper, self.maker):
            pool.shutdown()


class ThreadTranscript:
    """The playground's transcript, awaited. What each method does stands at `Transcript`."""

    def __init__(
        self, transcript: Transcript, writers: ThreadPoolExecutor, readers: ThreadPoolExecutor
    ) -> None:
        self.append = functools.partial(hop, writers, transcript.append)
        self.tell = functools.partial(hop, writers, transcript.tell)
        self.replace = functools.partial(hop, writers, transcript.replace)
        self.clear = functools.partial(hop, writers, transcript.clear)
        self.find = functools.partial(hop, readers, transcript.find)
        self.told = functools.partial(hop, readers, transcript.told)
        self.revision = functools.partial(hop, readers, transcript.revision)
        self.since = functools.partial(hop, readers, transcript.since)


class ThreadPictures:
    """The playground's pictures, awaited. What each method does stands at `Pictures`."""

    def __init__(self, pictures: Pictures, writers: ThreadPoolExecutor, readers: ThreadPoolExecutor) -> None:
        self.keep = functools.partial(hop, writers, pictures.keep)
        self.find = functools.partial(hop, readers, pictures.find)


class ThreadUploads:
    """What a platform was told last, and what it counts, awaited."""

    def __init__(
        self, uploads: Uploads, clock: Clock, writers: ThreadPoolExecutor, readers: ThreadPoolExecutor
    ) -> None:
        self._uploads = uploads
        self._clock = clock
        self._writers = writers
        self._readers = readers
        self.keep = functools.partial(hop, writers, uploads.keep)
        self.digest = functools.partial(hop, readers, uploads.digest)

    async def note(self, act: str) -> None:
        await hop(self._writers, self._uploads.note, act, self._clock.now())

    async def ages(self, act: str, seconds: float) -> tuple[float, ...]:
        now = self._clock.now()
        noted = await hop(self._readers, self._uploads.noted, act, now - timedelta(seconds=seconds))
        return tuple((now - at).total_seconds() for at in noted)


class ThreadInstalls:
    """Installs, awaited. What each method does stands at `Installs` and `InstallStates`."""

    def __init__(self, installs: Installs, writers: ThreadPoolExecutor, readers: ThreadPoolExecutor) -> None:
        # Finding writes now and then: which organization a workspace belongs to.
        self.find = functools.partial(hop, readers, installs.find)
        self.keep = functools.partial(hop, writers, installs.keep)
        self.forget = functools.partial(hop, writers, installs.forget)
        self.teams = functools.partial(hop, readers, installs.teams)
        self.begin_renewal = functools.partial(hop, writers, installs.begin_renewal)
        self.renew = functools.partial(hop, writers, installs.renew)
        # Anybody may ask for a state as often as they like, so that asks nothing of a database or a thread.
        self.issue = installs.states.issue
        self.consume = functools.partial(hop, writers, installs.states.consume)


class ThreadChannels:
    """The channels of a platform's direct messages, awaited."""

    def __init__(
        self, kept: KeptChannels, clock: Clock, writers: ThreadPoolExecutor, readers: ThreadPoolExecutor
    ) -> None:
        self._kept = kept
        self._clock = clock
        self._writers = writers
        self._readers = readers
        self.forget = functools.partial(hop, writers, kept.forget)
        self.find = functools.partial(hop, readers, kept.find)

    async def keep(self, user: str, channel: str) -> None:
        await hop(self._writers, self._kept.keep, user, channel, self._clock.now())

    async def ages(self, seconds: float) -> tuple[float, ...]:
        now = self._clock.now()
        opened = await hop(self._readers, self._kept.opened_since, now - timedelta(seconds=seconds))
        # One that is later than now was opened by a clock that was ahead.
        return tuple((now - at).total_seconds() for at in opened if at <= now)


class ThreadTime:
    """The time machine: asked at once, moved on a writer's thread. Cairn is alive while time is skipped."""

    def __init__(
        self,
        clock: TimeMachine,
        pulse: Pulse,
        writers: ThreadPoolExecutor,
        readers: ThreadPoolExecutor,
        forget: Callable[[datetime], None],
    ) -> None:
        self._clock = clock
        self._forget = forget
        self._pulse = pulse
        self._writers = writers
        self._readers = readers

    def now(self) -> datetime:
        return self._clock.now()

    @property
    def ahead(self) -> timedelta:
        """How far the clock is ahead of the machine's time."""
        return self._clock.ahead

    async def travel(self, instant: datetime) -> datetime:
        return await hop(self._writers, self._travel, instant)

    async def begin_again(self) -> datetime:
        """Deletes everything that happened in the playground, and returns the machine's time."""
        return await hop(self._writers, self._clock.begin_again, self._forget)

    async def follow(self) -> None:
        """Goes where another process has moved the clock meanwhile."""
        await hop(self._readers, self._clock.follow)

    async def beat(self) -> None:
        """Says that Cairn is alive: that members can reach it."""
        try:
            await hop(self._writers, lambda: self._pulse.beat(self._clock.now()))
        except Exception as error:  # noqa: BLE001  a process must not end because of its database
            structlog.get_logger().warning("beat missed", error=type(error).__name__)

    def _travel(self, instant: datetime) -> datetime:
        now = self._clock.travel(instant)
        self._pulse.beat(now)
        return now


async def hop(threads: ThreadPoolExecutor, work: Callable[..., T], *args: Any, **named: Any) -> T:
    """Does blocking work on one of the threads."""
    return await asyncio.get_running_loop().run_in_executor(threads, functools.partial(work, *args, **named))
