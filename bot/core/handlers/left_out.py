"""Goals that a plan leaves out, and their way back into it."""

from dataclasses import replace

from bot.core.chat.message import Update
from bot.core.domain.drafts import Draft, draft_plan
from bot.core.domain.pace import add_goals
from bot.core.domain.plans import Plan, begin_plan, place_at
from bot.core.errors import NotFound
from bot.core.feature import Feature
from bot.core.handlers.history import done_goals, known_profile
from bot.core.handlers.running import keep, open_running, read_goal
from bot.core.request import Context, Request
from bot.core.views import plans as views
from bot.core.views import presses

feature = Feature("left_out", views)


@feature.action(presses.LEFT_OUT)
def show_left_out(request: Request, ctx: Context, plan_id: int, page: int) -> Update:
    plan = open_running(request, ctx, plan_id).plan
    return Update(views.left_out_card(ctx.content, plan, _draft_of(request, ctx, plan), page))


@feature.action(presses.KEEP)
def keep_goal(request: Request, ctx: Context, plan_id: int, goal_id: str, page: int) -> Update:
    running = open_running(request, ctx, plan_id)
    goal_id = read_goal(ctx, goal_id)
    plan = keep(request, ctx, running, _with_goal(request, ctx, running.plan, goal_id))
    draft, note = _draft_of(request, ctx, plan), views.kept_text(ctx.content, plan, goal_id)
    if page:
        return Update(views.left_out_card(ctx.content, plan, draft, page, note))
    return Update(views.started_card(ctx.content, plan, draft, note))


def _with_goal(request: Request, ctx: Context, plan: Plan, goal_id: str) -> Plan:
    """The plan with the goal. One that nobody has touched yet is drafted anew, so that the goal stands in
    its order; another takes it into the weeks that are left."""
    held = {goal.goal_id for goal in plan.goals}
    if goal_id in held:
        return plan
    track = ctx.content.track_by_id(plan.track_id)
    phases = track.phases if track else ()
    added = [(phase.id, goal) for phase in phases for goal in phase.goals if goal.id == goal_id]
    if not added:
        raise NotFound("goal.gone")
    if place_at(plan, request.now).week == 0 and _redrafted(request, ctx, plan, held) == plan:
        anew = _redrafted(request, ctx, plan, held | {goal_id})
        if held | {goal_id} <= {goal.goal_id for goal in anew.goals}:
            return anew
    return add_goals(plan, added, request.now)


def _redrafted(request: Request, ctx: Context, plan: Plan, goals: set[str]) -> Plan:
    """The plan as it would be made today if the member wanted these goals."""
    draft = _draft(request, ctx, plan, goals)
    by_platform = plan.zone_by_platform
    anew = begin_plan(draft, plan.track_id, plan.start, plan.zone, zone_by_platform=by_platform)
    return replace(anew, id=plan.id)


def _draft_of(request: Request, ctx: Context, plan: Plan) -> Draft:
    """What a draft leaves out beside the plan's goals."""
    held = {goal.goal_id for goal in plan.goals}
    draft = _draft(request, ctx, plan, held)
    return replace(draft, dropped=tuple(each for each in draft.dropped if each.goal.id not in held))


def _draft(request: Request, ctx: Context, plan: Plan, goals: set[str]) -> Draft:
    track = ctx.content.track_by_id(plan.track_id)
    profile, done = known_profile(ctx, request.member), done_goals(ctx, request.member)
    return draft_plan(track.phase_goals if track else (), profile, plan.pace, goals, done)
