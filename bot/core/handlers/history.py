"""What a member's plans, running and ended, say about them: what they did, and the levels they reached."""

from bot.core.domain.members import Member
from bot.core.domain.plans import Plan, is_finished
from bot.core.domain.profiles import Profile, raise_levels
from bot.core.handlers.running import find_running, past_of
from bot.core.ports import Transaction
from bot.core.request import Context


def all_plans(ctx: Context, member: Member) -> tuple[Plan, ...]:
    """Returns the member's plans as they fit the present curriculum, the running one first."""
    running = find_running(ctx, member)
    return (*((running.plan,) if running else ()), *past_of(ctx, member))


def finished_plans(ctx: Context, member: Member) -> tuple[Plan, ...]:
    """Returns the plans that have ended, and the running one first if nothing is left to do in it."""
    return tuple(plan for plan in all_plans(ctx, member) if plan.status == "ended" or is_finished(plan))


def done_goals(ctx: Context, member: Member) -> frozenset[str]:
    """Returns the ids of all goals that the member has ever done, by their present names."""
    return frozenset(
        goal.goal_id for plan in all_plans(ctx, member) for goal in plan.goals if goal.state == "done"
    )


def known_profile(ctx: Context, member: Member) -> Profile:
    """Returns the levels that the member gave last, raised by the goals that they have done since then."""
    newest = next(iter(ctx.tx.profiles.history(member)), None)
    done = [
        goal
        for plan in all_plans(ctx, member)
        for goal in plan.goals
        if goal.done_at is not None and (newest is None or goal.done_at > newest.at)
    ]
    grown = (ctx.content.goals.get(goal.goal_id) for goal in done)
    return raise_levels(newest.profile if newest else Profile(), (goal for goal in grown if goal is not None))


def zone_by_plans(tx: Transaction, member: Member) -> str:
    """Returns the zone of the member's running plan, else the platform's, else that of the newest ended plan.
    Empty when none is known."""
    running = tx.plans.active(member)
    if running is not None or member.zone:
        return running.zone if running else member.zone
    return next((plan.zone for plan in tx.plans.past(member)), "")
