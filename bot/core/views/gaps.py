"""Which goals close a gap, and how they get into a plan."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.chat.codec import Action
from bot.core.chat.control import Button
from bot.core.chat.markup import drawn_length
from bot.core.chat.message import Actions, Block, Message, Text
from bot.core.chat.part import Markdown
from bot.core.domain.curriculum import Content
from bot.core.domain.goals import Goal
from bot.core.domain.plans import Plan, last_day
from bot.core.domain.skills import Gap
from bot.core.views.dates import count_text, day_text
from bot.core.views.naming import level_name
from bot.core.views.plan_pages import MARKS
from bot.core.views.presses import GOALS, VIEW

SHOW_GOALS = Action("gap.goals", "gap_id")
ADD_GOALS = Action("gap.add", "gap_id")

LINES_ROOM = 1_800


@dataclass(frozen=True, slots=True)
class Step:
    """A goal that grows the gap to `level`, in which phase (its number and id), and whether it is known."""

    goal: Goal
    level: int
    phase: int
    phase_id: str
    known: bool


def goals_card(content: Content, gap: Gap, steps: Sequence[Step], plan: Plan | None) -> Message:
    """The gap's goals in the curriculum's order, with where they stand in a plan that runs."""
    if not steps:
        words = f"No goal of this track grows {gap.name}. `/guide` shows what each phase is about."
        return Message(f"{gap.name}: no goals", (Text((Markdown(words),)),))
    lead = f"{gap.summary}\n{_where(steps, plan)}"
    row = (
        [Button("Add them to my plan", ADD_GOALS(gap.id), "primary")]
        if not plan or _lacking(steps, plan)
        else []
    )
    row += [Button("My plan", VIEW(plan.id))] if plan else []
    blocks: list[Block] = [Text((Markdown(lead),)), Text((Markdown(_lines(content, gap, steps, plan)),))]
    return Message(f"{gap.name}: {count_text(len(steps), 'goal')}", (*blocks, Actions(tuple(row))))


def added_card(gap: Gap, plan: Plan, added: Sequence[Goal]) -> Message:
    """What has just been added to the plan, or that there was nothing to add."""
    if not added:
        words = "Your plan holds all of its goals that you don't know already. Keep going!"
    else:
        listed = "\n".join(f"- {goal.title} ({goal.hours} h)" for goal in added)
        end = day_text(last_day(plan), plan.start.year)
        words = f"Added to the weeks that are left, so your plan still ends on {end}:\n{listed}"
    row = (Button("This week's goals", GOALS(plan.id), "primary"), Button("The whole plan", VIEW(plan.id)))
    return Message(gap.name, (Text((Markdown(words),)), Actions(row)))


def no_plan_card(gap: Gap) -> Message:
    words = (
        f"You have no plan yet that the goals for {gap.name} could go into. `/plan start` makes one; "
        "it holds them in the right order and leaves out what you know."
    )
    return Message("First a plan", (Text((Markdown(words),)),))


def _lacking(steps: Sequence[Step], plan: Plan) -> bool:
    held = {goal.goal_id for goal in plan.goals}
    return any(step.goal.id not in held and not step.known for step in steps)


def _where(steps: Sequence[Step], plan: Plan | None) -> str:
    lead = "These goals close it, each with the level it brings you to."
    if plan is None:
        return f"{lead} `/plan start` puts them into weeks."
    held = {goal.goal_id for goal in plan.goals}
    return f"{lead} Your plan holds {sum(step.goal.id in held for step in steps)} of {len(steps)}."


def _lines(content: Content, gap: Gap, steps: Sequence[Step], plan: Plan | None) -> str:
    planned = {goal.goal_id: goal for goal in plan.goals} if plan else {}
    lines: list[str] = []
    for index, step in enumerate(steps):
        level = f"to “{level_name(content, gap.id, step.level)}”, {step.goal.hours} h, phase {step.phase}"
        held = planned.get(step.goal.id)
        state = f"{MARKS[held.state]} " if held and held.state != "todo" else ""
        mark = f" · {state}week {held.week + 1}" if held else ""
        known = " · you know it" if step.known and not held else ""
        line = f"- **{step.goal.title}** {level}{mark}{known}"
        if drawn_length("\n".join((*lines, line))) > LINES_ROOM:
            return "\n".join((*lines, f"- and {len(steps) - index} more"))
        lines.append(line)
    return "\n".join(lines)
