"""Evidence: links added to a goal, changed and withdrawn."""

from dataclasses import replace

from bot.core.chat.form import Form
from bot.core.chat.message import Update
from bot.core.domain.caps import EVIDENCE
from bot.core.domain.goals import (
    NOTE_LIMIT,
    Evidence,
    EvidenceId,
    Goal,
    check_evidence_kind,
    check_evidence_url,
)
from bot.core.domain.marks import find_goal
from bot.core.errors import InvalidInput, NotFound
from bot.core.feature import Feature
from bot.core.handlers.caps import count
from bot.core.handlers.goals import goal_card
from bot.core.handlers.running import attached, open_running, read_goal
from bot.core.request import Context, Request
from bot.core.views import evidence as views
from bot.core.views import presses

feature = Feature("evidence", views)


@feature.action(presses.ATTACH, opens_form=True)
def attach(request: Request, ctx: Context, plan_id: int, goal_id: str) -> Form:
    goal = _open_goal(request, ctx, plan_id, goal_id)
    return views.evidence_form(goal, presses.ADD(plan_id, goal.id))


@feature.form(presses.ADD)
def add(
    request: Request, ctx: Context, plan_id: int, goal_id: str, *, link: str, kind: str, note: str = ""
) -> Update:
    goal = _open_goal(request, ctx, plan_id, goal_id)
    held = attached(ctx, request.member, (goal.id,)).get(goal.id, ())
    if len(held) >= views.EVIDENCE_MOST:
        raise InvalidInput("evidence.full", most=str(views.EVIDENCE_MOST))
    url, kept_kind = check_evidence_url(link), check_evidence_kind(goal, kind)
    count(request, ctx, EVIDENCE)
    ctx.tx.evidence.add(request.member, goal.id, kept_kind, url, _check_note(note), request.now)
    return _answer(request, ctx, plan_id, goal.id, "Your link is kept.")


@feature.action(presses.EDIT, opens_form=True)
def edit(request: Request, ctx: Context, plan_id: int, evidence_id: int) -> Form:
    given = _find(request, ctx, evidence_id)
    goal = _open_goal(request, ctx, plan_id, given.goal_id)
    return views.evidence_form(goal, presses.CHANGE(plan_id, given.id), given)


@feature.form(presses.CHANGE)
def change(
    request: Request, ctx: Context, plan_id: int, evidence_id: int, *, link: str, kind: str, note: str = ""
) -> Update:
    given = _find(request, ctx, evidence_id)
    goal = _open_goal(request, ctx, plan_id, given.goal_id)
    url, kept_kind = check_evidence_url(link), check_evidence_kind(goal, kind)
    ctx.tx.evidence.edit(request.member, replace(given, url=url, kind=kept_kind, note=_check_note(note)))
    return _answer(request, ctx, plan_id, goal.id, "Your link is changed.")


@feature.action(presses.WITHDRAW)
def withdraw(request: Request, ctx: Context, plan_id: int, evidence_id: int) -> Update:
    given = _find(request, ctx, evidence_id)
    ctx.tx.evidence.withdraw(request.member, given.id)
    return _answer(request, ctx, plan_id, read_goal(ctx, given.goal_id), "The link is withdrawn.")


def _answer(request: Request, ctx: Context, plan_id: int, goal_id: str, note: str) -> Update:
    plan = open_running(request, ctx, plan_id).plan
    return Update(goal_card(request, ctx, plan, goal_id, note))


def _open_goal(request: Request, ctx: Context, plan_id: int, goal_id: str) -> Goal:
    """The curriculum's goal, which stands in the plan and takes links. Raises NotFound otherwise."""
    plan = open_running(request, ctx, plan_id).plan
    goal = ctx.content.goals.get(find_goal(plan, read_goal(ctx, goal_id)).goal_id)
    if goal is None or not goal.evidence:
        raise NotFound("goal.gone")
    return goal


def _find(request: Request, ctx: Context, evidence_id: int) -> Evidence:
    found = ctx.tx.evidence.find(request.member, EvidenceId(evidence_id))
    if found is None:
        raise NotFound("evidence.gone")
    return found


def _check_note(note: str) -> str:
    if len(note) > NOTE_LIMIT:
        raise InvalidInput("option.long", option="note", limit=str(NOTE_LIMIT))
    return note
