"""Faults in how calls are kept, acknowledged and answered in time."""

from tests.faults.fault import Fault

REPLIES = "bot/adapters/discord/replies.py"
KEPT = "tests/end_to_end/test_discord_kept.py"
LAST_WORD = "tests/end_to_end/test_last_word.py"

FAULTS = (
    Fault(
        "a kept call is due before it is acknowledged",
        "bot/delivery/inbox.py",
        "due = now if acknowledged else now + ACKNOWLEDGED_AFTER",
        "due = now",
        "tests/contract/test_doors.py",
        "kept_beside_it and sqlite",
    ),
    Fault(
        "the inbox worker is woken before the deferral",
        REPLIES,
        "                await self._responses.defer(ticket, call, private, began)\n"
        "            except LOST as error:\n"
        "                log_lost",
        "                await self._doors.wake(call)\n"
        "                await self._responses.defer(ticket, call, private, began)\n"
        "            except LOST as error:\n"
        "                log_lost",
        KEPT,
        "many_at_once and 0.0",
    ),
    Fault(
        "a webhook that is not known yet is never known",
        "bot/adapters/discord/patience.py",
        "return pause if is_early else None",
        "return None",
        KEPT,
        "many_at_once and 0.4",
    ),
    Fault(
        "a call on Discord has all the time of the database",
        REPLIES,
        "functools.partial(self._doors.answer, budget=budget)",
        "functools.partial(self._doors.answer)",
        LAST_WORD,
        "command_on_discord and server",
    ),
    Fault(
        "a call on Slack has all the time of the database",
        "bot/adapters/slack/listeners.py",
        "await self._doors.answer(call, budget=budget)",
        "await self._doors.answer(call)",
        LAST_WORD,
        "on_slack and command",
    ),
    Fault(
        "a crash loop begins a session each time",
        "bot/adapters/discord/starts.py",
        "if len(ages) < FREE:",
        "if ages is not None:",
        "tests/end_to_end/test_discord_gateway.py",
        "row_of_crashes",
    ),
    Fault(
        "an event that can't be read ends the bot",
        "bot/adapters/discord/connection.py",
        "        use_tolerant_sockets()\n",
        "",
        "tests/end_to_end/test_discord_gateway.py",
        "ends_nothing",
    ),
)
