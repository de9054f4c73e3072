"""One goal in full: what to do, what it grows, where it stands, its links and its sources."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from bot.core.chat.control import Button, Choice, Link, Select
from bot.core.chat.markup import clip
from bot.core.chat.message import TITLE_LIMIT, Actions, Block, Message, Section, Text
from bot.core.chat.part import Markdown, Part, Plain
from bot.core.domain.curriculum import Content
from bot.core.domain.goals import Evidence, Goal
from bot.core.domain.plans import Plan, PlannedGoal, monday_of_week
from bot.core.views.dates import day_text, week_text
from bot.core.views.evidence import EVIDENCE_MOST, KIND_NAMES, kind_list
from bot.core.views.naming import gap_name, goal_title, level_name, phase_name
from bot.core.views.presses import ATTACH, EDIT, SKIP, WEEK, WITHDRAW
from bot.core.views.sources import sources_text
from bot.core.views.weeks import state_button

SOURCES_ROOM = 600
NOTE_ROOM = 160
HOST_ROOM = 60
HOST_LETTERS = 40


def goal_card(
    content: Content, plan: Plan, planned: PlannedGoal, links: Sequence[Evidence], note: str = ""
) -> Message:
    """A goal of the plan with everything that can be done about it."""
    goal = content.goals.get(planned.goal_id)
    blocks: list[Block] = [Text((Markdown(note),))] if note else []
    if goal is not None:
        blocks.append(Text((Markdown(goal.does),)))
    blocks.append(Text((Markdown(_facts(content, plan, planned, goal)),)))
    blocks += [_link(one) for one in links[:EVIDENCE_MOST]]
    blocks.append(Actions(_buttons(plan, planned, goal, len(links))))
    if links:
        blocks += _link_selects(
            plan, links[:EVIDENCE_MOST], editable=goal is not None and bool(goal.evidence)
        )
    if goal is not None:
        blocks.append(sources_text(goal.sources, SOURCES_ROOM))
    return Message(goal_title(content, planned.goal_id)[:TITLE_LIMIT], tuple(blocks))


def _facts(content: Content, plan: Plan, planned: PlannedGoal, goal: Goal | None) -> str:
    week = week_text(monday_of_week(plan, planned.week), plan.start.year)
    phase = phase_name(content, plan, planned.phase_id)
    lines = [f"**Where:** week {planned.week + 1} ({week}), {phase}. {planned.hours} h."]
    if goal is None:
        lines.append("The curriculum doesn't have this goal any more; that you did it stays.")
    else:
        if goal.grows:
            lines.append(f"**Grows:** {_grows(content, goal)}")
        if goal.evidence:
            lines.append(f"**Shows that it is done:** a link to {kind_list(goal.evidence)}")
    if planned.state == "done" and planned.done_in:
        lines.append(f"✓ Done in the week of {day_text(planned.done_in, plan.start.year)}.")
    elif planned.state == "skipped":
        lines.append("– Skipped. It counts neither way, and you can bring it back.")
    return "\n".join(lines)


def _grows(content: Content, goal: Goal) -> str:
    return " and ".join(
        f"{gap_name(content, gap_id)} to “{level_name(content, gap_id, level)}”"
        for gap_id, level in goal.grows
    )


def _buttons(plan: Plan, planned: PlannedGoal, goal: Goal | None, links: int) -> tuple[Button, ...]:
    row = [state_button(plan, planned, 0, 1)]
    if planned.state == "todo":
        row.append(Button("Skip it", SKIP(plan.id, planned.goal_id)))
    if goal is not None and goal.evidence and links < EVIDENCE_MOST:
        row.append(Button("Add a link", ATTACH(plan.id, planned.goal_id)))
    row.append(Button("Its week", WEEK(plan.id, planned.week + 1, 1)))
    return tuple(row)


def _link(one: Evidence) -> Section:
    parts: tuple[Part, ...] = (
        Markdown(f"**{KIND_NAMES[one.kind]}** on "),
        Plain(clip(_host(one.url), HOST_ROOM)),
    )
    if one.note:
        parts = (*parts, Markdown("\n"), Plain(clip(one.note, NOTE_ROOM)))
    return Section(parts, Link("Open", one.url))


def _link_selects(plan: Plan, links: Sequence[Evidence], *, editable: bool) -> tuple[Block, ...]:
    choices = tuple(
        Choice(f"{number}. {KIND_NAMES[one.kind]} on {_host(one.url)[:HOST_LETTERS]}", str(one.id))
        for number, one in enumerate(links, start=1)
    )
    withdraw = Actions((Select(WITHDRAW.select(plan.id), "Withdraw a link", choices),))
    return (
        (Actions((Select(EDIT.select(plan.id), "Change a link", choices),)), withdraw)
        if editable
        else (withdraw,)
    )


def _host(url: str) -> str:
    return urlsplit(url).netloc
