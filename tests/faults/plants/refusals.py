"""Faults in what becomes of a refusal: proofs, cuts, what comes back, and what leads are told."""

from tests.faults.fault import Fault

KEYS = "tests/contract/test_notice_keys.py"
PROOFS = "tests/unit/test_proofs.py"
CUT_OFF = "tests/contract/test_cut_off.py"
TABLES = "tests/contract/test_refusal_tables.py"

FAULTS = (
    Fault(
        "an alert carries no key",
        "bot/core/views/alerts.py",
        '(*blocks, Actions((Button("Why did I get this?", WHY(ALERT, key)),)))',
        "blocks",
        KEYS,
        "recognised and sqlite",
    ),
    Fault(
        "one confirmed refusal is proof enough",
        "bot/adapters/proofs.py",
        "if doubt.code != code and self._seconds:",
        "if False:",
        PROOFS,
        "second_look",
    ),
    Fault(
        "a refusal is not asked about",
        "bot/adapters/proofs.py",
        "code = await self._question.confirm(refusal, row)",
        "code = refusal.code",
        PROOFS,
        "odd_answer",
    ),
    Fault(
        "a call from a space that was cut off leaves it so",
        "bot/storage/members.py",
        "StoredSpaces(self.connection).revive(space.address, now)",
        "pass",
        CUT_OFF,
        "proves_that_it_is_there and sqlite and command",
    ),
    Fault(
        "the purge doesn't ask whether anybody used it since",
        "bot/storage/purge.py",
        "spaces.c.gone_at < before, or_(~used, is_begun)",
        "spaces.c.gone_at < before",
        CUT_OFF,
        "used_since and sqlite",
    ),
    Fault(
        "a lead hears the same each week",
        "bot/core/handlers/alerts.py",
        "if _was_told(ctx, occurrence, unsaid):",
        "if False:",
        TABLES,
        "told_once and sqlite",
    ),
)
