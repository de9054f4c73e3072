"""Alerts: the lead who asked for something hears that it could not be said. The router adds their rows."""

from datetime import datetime

from bot.core.chat.notice import Later, Notice, Skip, Telling
from bot.core.domain.ledger import Occurrence
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
