"""Alerts: the lead who asked for something hears that it could not be said. The router adds their rows."""

from datetime import datetime

from bot.core.chat.notice import Later, Notice, Skip, Telling
from bot.core.domain.ledger import Occurrence, Unsaid, late_reason
from bot.core.domain.refusals import read_why
from bot.core.domain.schedules import ALERT, ALERT_LATE
from bot.core.feature import Feature
from bot.core.handlers.schedules import lead_of
from bot.core.quiet import QuietHours
from bot.core.request import Context
from bot.core.time import find_zone
from bot.core.views import alerts as views

feature = Feature("alerts", views)

QUIET = QuietHours()


@feature.schedule(ALERT, late=ALERT_LATE)
def alert(occurrence: Occurrence, ctx: Context, now: datetime) -> Telling:
    """The subject is the number of the row that could not be said, and that row's a schedule."""
    space = occurrence.space_id
    unsaid = ctx.tx.ledger.unsaid(space, occurrence.subject)
    if unsaid is None:
        return Skip("said meanwhile")
    schedule = ctx.tx.schedules.find(space, unsaid.subject)
    cohort = None if schedule is None else ctx.tx.cohorts.find(space, schedule.cohort)
    if schedule is None or cohort is None:
        return Skip("gone")
    # What a channel refused for good is off already; its lead has to hear of it all the same.
    if _was_told(ctx, occurrence, unsaid):
        return Skip("told last time")
    missed = cohort.running and (schedule.on or unsaid.state == "dead")
    if not missed or schedule.place == "direct":
        return Skip("nobody waits for it")
    member = lead_of(occurrence, ctx, schedule)
    if member is None:
        return Skip("no lead any more")
    morning = QUIET.move(now, find_zone(schedule.recurrence.zone))
    if morning > now:
        return Later(morning, "quiet hours")
    return Notice(
        "direct",
        member.address,
        views.alert_message(occurrence.space.platform, unsaid, schedule, cohort, occurrence.key, now),
    )


def _was_told(ctx: Context, occurrence: Occurrence, unsaid: Unsaid) -> bool:
    """Whether the same reason kept the same thing from being said the last time: a lead hears that once."""
    before = ctx.tx.ledger.unsaid_before(occurrence.space_id, occurrence.subject)
    return before is not None and bool(reason := _reason_of(unsaid)) and _reason_of(before) == reason


def _reason_of(unsaid: Unsaid) -> str:
    """The reason, or the platform's code where it is none that is known; "" for lateness alone."""
    reason, code = read_why(late_reason(unsaid.why) if unsaid.state == "skipped" else unsaid.why)
    return reason or code
