"""Several replicas on one PostgreSQL: each row is sent once, and who stalled past its lease marks nothing."""

import random
import signal
import time
from bisect import bisect_left
from itertools import pairwise

import pytest

from bot.core.chat.call import Space
from bot.core.ids import Address
from tests.faults.field import SOAK, open_field
from tests.faults.sink import Habits
from tests.soak import at_length

SPACES = 20
ROWS = 10_000 if SOAK else 1_000
LEASE = 1.0


@pytest.mark.parametrize("replicas", [5, *at_length([2])])
def test_a_race_sends_every_row_once(postgres_url: str, replicas: int) -> None:
    # A workspace is a bucket of its own: that is what replicas share out among themselves.
    spaces = [Space(Address("slack", f"T{number}"), f"Space {number}") for number in range(SPACES)]
    with open_field(postgres_url, Habits("mute")) as field:
        field.enrol(ROWS // SPACES, *spaces)
        racing = [field.start(owner=f"{number}", alone=False) for number in range(replicas)]
        assert [worker.end(600) for worker in racing] == [0] * replicas
        seen = field.see()
        assert len(seen.keys) == len(set(seen.keys)) == ROWS
        assert field.states() == {"sent": ROWS}


@pytest.mark.parametrize("mode", ["keys", "ask"])
def test_who_stalls_past_its_lease_marks_nothing(postgres_url: str, mode: str) -> None:
    dice = random.Random(mode)
    with open_field(postgres_url, Habits(mode, delay=0.02)) as field:
        field.enrol(40)
        stalled = field.start(owner="stalled", alone=False, lease=LEASE)
        field.await_posts(dice.randint(5, 15))
        stalled.send(signal.SIGSTOP)
        posts = len(field.see().posts)
        time.sleep(LEASE)
        rival = field.start(owner="rival", alone=False, lease=LEASE)
        field.await_posts(posts + 5)
        stalled.send(signal.SIGCONT)
        assert rival.end() == stalled.end() == 0
        seen = field.see()
        assert len(seen.keys) == len(set(seen.keys)) == 40
        assert field.states() == {"sent": 40}


def test_no_second_holds_more_than_the_limit_whoever_sends(postgres_url: str) -> None:
    limit, lease = 20, 2.0  # longer than the second that a courier waits when it is new to a bucket
    orders = {"alone": False, "lease": lease, "rate": 0.9 * limit}
    # Who is stopped in the middle of a transaction keeps its locks for so long: less than a lease, as always.
    url = f"{postgres_url}&options=-c%20idle_in_transaction_session_timeout%3D2s"
    with open_field(url, Habits("ask")) as field:
        field.enrol(45)
        first = field.start(owner="first", **orders)
        second = field.start(owner="second", **orders)
        field.await_posts(15)
        # The first one was there first, most likely; whichever it is that sends, the other one goes on.
        first.send(signal.SIGSTOP)
        time.sleep(lease)
        field.await_posts(25)
        first.send(signal.SIGCONT)
        second.send(signal.SIGKILL)
        assert first.end() == 0
        posts = field.see().posts
        assert max(bisect_left(posts, at + 1.0) - number for number, at in enumerate(posts)) <= limit
        # A lease, the second that a new courier waits, and what is allowed for coming to.
        assert max(after - before for before, after in pairwise(posts)) <= lease + 1 + 3
        assert field.states() == {"sent": 45}
