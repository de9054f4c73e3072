"""Retention: how long each table keeps its rows. Every table has its decision here, or a test fails.

What only grows with people or communities is kept while they are there. Everything that grows with time, or
with what somebody does, ends: by its age here, or because only the newest of a member is kept.
"""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

DAY = timedelta(days=1)

# A row of the outbox keeps its message from being sent again, so it has to outlive everything that could ask
# for that: a message is sent a day late at most, a preview is posted within a week, and a clock that was set
# back by months is noticed sooner.
OUTBOX = 100 * DAY

# Rows go when they are that old, counted from the instant that `storage.expiry` names.
PERIODS: Mapping[str, timedelta] = MappingProxyType(
    {
        # No platform delivers a call again after a day.
        "inbox": DAY,
        "day_counts": 2 * DAY,
        "platform_acts": 2 * DAY,
        "ledger": OUTBOX,
        # What was posted once. The weekly ones are kept, on or off: a cohort has one of a kind.
        "schedules": OUTBOX,
        "questions": 180 * DAY,
        "open_questions": 365 * DAY,
        # A cohort sees no tip twice within two years, if there are enough of them.
        "tip_posts": 730 * DAY,
        "tip_votes": 730 * DAY,
        # No streak is older.
        "downtimes": 730 * DAY,
        # At once: no member or cohort points at them, or an install took too long.
        "slots": 0 * DAY,
        "install_states": 0 * DAY,
        # Of the playground the newest messages are kept, whatever its clock says.
        "playground_messages": 0 * DAY,
        "playground_keys": 0 * DAY,
    }
)

# Kept while its owner is there, and why that is no growth. A space's rows end with the space (`Purge`).
KEPT: Mapping[str, str] = MappingProxyType(
    {
        "spaces": "one row a community",
        "members": "one row a person and community",
        "profiles": "the newest 50 of a member",
        "profile_drafts": "one row a member",
        "plans": "the running one, 100 that ended, 20 in which nothing was done",
        "plan_goals": "those of the plans",
        "evidence": "five links a goal",
        "reminders": "one row a member",
        "tip_views": "one row a member and tip",
        "cohorts": "20 a lead and day",
        "cohort_members": "one row a member and cohort",
        "leads": "one row a lead",
        "lead_roles": "one row a role of the platform",
        "slot_subjects": "one row a member, and two a cohort",
        "direct_homes": "one row a person",
        "direct_channels": "one row a person, deleted with their last community",
        "bucket_leases": "one row a bucket",
        "uploads": "one row a platform",
        "installs": "one row a tenant, deleted when Cairn is uninstalled",
        "install_teams": "one row a workspace",
        "identities": "one row",
        "pulses": "one row",
        "schema_support": "one row",
        "restores": "one row a restore",
        "playground_revisions": "one row",
        "playground_clocks": "one row",
        "playground_pictures": "the newest 200",
    }
)
