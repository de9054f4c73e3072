"""A week of a plan: its goals with what can be done about them, and the same in short for the home."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.core.chat.control import LABEL_LIMIT, Button, Choice, Select
from bot.core.chat.message import Actions, Block, Message, Section, Text
from bot.core.chat.part import Markdown
from bot.core.domain.curriculum import Content
from bot.core.domain.goals import Evidence
from bot.core.domain.plans import (
    Place,
    Plan,
    PlannedGoal,
    goals_of,
    last_day,
    late_goals,
    monday_of_week,
    phase_of_week,
    place_at,
    present_phase,
    zone_of,
)
from bot.core.time import week_of
from bot.core.views.dates import count_text, day_text, week_text
from bot.core.views.late import late_blocks
from bot.core.views.naming import gap_name, goal_title, phase_name
from bot.core.views.plan_pages import MARKS
from bot.core.views.presses import DONE, GOALS, MORE, SKIP_WEEK, UNDO, UNSKIP, VIEW, WEEK

ROWS = 5
HOME_ROWS = 5

Attached = Mapping[str, Sequence[Evidence]]


def present_week(plan: Plan, now: datetime) -> int:
    """The study week that members mean by "this week": the next one before the start and in a pause, and
    one behind the last when the plan is over."""
    return min(place_at(plan, now).week, plan.weeks)


def listed_goals(plan: Plan, week: int, now: datetime) -> tuple[PlannedGoal, ...]:
    """What the card of a study week lists. The present one has late goals on top, and those that were done
    this week although they stand in an earlier one, so that an undo stays in place."""
    if week != present_week(plan, now):
        return goals_of(plan, week)
    monday = week_of(now, zone_of(plan))
    late = {goal.goal_id for goal in late_goals(plan, now)}
    earlier = [
        goal for goal in plan.goals if goal.week < week and (goal.goal_id in late or goal.done_in == monday)
    ]
    return (*sorted(earlier, key=lambda goal: (goal.week, goal.position)), *goals_of(plan, week))


def week_card(
    content: Content, plan: Plan, week: int, page: int, now: datetime, attached: Attached, note: str = ""
) -> Message:
    """The goals of the study week `week` (from 0), `ROWS` on a page (from 1), each with its own button."""
    place, goals = place_at(plan, now), listed_goals(plan, week, now)
    present = week == present_week(plan, now)
    pages = max(1, -(-len(goals) // ROWS))
    page = min(max(page, 1), pages)
    shown = goals[(page - 1) * ROWS : page * ROWS]
    lead = _lead(content, plan, week, goals, place, present)
    blocks: list[Block] = [Text((Markdown(f"{note}\n{lead}" if note else lead),))]
    if present and page == 1:
        blocks += late_blocks(plan, now)
    blocks += [_row(content, plan, goal, week, page, attached, present) for goal in shown]
    if shown:
        choices = tuple(
            Choice(goal_title(content, goal.goal_id)[:LABEL_LIMIT], goal.goal_id) for goal in shown
        )
        blocks.append(Actions((Select(MORE.select(plan.id), "What to do, a link, or skip", choices),)))
    blocks += _turns(plan, week, page, pages)
    if present and place.kind == "studying" and page == 1:
        blocks.append(Actions((Button("Skip this week", SKIP_WEEK(plan.id, week + 1)),)))
    title = f"Week {week + 1} of {plan.weeks}" if week < plan.weeks else "After the last week"
    return Message(title if pages == 1 else f"{title}, page {page} of {pages}", tuple(blocks))


def week_piece(content: Content, plan: Plan, now: datetime) -> tuple[Block, ...]:
    """For the home: `this_week` under a heading."""
    return this_week(content, plan, now, "**Your week**\n")


def this_week(content: Content, plan: Plan, now: datetime, heading: str = "") -> tuple[Block, ...]:
    """This week's goals, those to do first, done in one press."""
    week = present_week(plan, now)
    goals = listed_goals(plan, week, now)
    left = [goal for goal in goals if goal.state == "todo"]
    rows = [
        _row(content, plan, goal, week, 1, {}, True) for goal in (*left, *_not_in(goals, left))[:HOME_ROWS]
    ]
    lead = _lead(content, plan, week, goals, place_at(plan, now), True)
    more = Button("All of this week" if len(goals) > len(rows) else "Open this week", GOALS(plan.id))
    return (
        Text((Markdown(heading + lead),)),
        *rows,
        Actions((more, Button("The whole plan", VIEW(plan.id)))),
    )


def _not_in(goals: Sequence[PlannedGoal], left: Sequence[PlannedGoal]) -> tuple[PlannedGoal, ...]:
    return tuple(goal for goal in goals if goal not in left)


def _lead(
    content: Content, plan: Plan, week: int, listed: Sequence[PlannedGoal], place: Place, present: bool
) -> str:
    """The week's dates and phase, and how many of the goals `listed` below are done. In the present week the
    phase is the one in which the member is."""
    if week >= plan.weeks:
        return _closing(plan)
    year, monday = plan.start.year, monday_of_week(plan, week)
    phase = phase_of_week(plan, week)
    phase_id = present_phase(plan) if present else phase.phase_id if phase else None
    named = f" · {phase_name(content, plan, phase_id)}" if phase_id else ""
    lines = [f"**{week_text(monday, year)}**{named}"]
    if present and place.kind == "before":
        lines.insert(0, f"Your plan starts on {day_text(monday, year)}. This is its first week.")
    elif present and place.kind == "paused":
        lines.insert(0, f"Your plan is paused. On {day_text(monday, year)} this week comes next.")
    done = sum(goal.state == "done" for goal in listed)
    hours = sum(goal.hours for goal in listed if goal.state == "todo")
    left = f", {hours} h left" if hours else ""
    lines.append(f"{done} of {count_text(len(listed), 'goal')} done{left}" if listed else "Nothing is due.")
    return "\n".join(lines)


def _closing(plan: Plan) -> str:
    done = sum(goal.state == "done" for goal in plan.goals)
    end = day_text(last_day(plan), plan.start.year)
    if any(goal.state == "todo" for goal in plan.goals):
        return f"The last week ended on {end}, and some goals are still waiting. There is time."
    count = count_text(done, "goal")
    return f"The last week ended on {end}, with {count} done. Well done! `/plan start` begins another plan."


def _row(
    content: Content, plan: Plan, goal: PlannedGoal, week: int, page: int, attached: Attached, present: bool
) -> Section:
    facts = [f"{goal.hours} h", *_facts(content, goal)]
    if present and goal.week < week:
        facts.append(f"from week {goal.week + 1}")
    links = len(attached.get(goal.goal_id, ()))
    if links:
        facts.append(count_text(links, "link"))
    words = f"{MARKS[goal.state]} **{goal_title(content, goal.goal_id)}**\n{' · '.join(facts)}"
    return Section((Markdown(words),), state_button(plan, goal, week + 1, page))


def state_button(plan: Plan, goal: PlannedGoal, week: int, page: int) -> Button:
    """What a press does to a goal in its state. `week` counts from 1; 0 is the goal's own card."""
    if goal.state == "done":
        return Button("Undo", UNDO(plan.id, goal.goal_id, week, page))
    if goal.state == "skipped":
        return Button("Bring back", UNSKIP(plan.id, goal.goal_id, week, page))
    return Button("Done", DONE(plan.id, goal.goal_id, week, page), "primary")


def _facts(content: Content, planned: PlannedGoal) -> tuple[str, ...]:
    goal = content.goals.get(planned.goal_id)
    if goal is None:
        return ("no longer in the curriculum",)
    grows = ", ".join(gap_name(content, gap_id) for gap_id in goal.gaps)
    return (*((grows,) if grows else ()), *(("stretch",) if goal.stretch else ()))


def _turns(plan: Plan, week: int, page: int, pages: int) -> tuple[Block, ...]:
    row = [Button("More goals", WEEK(plan.id, week + 1, page + 1))] if page < pages else []
    row += [Button("Back up", WEEK(plan.id, week + 1, page - 1))] if page > 1 else []
    row += [Button("Week before", WEEK(plan.id, week, 1))] if week > 0 else []
    row += [Button("Week after", WEEK(plan.id, week + 2, 1))] if week + 1 < plan.weeks else []
    return (Actions((*row, Button("The whole plan", VIEW(plan.id)))),)
