"""Faults in how answers on Slack come once, also while Slack is broken."""

from tests.faults.fault import Fault

POSTS = "bot/adapters/slack/answer_posts.py"
REPLIES = "bot/adapters/slack/replies.py"
TESTS = "tests/end_to_end/test_slack_answers.py"

FAULTS = (
    Fault(
        "an answer whose end nobody saw is posted again without a look",
        POSTS,
        "if channel in attempt.doubts and await self._is_posted(channel, thread, attempt):",
        "if False:",
        TESTS,
        "looked_for and direct",
    ),
    Fault(
        "an answer is given up at the first 5xx",
        POSTS,
        "if not isinstance(told, RetryLater):",
        "if True:",
        TESTS,
        "while_slack_is_broken and direct",
    ),
    Fault(
        "a long Retry-After is asked into",
        REPLIES,
        "waiting.until = monotonic() + (error.after or 0.0)",
        "pass",
        TESTS,
        "two_minutes and direct",
    ),
    Fault(
        "an answer that had to wait is forgotten",
        REPLIES,
        "self._deliver(origin, waiting.answer, waiting.attempt, TRY_KEPT_SECONDS)",
        "self._deliver(origin, answer, Attempt(), TRY_KEPT_SECONDS)",
        TESTS,
        "had_to_wait and direct",
    ),
    Fault(
        "an answer for all is said twice where nobody may look",
        REPLIES,
        "if attempt.is_unseen and not private:",
        "if False:",
        TESTS,
        "nobody_may_look",
    ),
    Fault(
        "a renewal holds an acknowledgement up",
        "bot/adapters/slack/workspaces.py",
        "return await self._find(envelope.enterprise, envelope.team, waits=False)",
        "return await self._find(envelope.enterprise, envelope.team, waits=True)",
        "tests/end_to_end/test_slack_acknowledged.py",
        "renewal and fault0-ended",
    ),
    Fault(
        "whether somebody leads is asked once only",
        "bot/adapters/slack/listeners.py",
        "answer = _unchecked(call) if complete is None else await ask(complete)",
        "answer = _unchecked(call)",
        "tests/end_to_end/test_slack_adapter.py",
        "who_leads_is_asked_again",
    ),
    Fault(
        "a channel that was opened just now is not paced",
        "bot/adapters/slack/messenger.py",
        "if self._limiter is not None:",
        "if False:",
        "tests/end_to_end/test_slack_messenger.py",
        "within_the_rate",
    ),
)
