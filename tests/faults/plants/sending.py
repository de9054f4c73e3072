"""Faults in sending: outages, doubt, making, what is in flight, and the lease."""

from tests.faults.fault import Fault

CLAIMS = "bot/delivery/claims.py"
DRAIN = "bot/delivery/drain.py"
LEASE = "bot/delivery/lease.py"
OPEN_BUCKET = "bot/delivery/open_bucket.py"
OUTAGES = "bot/delivery/outages.py"
OUTCOMES = "bot/delivery/outcomes.py"
OUTAGE_TESTS = "tests/contract/test_outages.py"
DOUBT_TESTS = "tests/contract/test_doubts.py"
MAKING_TESTS = "tests/contract/test_making.py"
FLIGHT_TESTS = "tests/contract/test_in_flight.py"
PACE_TESTS = "tests/properties/test_pace.py"
URGENCY_TESTS = "tests/contract/test_urgency.py"

FAULTS = (
    Fault(
        "an outage counts tries",
        OUTCOMES,
        'return Outcome("retry", why, ref, at, tried=False, delayed=True)',
        'return Outcome("retry", why, ref, at, delayed=True)',
        OUTAGE_TESTS,
        "counts_no_try and sqlite",
    ),
    Fault(
        "a bucket does not rest in an outage",
        OPEN_BUCKET,
        "            or sending.outages.is_away(self.name)\n",
        "",
        OUTAGE_TESTS,
        "probed_with_one and sqlite",
    ),
    Fault(
        "one odd answer is an outage",
        OUTAGES,
        "FAILURES = 2",
        "FAILURES = 1",
        OUTAGE_TESTS,
        "one_odd_answer and sqlite",
    ),
    Fault(
        "a probe is a whole flight",
        DRAIN,
        "free = 1 - len(self._flights) if probing else",
        "free = 8 - len(self._flights) if probing else",
        OUTAGE_TESTS,
        "probed_with_one and sqlite",
    ),
    Fault(
        "a row in doubt is looked for again and again",
        DRAIN,
        "            self._looked.add(row.id)\n",
        "",
        DOUBT_TESTS,
        "once_a_drain and sqlite",
    ),
    Fault(
        "a row in doubt is asked for without end",
        OUTCOMES,
        "    if late:\n",
        "    if late is None:\n",
        DOUBT_TESTS,
        "too_late and sqlite",
    ),
    Fault(
        "looks do not become rare",
        OUTCOMES,
        "at = now + max(after, back_off(row.delays + 1, share))",
        "at = now + max(after, back_off(1, share))",
        DOUBT_TESTS,
        "become_rare and sqlite",
    ),
    Fault(
        "an operator does not see what is in doubt",
        "bot/storage/outbox.py",
        'LISTED = (*STUCK, "ambiguous")',
        "LISTED = STUCK",
        DOUBT_TESTS,
        "operator_sees and sqlite",
    ),
    Fault(
        "all messages of a group are made in one go",
        CLAIMS,
        "if monotonic() >= until or _is_dead(made[-1].made):",
        "if _is_dead(made[-1].made):",
        MAKING_TESTS,
        "starves_nobody and sqlite",
    ),
    Fault(
        "a message that is not made in time undoes the others",
        CLAIMS,
        "            if begun is None and not made:\n",
        "            if begun is not None:\n",
        MAKING_TESTS,
        "put_off_alone and sqlite",
    ),
    Fault(
        "after a bug the others are made in the same transaction",
        CLAIMS,
        "if monotonic() >= until or _is_dead(made[-1].made):",
        "if monotonic() >= until:",
        MAKING_TESTS,
        "one_row and statement and postgres",
    ),
    Fault(
        "two messages to one channel are on their way at once",
        DRAIN,
        "elif one.row.to_id in ready or self._must_wait(one.row):",
        "elif one.row.to_id in ready:",
        FLIGHT_TESTS,
        "one_after_the_other and sqlite",
    ),
    Fault(
        "two messages to one person are on their way at once",
        DRAIN,
        "busy = {flight.subject for flight in self._flights.values()}",
        "busy = set()",
        FLIGHT_TESTS,
        "two_things_at_once and sqlite",
    ),
    Fault(
        "a lease is not renewed while an answer is awaited",
        LEASE,
        "        self._task = asyncio.create_task(self._keep())\n",
        "",
        FLIGHT_TESTS,
        "outlasts and sqlite",
    ),
    Fault(
        "a lease that was not renewed counts as held",
        LEASE,
        "return not self._lost and monotonic() < self._until",
        "return not self._lost",
        FLIGHT_TESTS,
        "can_not_be_renewed and sqlite",
    ),
    Fault(
        "what waited for its turn is sent after a limit",
        OPEN_BUCKET,
        "if not self.may_begin() or row.space_id in self._cut or monotonic() > notice.until:",
        "if row.space_id in self._cut or monotonic() > notice.until:",
        FLIGHT_TESTS,
        "after_a_limit and sqlite",
    ),
    Fault(
        "a new lease waits for nobody",
        "bot/delivery/pace.py",
        "            await self._sleep(WINDOW)\n",
        "            pass\n",
        PACE_TESTS,
        "workers_change",
    ),
    Fault(
        "a limiter forgets what it let through",
        "bot/rate_limit.py",
        "return max(self._free, self._passed[0] + self._window)",
        "return self._passed[0]",
        PACE_TESTS,
        "too_full",
    ),
    Fault(
        "what people have just asked for waits in its turn",
        "bot/storage/ledger.py",
        "found = list(self.connection.execute(NEXT_URGENT, place))",
        "found = []",
        URGENCY_TESTS,
        "waits_for_longer and sqlite",
    ),
    Fault(
        "slow answers take every place",
        DRAIN,
        "RESERVED = 2",
        "RESERVED = 0",
        URGENCY_TESTS,
        "leave_it_a_place and sqlite",
    ),
    Fault(
        "a known channel on Slack is opened each time",
        "bot/adapters/slack/messenger.py",
        'known = await self._direct.find(to) if notice.place == "direct" else to',
        'known = None if notice.place == "direct" else to',
        "tests/end_to_end/test_slack_known_channels.py",
        "one_request",
    ),
    Fault(
        "a closed account on Slack is not noticed",
        "bot/adapters/slack/messenger.py",
        'if notice.place != "direct" or known is None:',
        'if notice.place != "direct" or known:',
        "tests/end_to_end/test_slack_known_channels.py",
        "closed_account",
    ),
    Fault(
        "requests to Discord are not limited",
        "bot/adapters/discord/invalid.py",
        "            await self._pace.acquire()\n",
        "            pass\n",
        "tests/end_to_end/test_discord_delivery.py",
        "no_second",
    ),
    Fault(
        "what Discord has half made is forgotten",
        "bot/adapters/discord/messenger.py",
        "raise Outage(failure.why, ref=str(ref)) from error",
        "raise Outage(failure.why) from error",
        "tests/end_to_end/test_discord_delivery.py",
        "half_made",
    ),
    Fault(
        "a broken server is taken for one that did nothing",
        "bot/adapters/discord/messenger.py",
        "if is_broken(error):",
        "if error is None:",
        "tests/end_to_end/test_discord_delivery.py",
        "every_refusal or line_broke",
    ),
)
