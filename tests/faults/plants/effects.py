"""Faults in what a message changes, and when that is written."""

from tests.faults.fault import Fault

CLAIMING = "bot/delivery/claims.py"
REMINDING = "bot/core/handlers/reminding.py"
COUNTING = "bot/core/domain/reminders.py"
ROUTER = "bot/core/router.py"
EFFECTS = "tests/contract/test_effects.py"
SILENCE = "tests/contract/test_silence.py"
WEEKS = "tests/properties/test_silence.py"

FAULTS = (
    Fault(
        "a reminder counts when it is made",
        REMINDING,
        "    ignored = after_silence(reminder, member.seen_on)\n",
        "    ignored = after_silence(reminder, member.seen_on)\n    count_sent(occurrence, ctx, now)\n",
        EFFECTS,
        "usual_reminder and sqlite",
    ),
    Fault(
        "a handler may write while a message is made",
        ROUTER,
        "            with tx.reading():\n                told =",
        "            if True:\n                told =",
        EFFECTS,
        "a_write_while and sqlite",
    ),
    Fault(
        "nothing is written when a message was sent",
        CLAIMING,
        'if outcome.state == "sent":',
        "if False:",
        EFFECTS,
        "asked_leads_to_silence and sqlite",
    ),
    Fault(
        "a week counts at each mark",
        "bot/storage/reminders.py",
        "reminders.c.counted_week < week",
        "reminders.c.counted_week <= week",
        EFFECTS,
        "counts_once and sqlite and reminder",
    ),
    Fault(
        "silence without the question",
        COUNTING,
        "most = IGNORED_MOST if asked else IGNORED_MOST - 1",
        "most = IGNORED_MOST + asked",
        WEEKS,
        "unasked",
    ),
    Fault(
        "the day of the mark counts, not the day it was meant for",
        REMINDING,
        "due_on = occurrence.due_at.astimezone(UTC).date()",
        "due_on = _now.astimezone(UTC).date()",
        EFFECTS,
        "counts_once and sqlite",
    ),
    Fault(
        "a snooze counts as another week",
        REMINDING,
        "if member is None or occurrence.ordinal > 0:",
        "if member is None:",
        EFFECTS,
        "snooze_alone and sqlite",
    ),
    Fault(
        "a bug in what is written loses the mark",
        ROUTER,
        "        except Exception as error:  # as in `answer`\n            self._report(error, occurrence)\n",
        "        except ZeroDivisionError as error:\n            self._report(error, occurrence)\n",
        EFFECTS,
        "from_being_marked and sqlite",
    ),
    Fault(
        "an answer before the mark is lost",
        "bot/core/handlers/posted_tips.py",
        "if said is not None and (said.kind, said.key) == (TIP, key):",
        "if False:",
        "tests/contract/test_posted_tips.py",
        "before_the_post and sqlite",
    ),
    Fault(
        "an assessment that stopped at its first step offers that twice",
        "bot/core/views/profiles.py",
        "buttons = (go_on,) if step == 1 else (go_on,",
        "buttons = (go_on,",
        "tests/properties/test_every_card.py",
        "half_rated",
    ),
    Fault(
        "a home looks for a skill that left the map",
        "bot/core/views/questions.py",
        "for skill_id in question.skills if skill_id in known)[:2]",
        "for skill_id in question.skills)[:2]",
        "tests/properties/test_every_card.py",
        "left_the_map",
    ),
    Fault(
        "undo takes the week away under a goal that was added",
        "bot/core/domain/undo.py",
        "    return fits and all(",
        "    return all(",
        "tests/properties/test_plans_late.py",
        "added_meanwhile",
    ),
)
