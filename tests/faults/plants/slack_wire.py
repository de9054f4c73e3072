"""Faults in what Slack's adapter does about late and odd answers, and about sockets."""

from tests.faults.fault import Fault

SOCKET = "bot/adapters/slack/socket.py"
CLIENT = "bot/adapters/slack/socket_client.py"
SOCKET_TESTS = "tests/end_to_end/test_slack_socket.py"
ACKNOWLEDGED = "tests/end_to_end/test_slack_acknowledged.py"

FAULTS = (
    Fault(
        "Retry-After of a socket's address is not waited for",
        SOCKET,
        "wait = _backoff(tries) if after is None else after",
        "wait = _backoff(tries)",
        SOCKET_TESTS,
        "time_that_slack_names",
    ),
    Fault(
        "sockets are asked for in a rush",
        SOCKET,
        "await asyncio.sleep(_backoff(tries))",
        "pass",
        SOCKET_TESTS,
        "in_a_rush",
    ),
    Fault(
        "a socket that Slack renews is closed at once",
        SOCKET,
        "if socket.reason in _RENEWED:",
        "await socket.close()\n        if socket.reason in _RENEWED:",
        SOCKET_TESTS,
        "serves_until",
    ),
    Fault(
        "a lost acknowledgement stays lost",
        CLIENT,
        "if not await self._resend(message):",
        "if True:",
        SOCKET_TESTS,
        "dying_socket",
    ),
    Fault(
        "an absent socket is not reported",
        SOCKET,
        "self._alarm = loop.call_later(AWAY_SECONDS, self._report_absence)",
        "pass",
        SOCKET_TESTS,
        "absence",
    ),
    Fault(
        "a form is opened before the acknowledgement",
        "bot/adapters/slack/listeners.py",
        "await ack()\n        await opening",
        "await opening\n        await ack()",
        ACKNOWLEDGED,
        "holds_an_acknowledgement and http",
    ),
    Fault(
        "a form that failed is passed over in silence",
        "bot/adapters/slack/replies.py",
        "await self.bring(origin, Answer(not_opened(), private=True))",
        "pass",
        ACKNOWLEDGED,
        "can_t_be_opened and http and press",
    ),
    Fault(
        "an uninstall is acknowledged as late as Slack answers",
        "bot/adapters/slack/hearing.py",
        "await self._in_time(self._workspaces.leave(read_envelope(body), at), left)",
        "await self._workspaces.leave(read_envelope(body), at)",
        ACKNOWLEDGED,
        "uninstall",
    ),
    Fault(
        "an answer without its fields is believed",
        "bot/adapters/slack/client.py",
        "check_answer(method, answer.data)",
        "pass",
        ACKNOWLEDGED,
        "odd_answer and http",
    ),
)
