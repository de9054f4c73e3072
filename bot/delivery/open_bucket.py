"""What a worker sends with, and a bucket that it may send from: one message, or one question, at a time."""

import random
from dataclasses import dataclass, field
from time import monotonic

from bot.core.chat.notice import Notice
from bot.core.domain.ledger import Occurrence, Outcome
from bot.core.errors import DeliveryError, Outage, RetryLater, TryAgain, Unreachable
from bot.core.ids import SpaceId
from bot.core.outbox import Messenger
from bot.core.ports import Clock
from bot.delivery.claims import Claims, Notices
from bot.delivery.hop import Hop
from bot.delivery.lease import Lease
from bot.delivery.outages import Outages
from bot.delivery.outcomes import (
    after_failed_finding,
    after_failure,
    after_finding,
    after_refused_finding,
    is_silence,
    put_off,
)
from bot.delivery.pace import Pacing

# For how many times a Retry-After that a look met, the bucket is then left to messages.
LOOKS_REST = 4

PUT_BACK = Outcome("pending", "put back", tried=False)
LOOK_LATER = Outcome("ambiguous", "not looked for yet")


@dataclass(slots=True)
class Sending:
    """What all drains of a worker share. `quiet`: until when no row in doubt of a bucket is looked for."""

    claims: Claims
    notices: Notices
    messenger: Messenger
    clock: Clock
    hop: Hop
    look: Hop
    pace: Pacing
    outages: Outages
    group: int
    in_flight: int
    stopping: bool = False
    quiet: dict[str, float] = field(default_factory=dict)

    def stop(self) -> None:
        self.stopping = True


class OpenBucket:
    """A bucket whose lease is held: what may be begun in it, and how that goes."""

    def __init__(self, sending: Sending, lease: Lease) -> None:
        self.name = lease.bucket
        self.lease = lease
        self._sending = sending
        self._rest_until = 0.0
        # Spaces in which something can't be reached any more, until that is marked.
        self._cut: set[SpaceId] = set()

    def rest(self) -> float:
        """For how many seconds nobody may send in the bucket now."""
        rest = max(0.0, self._rest_until - monotonic())
        if self._sending.outages.is_away(self.name):
            rest = max(rest, self._sending.outages.rest(self.name))
        return rest

    def may_begin(self) -> bool:
        """Whether anything more may be sent or asked."""
        sending = self._sending
        return not (
            sending.stopping
            or monotonic() < self._rest_until
            or not self.lease.is_held()
            or sending.outages.is_away(self.name)
        )

    def marked(self) -> None:
        """All outcomes so far are in the database, with what they mean for others."""
        self._cut.clear()

    async def say(self, row: Occurrence, notice: Notice) -> Outcome:
        """Sends the message when its turn comes."""
        sending = self._sending
        await sending.pace.wait(self.name, notice.to.id)
        if not self.may_begin() or row.space_id in self._cut or monotonic() > notice.until:
            return PUT_BACK
        try:
            ref = await sending.messenger.post(row, notice)
        except DeliveryError as error:
            outcome, rest = after_failure(error, row, sending.clock.now(), _jitter())
            if outcome.cut is not None:
                self._cut.add(row.space_id)
            return self._obey(error, outcome, rest)
        except TryAgain:
            return put_off("database away", row, sending.clock.now(), _jitter())
        except Exception as error:  # a bug in one message must not keep the others waiting
            return Outcome("held", f"bug {sending.notices.report_bug(error, row)}")
        sending.outages.answered(self.name)
        return Outcome("sent", ref=str(ref))

    async def ask(self, row: Occurrence) -> Outcome:
        """What the platform says of a row that may have been said."""
        sending = self._sending
        await sending.pace.wait(self.name, row.to_id)
        if not self.may_begin():
            return LOOK_LATER
        try:
            found = await sending.messenger.find(row)
        except Unreachable as error:
            sending.outages.answered(self.name)
            return after_refused_finding(error, row)
        except DeliveryError as error:
            now = sending.clock.now()
            late = sending.notices.is_late(row, now)
            outcome, rest = after_failed_finding(error, row, now, _jitter(), late=late)
            if rest:
                sending.quiet[self.name] = monotonic() + LOOKS_REST * rest
            return self._obey(error, outcome, rest)
        except TryAgain:
            return after_failed_finding(
                Outage("database away"), row, sending.clock.now(), _jitter(), late=False
            )[0]
        sending.outages.answered(self.name)
        return after_finding(found, row, sending.clock.now())

    def _obey(self, error: DeliveryError, outcome: Outcome, rest: float) -> Outcome:
        """Notes what the error says about the whole bucket."""
        if rest:
            self._rest_until = max(self._rest_until, monotonic() + rest)
        if is_silence(error):
            self._sending.outages.failed(self.name)
        elif not (isinstance(error, RetryLater) and error.alone):
            self._sending.outages.answered(self.name)
        return outcome


def _jitter() -> float:
    return random.random()  # noqa: S311 - spreads tries, guards nothing
