"""Late goals: taking one of the three ways on."""

from bot.core.chat.message import Update
from bot.core.domain.late import remedies
from bot.core.domain.undo import undo_arrangement
from bot.core.errors import InvalidInput
from bot.core.feature import Feature
from bot.core.handlers.goals import present_card
from bot.core.handlers.running import keep, open_running
from bot.core.request import Context, Request
from bot.core.views import late as views
from bot.core.views import presses

feature = Feature("late", views)


@feature.action(presses.LATE)
def take(request: Request, ctx: Context, plan_id: int, kind: str) -> Update:
    """Takes the way as it is now. One that can't be taken (any more) changes nothing and says why."""
    running = open_running(request, ctx, plan_id)
    remedy = next((each for each in remedies(running.plan, request.now) if each.kind == kind), None)
    if remedy is None:
        raise InvalidInput("button.foreign")
    plan = keep(request, ctx, running, remedy.plan or running.plan)
    card = present_card(request, ctx, plan, views.taken_text(running.plan, remedy))
    return Update(card if remedy.plan is None else views.with_undo(card, plan))


@feature.action(presses.UNDO_LATE)
def undo(request: Request, ctx: Context, plan_id: int) -> Update:
    """Puts the goals back where they stood. A press that comes again, or too late, changes nothing."""
    running = open_running(request, ctx, plan_id)
    plan = keep(request, ctx, running, undo_arrangement(running.plan))
    return Update(present_card(request, ctx, plan, views.undone_text(running.plan, plan)))
