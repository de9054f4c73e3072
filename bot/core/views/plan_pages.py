"""A whole plan: its weeks in pages, with dates, marks and pauses, and a picture of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.chat.chart import ALT_LIMIT, DAY_LIMIT, LABEL_LIMIT, ROW_LIMIT, Chart, Stretch, Timeline
from bot.core.chat.control import Button
from bot.core.chat.markup import drawn_length
from bot.core.chat.message import Actions, Block, Message, Text
from bot.core.chat.part import Markdown
from bot.core.domain.curriculum import Content
from bot.core.domain.goals import State
from bot.core.domain.plans import (
    Pause,
    Plan,
    PlannedGoal,
    goals_of,
    last_day,
    monday_of_week,
    place_at,
    week_at,
    zone_of,
)
from bot.core.domain.progress import measure
from bot.core.time import WEEK, local_day
from bot.core.views.dates import day_text, week_text
from bot.core.views.naming import Span, clock_name, goal_title, spans, track_name
from bot.core.views.presses import ADJUST, ASK_RESET, GOALS, PAGE

PAGE_ROOM = 1_900
LINE_ROOM = 200
MARKS: dict[State, str] = {"done": "✓", "skipped": "–", "todo": "·"}


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A page: its text, and the study week that it begins with."""

    text: str
    week: int


def plan_card(
    content: Content, plan: Plan, now: datetime, page: int | None = None, note: str = ""
) -> Message:
    """A page of the plan, counted from 1; None is the one with the present week."""
    sheets = _sheets(content, plan)
    page = _page_of(sheets, place_at(plan, now).week) if page is None else min(max(page, 1), len(sheets))
    blocks: list[Block] = [Text((Markdown(note),))] if note else []
    blocks.append(Text((Markdown(_summary(content, plan, now)),)))
    blocks += _timeline(content, plan, now)
    blocks.append(Text((Markdown(sheets[page - 1].text),)))
    row = [Button("Previous", PAGE(plan.id, page - 1))] if page > 1 else []
    row += [Button("Next", PAGE(plan.id, page + 1))] if page < len(sheets) else []
    if plan.status == "active":
        row += [
            Button("This week's goals", GOALS(plan.id), "primary"),
            Button("Adjust it", ADJUST(plan.id)),
            Button("End it", ASK_RESET(plan.id)),
        ]
    if row:
        blocks.append(Actions(tuple(row)))
    name = "Your plan" if plan.status == "active" else "A plan that has ended"
    return Message(name if len(sheets) == 1 else f"{name}, page {page} of {len(sheets)}", tuple(blocks))


def count_pages(content: Content, plan: Plan) -> int:
    """How many pages the plan's card has."""
    return len(_sheets(content, plan))


def _summary(content: Content, plan: Plan, now: datetime) -> str:
    year, progress = plan.start.year, measure(plan, now)
    dates = f"{day_text(plan.start, year)} to {day_text(last_day(plan), year)}"
    head = f"**{track_name(content, plan.track_id)}**\n{dates}, {plan.pace} h a week"
    head += f", clocks of {clock_name(plan)}"
    done = f"{progress.goals_done} of {len(plan.goals)} goals done (✓)"
    skipped = f", {progress.goals_skipped} skipped (–)" if progress.goals_skipped else ""
    late = progress.goals_late if plan.status == "active" else 0
    waiting = f", {late} waiting from earlier weeks" if late else ""
    return f"{head}\n{done}{skipped}{waiting}"


def _sheets(content: Content, plan: Plan) -> list[_Sheet]:
    """The weeks as texts that fit a block. A week too long for one goes on on the next page."""
    sheets: list[_Sheet] = []
    lines: list[str] = []
    begins, room = 0, PAGE_ROOM
    for week, head, line in _lines(content, plan):
        needed = drawn_length(line) + 1
        goes_on = not line.startswith("**")
        # A heading never stands alone at the foot of a page.
        if needed + (0 if goes_on else LINE_ROOM) > room and lines:
            sheets.append(_Sheet("\n".join(lines), begins))
            lines, begins, room = ([f"{head} (goes on)"] if goes_on else []), week, PAGE_ROOM
            room -= drawn_length("".join(lines)) + 1
        lines.append(line)
        room -= needed
    return [*sheets, _Sheet("\n".join(lines), begins)]


def _lines(content: Content, plan: Plan) -> Iterator[tuple[int, str, str]]:
    """Each line with its study week and that week's heading."""
    for span in spans(content, plan):
        for week in range(span.first, span.end):
            monday = monday_of_week(plan, week)
            head = f"**Week {week + 1}** {week_text(monday, plan.start.year)}"
            for pause in plan.pauses:
                if week_at(plan, pause.first) == week:
                    yield week, head, f"**Pause** {_pause_text(plan, pause)}"
            yield week, head, f"{head}, {span.name}" if week == span.first else head
            yield from ((week, head, line) for line in _goal_lines(content, goals_of(plan, week)))
    # What was done ahead of time stays where it stood when a change of pace makes the plan shorter.
    beyond = [goal for goal in plan.goals if goal.week >= plan.weeks]
    if beyond:
        head = "**Ahead of time**"
        yield plan.weeks, head, head
        yield from ((plan.weeks, head, line) for line in _goal_lines(content, beyond))


def _goal_lines(content: Content, goals: Sequence[PlannedGoal]) -> Iterator[str]:
    for goal in goals:
        yield f"{MARKS[goal.state]} {goal_title(content, goal.goal_id)} ({goal.hours} h)"
    if not goals:
        yield "Nothing is due."


def _pause_text(plan: Plan, pause: Pause) -> str:
    year = plan.start.year
    return f"{day_text(pause.first, year)} to {day_text(pause.back - timedelta(days=1), year)}"


def _page_of(sheets: list[_Sheet], week: int) -> int:
    return max((number for number, sheet in enumerate(sheets, start=1) if sheet.week <= week), default=1)


def _timeline(content: Content, plan: Plan, now: datetime) -> tuple[Chart, ...]:
    """The phases and the newest pauses as a picture; none for a plan that is too long to draw."""
    phases = [span for span in spans(content, plan) if span.first < span.end][:ROW_LIMIT]
    stretches = [_stretch(plan, span) for span in phases]
    pauses = [pause for pause in plan.pauses if pause.first < last_day(plan)]
    room = ROW_LIMIT - len(stretches)
    stretches += [
        Stretch("Pause", pause.first, pause.back, "pause", 0)
        for pause in pauses[max(0, len(pauses) - room) :]
    ]
    begin, end = min(each.start for each in stretches), max(each.end for each in stretches)
    if (end - begin).days > DAY_LIMIT:
        return ()
    year = plan.start.year
    told = "; ".join(
        f"{one.label} {day_text(one.start, year)} to {day_text(one.end - timedelta(days=1), year)}"
        + (f", {one.done:.0%} done" if one.kind == "phase" else "")
        for one in stretches
    )
    alt = f"The plan as a timeline. {told}."
    today = local_day(now, zone_of(plan))
    return (
        Chart(
            Timeline(tuple(stretches), today), alt if len(alt) <= ALT_LIMIT else alt[: ALT_LIMIT - 1] + "…"
        ),
    )


def _stretch(plan: Plan, span: Span) -> Stretch:
    counted = [
        goal for goal in plan.goals if goal.phase_id == span.phase.phase_id and goal.state != "skipped"
    ]
    done = sum(goal.state == "done" for goal in counted) / len(counted) if counted else 0.0
    end = monday_of_week(plan, span.end - 1) + WEEK
    return Stretch(span.name[:LABEL_LIMIT], monday_of_week(plan, span.first), end, "phase", done)
