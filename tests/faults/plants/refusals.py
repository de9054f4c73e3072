"""Faults in what becomes of a refusal: proofs, cuts, what comes back, and what leads are told."""

from tests.faults.fault import Fault

KEYS = "tests/contract/test_notice_keys.py"

FAULTS = (
    Fault(
        "an alert carries no key",
        "bot/core/views/alerts.py",
        '(*blocks, Actions((Button("Why did I get this?", WHY(ALERT, key)),)))',
        "blocks",
        KEYS,
        "recognised and sqlite",
    ),
)
