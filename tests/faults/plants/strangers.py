"""Faults in what strangers may do at an HTTP address."""

from tests.faults.fault import Fault

CONNECTIONS = "bot/web/connections.py"
SERVER = "bot/web/server.py"
LIMITS = "tests/end_to_end/test_http_limits.py"
STATES = "bot/storage/install_states.py"
STATE_TESTS = "tests/contract/test_install_states.py"

FAULTS = (
    Fault(
        "a body may take as long as it likes",
        CONNECTIONS,
        "Phase.BODY: limits.body_seconds,",
        "",
        LIMITS,
        "half_sent and body",
    ),
    Fault(
        "each byte gives a head more time",
        CONNECTIONS,
        "if self.phase is Phase.IDLE:",
        "if self.phase in (Phase.IDLE, Phase.HEAD):",
        LIMITS,
        "half_sent and head",
    ),
    Fault(
        "an answer that nobody takes is kept",
        CONNECTIONS,
        "self._stalled = monotonic()",
        "self._stalled = None",
        LIMITS,
        "nobody_takes",
    ),
    Fault(
        "half-open connections keep others out",
        CONNECTIONS,
        "is_too_many = surplus > 0 or",
        "is_too_many =",
        LIMITS,
        "keep_nobody_out",
    ),
    Fault(
        "what is being answered is cut for somebody new",
        CONNECTIONS,
        "waiting = [one for one in self._open if one.phase is not Phase.WORK]\n        held",
        "waiting = list(self._open)\n        held",
        LIMITS,
        "never_cut",
    ),
    Fault(
        "the library logs what it could not read",
        SERVER,
        "logger=make_quiet_logger(self.refusals),",
        "",
        LIMITS,
        "reaches_a_log",
    ),
    Fault(
        "any proxy is believed",
        "bot/web/limits.py",
        "if not limits.trusts(client):",
        "if False:",
        LIMITS,
        "trusted_proxies_added",
    ),
    Fault(
        "each refusal is a line",
        "bot/web/refusals.py",
        "self._now() - self._since < REPORT_SECONDS",
        "False",
        LIMITS,
        "line_a_minute",
    ),
    Fault(
        "a state is good twice",
        STATES,
        "return is_first",
        "return True",
        STATE_TESTS,
        "one_of_many and sqlite",
    ),
    Fault(
        "a state that nobody signed is good",
        STATES,
        "if shaped is None or not self._seal.signed(text, signature):",
        "if shaped is None:",
        STATE_TESTS,
        "another_is_taken and sqlite",
    ),
    Fault(
        "used states are never forgotten",
        STATES,
        "_forget_oldest(connection)\n",
        "pass\n",
        STATE_TESTS,
        "bounded_room and sqlite",
    ),
)
