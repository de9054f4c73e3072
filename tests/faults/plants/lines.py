"""Faults in what people type, and in what is shown to be typed or copied."""

from tests.faults.fault import Fault

LINES = "tests/contract/test_typed_lines.py"

FAULTS = (
    Fault(
        "words for several options all go to one",
        "bot/core/free_words.py",
        "found = _part(words, free, request, ctx) if len(words) <= WORDS_MOST else None",
        "found = None",
        LINES,
        "hint_works_as_it_reads",
    ),
    Fault(
        "an administrator who types is taken for a member",
        "bot/adapters/slack/listeners.py",
        "        typing = await self._facts.complete_typing(typing)\n",
        "",
        "tests/end_to_end/test_slack_asking.py",
        "administrator",
    ),
    Fault(
        "a form asks before it is refused",
        "bot/core/router.py",
        "if command is not None and command.plan and not",
        "if command is None and not",
        LINES,
        "before_a_form",
    ),
    Fault(
        "what is shown to be copied is escaped",
        "bot/adapters/slack/render.py",
        '"text": _plain_text(text), "expand": True}',
        '"text": _mrkdwn(literal(text)), "expand": True}',
        "tests/contract/test_copying.py",
        "shown_is_what",
    ),
    Fault(
        "a weekly post moves without a word",
        "bot/core/handlers/schedules.py",
        "if before is not None and before.on and before.to != here:",
        "if before is not None and before.on and not before.to:",
        "tests/contract/test_moving.py",
        "before_anything_moves",
    ),
    Fault(
        "a community that took Cairn out is offered",
        "bot/storage/homes.py",
        "_THERE = spaces.c.gone_at.is_(None)",
        "_THERE = spaces.c.id > 0",
        "tests/contract/test_homes.py",
        "was_left and sqlite",
    ),
)
