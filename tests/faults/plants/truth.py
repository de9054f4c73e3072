"""Faults in what members are told about their plans and reminders."""

from tests.faults.fault import Fault

FAULTS = (
    Fault(
        "a reminder is promised during a pause",
        "bot/core/domain/coming.py",
        "if why_silent(reminder, plan, due.week, due.at) is not None:",
        'if why_silent(reminder, plan, due.week, due.at) not in (None, "paused"):',
        "tests/contract/test_next_reminder.py",
        "promised",
    ),
    Fault(
        "late goals go behind what rests on them",
        "bot/core/domain/late.py",
        "    windows += [(goal.week - first, ends[goal.week] - first) for goal in coming]",
        "    windows += [(goal.week - first, ends[goal.week] - first) for goal in coming]\n"
        "    windows = windows[::-1]",
        "tests/properties/test_plans_late.py",
        "order or fewest",
    ),
    Fault(
        "the phase is the calendar's",
        "bot/core/domain/plans.py",
        "return left[0].phase_id if left else None",
        "return left[-1].phase_id if left else None",
        "tests/unit/test_cohorts.py",
        "calendar",
    ),
)
