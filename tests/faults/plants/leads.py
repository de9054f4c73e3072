"""Faults in what leads see of a cohort."""

from tests.faults.fault import Fault

FIGURES = "bot/core/domain/figures.py"
SHARES = "tests/contract/test_figures.py"

FAULTS = (
    Fault(
        "figures go on although a plan that they were about is missing",
        FIGURES,
        "        return Recount(enough, now)\n",
        "        return Recount(enough, count.since)\n",
        "tests/unit/test_cohorts.py",
        "grows_by_five",
    ),
    Fault(
        "one new plan joins the figures",
        FIGURES,
        "if count.there - count.intact >= FLOOR else None",
        "if count.there > count.intact else None",
        "tests/unit/test_cohorts.py",
        "grows_by_five",
    ),
    Fault(
        "what is posted doesn't look whether somebody left since the press",
        FIGURES,
        '    if count.is_broken:\n        return "changed"\n',
        "",
        "tests/unit/test_cohorts.py",
        "may_be_shown",
    ),
    Fault(
        "a summary counts who left the community",
        "bot/storage/plan_rows.py",
        "    & members.c.left_at.is_(None)\n",
        "",
        SHARES,
        "left_the_community",
    ),
)
