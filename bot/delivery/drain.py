"""One drain: all that is due in a bucket is sent while its lease is held, several messages at a time."""

import asyncio
from collections.abc import Collection, Coroutine, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from bot.core.chat.notice import Notice
from bot.core.domain.ledger import Occurrence, OccurrenceId, Outcome
from bot.core.errors import TryAgain
from bot.delivery.claims import Lost, Made, Marks, Subject
from bot.delivery.open_bucket import LOOK_LATER, PUT_BACK, OpenBucket, Sending

# A member who changes their mind has waited for no longer than this, even when the platform is slow.
FRESH_SECONDS = 1.0
# What is begun goes out within this, so that it is still fresh when its turn comes.
SOON = FRESH_SECONDS / 2
# Rows leased in one transaction, at most.
LEASED = 8
# So many places more are for what people have just asked for, when slow answers take all the others.
RESERVED = 2
# Rows in doubt that are looked for at once, and how often a drain asks which are due.
LOOKS, LOOK_EVERY = 4, 1.0
# A drain that lasts asks again for rows in doubt that it has looked for.
FORGET_LOOKS = 60.0
# How often a drain looks for new rows while it waits for answers.
POLL = 0.5
# The shortest wait for somebody else.
TICK = 0.05
DATABASE_PAUSE = 0.2
PASSED_MOST = 500


@dataclass(frozen=True, slots=True)
class Flight:
    """A message on its way, or a question about one (`looks`)."""

    row: Occurrence
    looks: bool

    @property
    def subject(self) -> Subject:
        return self.row.space_id, self.row.subject


class Drain:
    """Call `run` once, while the lease is held. `finished`: how many rows went on."""

    def __init__(self, sending: Sending, bucket: OpenBucket) -> None:
        self._sending = sending
        self._bucket = bucket
        self._token = bucket.lease.token
        self._flights: dict[asyncio.Task[Outcome], Flight] = {}
        self._marks: Marks = []
        self._marked_at = 0.0
        # Rows whose person or channel has another message on its way, or may be sent nothing yet.
        self._passed: dict[OccurrenceId, Occurrence] = {}
        self._looked: set[OccurrenceId] = set()
        self._looks_at = 0.0
        self._looks_forgotten_at = monotonic() + FORGET_LOOKS
        self.finished = 0

    async def run(self) -> None:
        """Sends until nothing is due, or nothing more may be begun; what is in flight then is awaited and
        marked. Raises Lost, and TryAgain when the database stays away."""
        await self._sending.pace.enter(self._bucket.name, self._token)
        try:
            while await self._step():
                pass
        except asyncio.CancelledError:
            for task in self._flights:
                task.cancel()
            raise
        finally:
            await self._land()

    async def _land(self) -> None:
        """Waits for what is in flight, and marks it as far as that is possible still."""
        if self._flights:
            done, _ = await asyncio.wait(self._flights)
            self._collect(done)
        await self._mark()

    async def _step(self) -> bool:
        """Begins what may be begun, and waits for something to end. Returns False when nothing is left."""
        went_on = 0
        try:
            if self._sending.group == 1 or not self._bucket.may_begin():
                went_on += await self._mark()
            if self._bucket.may_begin():
                went_on += await self._begin()
            if self._should_mark():
                went_on += await self._mark()
        except Lost:
            self._bucket.lease.lose()
            raise
        except TryAgain:
            if not (self._flights or self._marks) or not self._bucket.lease.is_held():
                raise
            await asyncio.sleep(DATABASE_PAUSE)
            return True
        return await self._wait(went_on)

    async def _wait(self, went_on: int) -> bool:
        """Waits for something to end, or for the first moment at which more may be begun. Returns False when
        there is nothing to wait for. `went_on`: how many rows did just now, so that there may be more."""
        if self._flights:
            timeout = 0 if went_on else POLL
            done, _ = await asyncio.wait(self._flights, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            self._collect(done)
            return True
        if not self._bucket.may_begin():
            return False
        if went_on:
            return True
        # Here the pace of the bucket, or of all the channels that are left, lets nothing through soon.
        full = self._sending.pace.room(self._bucket.name, SOON) == 0
        if full or self._passed:
            await asyncio.sleep(TICK if full else self._shortest_delay())
        return bool(full or self._passed)

    async def _begin(self) -> int:
        """Begins as much as there is room for. Returns how many rows were taken up."""
        began = 0
        probing = self._sending.outages.is_probing(self._bucket.name)
        posts = sum(not flight.looks for flight in self._flights.values())
        free = 1 - len(self._flights) if probing else self._sending.in_flight - posts
        room = min(LEASED, self._sending.pace.room(self._bucket.name, SOON))
        if min(free, room) > 0:
            began += await self._begin_posts(min(free, room))
        elif not probing and min(free + RESERVED, room) > 0:
            began += await self._begin_posts(min(free + RESERVED, room), urgent=True)
        if not (probing and self._flights):
            began += await self._begin_looks(1 if probing else LOOKS)
        return began

    async def _begin_posts(self, most: int, *, urgent: bool = False) -> int:
        self._passed = {one: row for one, row in self._passed.items() if self._must_wait(row)}
        if len(self._passed) >= PASSED_MOST:
            return 0
        claims, bucket = self._sending.claims, self._bucket.name
        busy = {flight.subject for flight in self._flights.values()}
        prepared = await self._sending.look(claims.prepare, bucket, most, set(self._passed), busy, urgent)
        self._passed.update((row.id, row) for row in prepared.passed)
        ready: dict[str, Made] = {}
        for one in prepared.made:
            if isinstance(one.made, Outcome):
                ready[f"row {one.row.id}"] = one
            elif one.row.to_id in ready or self._must_wait(one.row):
                self._passed[one.row.id] = one.row
            elif monotonic() - one.at < FRESH_SECONDS:
                ready[one.row.to_id] = one
        if ready and not await self._lease_rows(tuple(ready.values())):
            await asyncio.sleep(TICK)  # somebody is changing them at this moment
        return len(prepared.made)

    async def _lease_rows(self, made: Sequence[Made]) -> int:
        """Leases the rows, starts their messages and returns how many rows were leased."""
        marks, self._marks = self._marks, []
        claims, token = self._sending.claims, self._token
        try:
            leased = await self._sending.hop(claims.lease, self._bucket.name, token, marks, made)
        except (Lost, TryAgain):
            # The marks were rolled back with the rest, but what was said was said.
            self._marks = marks + self._marks
            raise
        self._bucket.marked()
        for row, notice, at in made:
            if row.id in leased and isinstance(notice, Outcome):
                self.finished += 1
            elif row.id in leased and isinstance(notice, Notice):
                fresh = replace(notice, until=at + FRESH_SECONDS)
                self._start(self._bucket.say(row, fresh), Flight(row, looks=False))
        return len(leased)

    async def _begin_looks(self, most: int) -> int:
        """Looks for rows in doubt: beside the messages, and each once a drain."""
        now = monotonic()
        looking = sum(flight.looks for flight in self._flights.values())
        if now < max(self._looks_at, self._sending.quiet.get(self._bucket.name, 0.0)) or looking >= most:
            return 0
        if now >= self._looks_forgotten_at:
            self._looked.clear()
            self._looks_forgotten_at = now + FORGET_LOOKS
        claims, bucket = self._sending.claims, self._bucket.name
        rows = await self._sending.look(claims.doubtful, bucket, most + len(self._looked))
        new = [row for row in rows if row.id not in self._looked][: most - looking]
        if not new:
            self._looks_at = now + LOOK_EVERY
        for row in new:
            self._looked.add(row.id)
            self._start(self._bucket.ask(row), Flight(row, looks=True))
        return len(new)

    def _start(self, work: Coroutine[Any, Any, Outcome], flight: Flight) -> None:
        self._flights[asyncio.create_task(work)] = flight

    def _collect(self, done: Collection[asyncio.Task[Outcome]]) -> None:
        for task in done:
            row = self._flights.pop(task).row
            outcome = task.result()
            self.finished += outcome not in (PUT_BACK, LOOK_LATER)
            if not self._marks:
                self._marked_at = monotonic()
            self._marks.append((row, outcome))

    def _should_mark(self) -> bool:
        late = monotonic() - self._marked_at > POLL
        return late or len(self._marks) >= self._sending.group or not self._flights

    async def _mark(self) -> int:
        """Writes how it went. Returns how many rows that were."""
        if not self._marks:
            return 0
        marks, self._marks = self._marks, []
        try:
            await self._sending.hop(self._sending.claims.finish, marks, self._token)
        except TryAgain:
            self._marks = marks + self._marks
            raise
        self._bucket.marked()
        return len(marks)

    def _must_wait(self, row: Occurrence) -> bool:
        """Whether its person or channel has another message on its way, or may be sent nothing yet."""
        for flight in self._flights.values():
            if flight.row.subject == row.subject and flight.row.space_id == row.space_id:
                return True
            if row.to_id and not flight.looks and flight.row.to_id == row.to_id:
                return True
        return bool(row.to_id) and self._sending.pace.delay(self._bucket.name, row.to_id) > SOON

    def _shortest_delay(self) -> float:
        """Until the first of the rows that were passed over may go, in seconds."""
        delays = (
            self._sending.pace.delay(self._bucket.name, row.to_id) - SOON for row in self._passed.values()
        )
        return min(max(min(delays), TICK), POLL)
