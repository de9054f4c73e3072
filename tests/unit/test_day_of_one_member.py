"""How much one person, a lead even, can add within a day, as arithmetic over every table and the journal.

Whatever they do is a call (a command, a form, a button, a mention, a direct message), and calls are counted
before anything else (`Doors.admit`). So a table holds one row a call at most, or fewer where something caps
it. A text that people type counts four bytes a character, an index as much as its columns.
"""

import json
from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import LargeBinary, PrimaryKeyConstraint, String, Table, UniqueConstraint

from bot.core.domain.caps import COHORTS, EVIDENCE, FEEDBACK, PLANS, POSTS, SNOOZES, UNANSWERED
from bot.core.domain.cohorts import RUNNING_MOST
from bot.core.domain.plans import Pause
from bot.crowd import MINUTES_A_DAY
from bot.scheduling.retention import DAY, KEPT, PERIODS
from bot.settings import Settings
from bot.storage.documents import write_pauses
from bot.storage.profiles import HISTORY_LIMIT
from bot.storage.questions import KEPT_MOST
from bot.storage.tables import metadata
from tests.contract.planning import CONTENT

MOST_BYTES = 25_000_000
A_CALL: int = Settings.model_fields["calls"].default * MINUTES_A_DAY
COHORTS_HELD = RUNNING_MOST + COHORTS.most
WEEKLY = 2 * COHORTS_HELD  # a cohort's summary and tip
CAPS = (COHORTS, EVIDENCE, FEEDBACK, PLANS, POSTS, SNOOZES, UNANSWERED)
NUMBER, ROW = 16, 64
# Only platforms' ids and our own words stand there.
ASCII = {"inbox", "slots", "leads", "lead_roles", "ledger", "schedules", "tip_posts", "tip_views"}
# Of a call that was carried out only the key stays.
EMPTY = {"inbox": {"written", "back"}}

ROWS: Mapping[str, int] = {
    # Counted by the call.
    "inbox": A_CALL,
    "slots": A_CALL,  # each another time; the ones left behind go within the hour
    "leads": A_CALL,  # each another member
    "lead_roles": A_CALL,
    # Capped by the day.
    "plans": PLANS.most,
    "plan_goals": PLANS.most * len(CONTENT.goals),
    "evidence": EVIDENCE.most,
    "open_questions": UNANSWERED.most + FEEDBACK.most,
    "cohorts": COHORTS.most,
    "schedules": POSTS.most + WEEKLY,
    # A snooze, a post, what is due within a week, and an alert for each that could not be posted.
    "ledger": SNOOZES.most + 2 * (POSTS.most + WEEKLY) + 1,
    "tip_posts": POSTS.most + WEEKLY,
    "tip_votes": POSTS.most + WEEKLY,
    # Only the newest are kept.
    "questions": KEPT_MOST,
    "profiles": HISTORY_LIMIT,
    # One of each thing there is.
    "spaces": 1,
    "members": 1,
    "profile_drafts": 1,
    "reminders": 1,
    "direct_homes": 1,
    "direct_channels": 1,
    "slot_subjects": 1 + WEEKLY,
    "cohort_members": COHORTS_HELD,
    "tip_views": len(CONTENT.tips),
    "day_counts": len(CAPS),
}
# No call of a member adds to these: starts, installs and restores do. The playground's are of one machine,
# which also keeps its pictures; platforms keep theirs themselves.
OTHERS = {
    "bucket_leases",
    "downtimes",
    "identities",
    "install_states",
    "install_teams",
    "installs",
    "platform_acts",
    "playground_clocks",
    "playground_keys",
    "playground_messages",
    "playground_pictures",
    "playground_revisions",
    "pulses",
    "restores",
    "schema_support",
    "uploads",
}


def longest_row(table: Table) -> int:
    """The bytes of the longest row that the table takes, its index entries included."""
    sizes: dict[str, int] = {column.name: NUMBER for column in table.columns}
    for column in table.columns:
        if isinstance(column.type, String | LargeBinary) or hasattr(column.type, "length"):
            assert column.type.length, f"{table.name}.{column.name} has no limit"
            sizes[column.name] = column.type.length * (1 if table.name in ASCII else 4)
    for name in EMPTY.get(table.name, ()):
        sizes[name] = 0
    keys = [one for one in table.constraints if isinstance(one, PrimaryKeyConstraint | UniqueConstraint)]
    indexed = [str(column.name) for one in (*table.indexes, *keys) for column in one.columns]
    return ROW + sum(sizes.values()) + sum(NUMBER + sizes[name] for name in indexed)


def journal_of_a_day() -> int:
    """Each call notes a whole plan with a pause in every week of two years, and two other things."""
    monday = date(2027, 1, 4)
    pauses = tuple(Pause(monday + timedelta(weeks=week), 1) for week in range(0, 104, 2))
    at = "2027-01-04T09:00:00.000000+00:00"
    plan = json.dumps([at, "plan", 2**63, "paused", write_pauses(pauses)])
    other = json.dumps([at, "dropped", "cohort_members", 2**63, 2**63, 2**63])
    return A_CALL * (len(plan) + 2 * len(other) + 3)


def test_every_table_says_how_many_rows_one_member_can_add() -> None:
    assert ROWS.keys() | OTHERS == set(metadata.tables)
    assert not ROWS.keys() & OTHERS
    # What counts by the call alone ends with the day, or is one row for something that is there once.
    by_call = {name for name, rows in ROWS.items() if rows >= A_CALL}
    assert by_call == {"inbox", "slots", "leads", "lead_roles"}
    assert PERIODS["inbox"] <= DAY
    assert PERIODS["slots"] == timedelta()
    assert KEPT.keys() >= {"leads", "lead_roles"}


def test_one_member_adds_so_much_in_a_day_at_most() -> None:
    sizes = {name: rows * longest_row(metadata.tables[name]) for name, rows in ROWS.items()}
    sizes["the journal"] = journal_of_a_day()
    assert sum(sizes.values()) < MOST_BYTES, sizes
