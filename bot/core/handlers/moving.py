"""What is posted each week moves to another channel only when a lead says so."""

from bot.core.chat.message import Update
from bot.core.errors import InvalidInput
from bot.core.feature import Feature
from bot.core.handlers.schedules import keep_weekly, open_weekly, require_channel
from bot.core.recurrence import Recurrence
from bot.core.request import Context, Request
from bot.core.time import find_zone
from bot.core.views import moving as views

feature = Feature("moving", views)


@feature.action(views.MOVE, lead=True, posts=True)
def move(request: Request, ctx: Context, schedule_id: int, weekday: int, minute: int, zone: str) -> Update:
    to = require_channel(request).id
    return _keep(request, ctx, schedule_id, _read(weekday, minute, zone), to)


@feature.action(views.STAY, lead=True)
def stay(request: Request, ctx: Context, schedule_id: int, weekday: int, minute: int, zone: str) -> Update:
    return _keep(request, ctx, schedule_id, _read(weekday, minute, zone), "")


def _keep(request: Request, ctx: Context, schedule_id: int, recurrence: Recurrence, to: str) -> Update:
    """`to`: the channel; empty for the one where it comes now."""
    schedule, cohort = open_weekly(request, ctx, schedule_id)
    return Update(keep_weekly(request, ctx, cohort, schedule.kind, recurrence, to or schedule.to))


def _read(weekday: int, minute: int, zone: str) -> Recurrence:
    try:
        return Recurrence(find_zone(zone).key, weekday, minute)
    except ValueError:
        raise InvalidInput("button.foreign") from None
