"""From a gap to its goals, and from there into a plan."""

from bot.core.chat.message import Message
from bot.core.domain.curriculum import Track
from bot.core.domain.pace import add_goals
from bot.core.domain.plans import Plan
from bot.core.domain.skills import Gap
from bot.core.errors import NotFound
from bot.core.feature import Feature
from bot.core.handlers.history import known_profile
from bot.core.handlers.running import find_running, keep
from bot.core.request import Context, Request
from bot.core.views import gaps as views

feature = Feature("gaps", views)


@feature.action(views.SHOW_GOALS)
def show_goals(request: Request, ctx: Context, gap_id: str) -> Message:
    gap = _find_gap(ctx, gap_id)
    running = find_running(ctx, request.member)
    plan = running.plan if running else None
    steps = _steps(request, ctx, _track_of(ctx, plan), gap)
    return views.goals_card(ctx.content, gap, steps, plan)


@feature.action(views.ADD_GOALS)
def add_gap(request: Request, ctx: Context, gap_id: str) -> Message:
    gap = _find_gap(ctx, gap_id)
    running = find_running(ctx, request.member)
    if running is None:
        return views.no_plan_card(gap)
    held = {goal.goal_id for goal in running.plan.goals}
    steps = _steps(request, ctx, _track_of(ctx, running.plan), gap)
    lacking = [step for step in steps if step.goal.id not in held and not step.known]
    pairs = tuple((step.phase_id, step.goal) for step in lacking)
    plan = keep(request, ctx, running, add_goals(running.plan, pairs, request.now))
    return views.added_card(gap, plan, tuple(step.goal for step in lacking))


def _steps(request: Request, ctx: Context, track: Track, gap: Gap) -> tuple[views.Step, ...]:
    profile = known_profile(ctx, request.member)
    return tuple(
        views.Step(goal, level, number, phase.id, profile.knows(goal))
        for number, phase in enumerate(track.phases, start=1)
        for goal in phase.goals
        for gap_id, level in goal.grows
        if gap_id == gap.id
    )


def _track_of(ctx: Context, plan: Plan | None) -> Track:
    track = ctx.content.track_by_id(plan.track_id) if plan else None
    return track or ctx.content.track


def _find_gap(ctx: Context, gap_id: str) -> Gap:
    try:
        return ctx.content.skill_map.gap(gap_id)
    except KeyError:
        raise NotFound("skill.gone") from None
