"""Goals: the ones of a week, and what can be said about each."""

from collections.abc import Callable

from bot.core.chat.command import Option
from bot.core.chat.control import Choice
from bot.core.chat.message import Block, Message, Update
from bot.core.domain.marks import find_goal, mark_done, mark_undone, skip_goal, unskip_goal
from bot.core.domain.plans import Plan, monday_of_week
from bot.core.errors import InvalidInput
from bot.core.feature import Feature
from bot.core.handlers.running import (
    attached,
    find_running,
    keep,
    open_running,
    read_goal,
    require_running,
)
from bot.core.request import Context, Glance, Request
from bot.core.views import goals as views
from bot.core.views import presses, weeks
from bot.core.views.dates import week_text

feature = Feature("goals", views)


def suggest_weeks(glance: Glance, ctx: Context, text: str) -> tuple[Choice, ...]:
    """The weeks of the running plan whose number begins with what is typed, the present one first."""
    running = find_running(ctx, glance.member) if glance.member else None
    if running is None:
        return ()
    plan = running.plan
    present = weeks.present_week(plan, glance.now)
    numbers = (*range(present, plan.weeks), *range(present))
    return tuple(
        Choice(f"Week {week + 1}: {week_text(monday_of_week(plan, week), plan.start.year)}", str(week + 1))
        for week in numbers
        if str(week + 1).startswith(text)
    )


@feature.command(
    "goal",
    "The goals of your week, with Done beside each",
    private=True,
    plan=True,
    options=(
        Option(
            "week", "Which week of the plan (else: this one)", kind=int, suggest=suggest_weeks, example="1"
        ),
    ),
)
def show_goals(request: Request, ctx: Context, *, week: int | None = None) -> Message:
    plan = require_running(request, ctx).plan
    if week is not None and not 1 <= week <= plan.weeks:
        raise InvalidInput("week.range", most=str(plan.weeks))
    return _week_card(request, ctx, plan, _near_week(request, plan, week or 0), 1)


@feature.action(presses.GOALS)
def open_goals(request: Request, ctx: Context, plan_id: int) -> Message:
    plan = open_running(request, ctx, plan_id).plan
    return _week_card(request, ctx, plan, weeks.present_week(plan, request.now), 1)


@feature.action(presses.WEEK)
def turn_week(request: Request, ctx: Context, plan_id: int, week: int, page: int) -> Update:
    plan = open_running(request, ctx, plan_id).plan
    return Update(_week_card(request, ctx, plan, _near_week(request, plan, week), page))


@feature.action(presses.MORE)
def show_goal(request: Request, ctx: Context, plan_id: int, goal_id: str) -> Update:
    plan = open_running(request, ctx, plan_id).plan
    return Update(goal_card(request, ctx, plan, read_goal(ctx, goal_id)))


@feature.action(presses.DONE)
def complete(request: Request, ctx: Context, plan_id: int, goal_id: str, week: int, page: int) -> Update:
    return _mark(
        request, ctx, plan_id, goal_id, week, page, lambda plan, goal: mark_done(plan, goal, request.now)
    )


@feature.action(presses.UNDO)
def undo(request: Request, ctx: Context, plan_id: int, goal_id: str, week: int, page: int) -> Update:
    return _mark(request, ctx, plan_id, goal_id, week, page, mark_undone)


@feature.action(presses.UNSKIP)
def bring_back(request: Request, ctx: Context, plan_id: int, goal_id: str, week: int, page: int) -> Update:
    return _mark(request, ctx, plan_id, goal_id, week, page, unskip_goal)


@feature.action(presses.SKIP)
def skip(request: Request, ctx: Context, plan_id: int, goal_id: str) -> Update:
    return _mark(request, ctx, plan_id, goal_id, 0, 1, skip_goal)


@feature.home
def show_week(glance: Glance, ctx: Context) -> tuple[Block, ...]:
    running = find_running(ctx, glance.member) if glance.member else None
    return weeks.week_piece(ctx.content, running.plan, glance.now) if running else ()


def goal_card(request: Request, ctx: Context, plan: Plan, goal_id: str, note: str = "") -> Message:
    """A goal's own card. Raises NotFound for a goal that isn't in the plan."""
    planned = find_goal(plan, goal_id)
    links = attached(ctx, request.member, (goal_id,)).get(goal_id, ())
    return views.goal_card(ctx.content, plan, planned, links, note)


def present_card(request: Request, ctx: Context, plan: Plan, note: str = "") -> Message:
    """The card of the present week."""
    return _week_card(request, ctx, plan, weeks.present_week(plan, request.now), 1, note)


def _mark(
    request: Request,
    ctx: Context,
    plan_id: int,
    goal_id: str,
    week: int,
    page: int,
    mark: Callable[[Plan, str], Plan],
) -> Update:
    """Marks a goal, and answers with the card that the press came from."""
    running = open_running(request, ctx, plan_id)
    goal_id = read_goal(ctx, goal_id)
    plan = keep(request, ctx, running, mark(running.plan, goal_id))
    if week:
        return Update(_week_card(request, ctx, plan, _near_week(request, plan, week), page))
    return Update(goal_card(request, ctx, plan, goal_id))


def _week_card(request: Request, ctx: Context, plan: Plan, week: int, page: int, note: str = "") -> Message:
    listed = weeks.listed_goals(plan, week, request.now)
    links = attached(ctx, request.member, (goal.goal_id for goal in listed))
    return weeks.week_card(ctx.content, plan, week, page, request.now, links, note)


def _near_week(request: Request, plan: Plan, number: int) -> int:
    """A week as people count it, as a study week; the present one where the plan has none such."""
    week = number - 1
    return week if 0 <= week < plan.weeks else weeks.present_week(plan, request.now)
