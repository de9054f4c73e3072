"""Every message that the content alone makes, built once to see whether both platforms could show it."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial

from bot.core.chat.message import Message
from bot.core.domain.curriculum import Content, Track
from bot.core.domain.drafts import Draft, DraftPhase, DraftWeek
from bot.core.domain.goals import Goal
from bot.core.domain.guide import Page
from bot.core.domain.packing import PACE_MAX
from bot.core.domain.plans import Plan, begin_plan
from bot.core.views.goals import goal_card
from bot.core.views.guide import contents_card, page_card, track_card
from bot.core.views.questions import map_card, skill_card
from bot.core.views.tips import answered_card, tip_card
from bot.core.views.weeks import ROWS, week_card

Build = Callable[[], Message]

_MONDAY = date(2026, 1, 5)


def find_too_long(content: Content) -> Iterator[tuple[str, str, str]]:
    """For each message that breaks a limit: the kind and key of what it shows, and the limit."""
    for kind, key, build in _builds(content):
        try:
            build()
        except ValueError as error:
            yield kind, key, str(error)


def _builds(content: Content) -> Iterator[tuple[str, str, Build]]:
    topics: tuple[Page | Track, ...] = (*content.pages, *content.tracks)
    challenges = {challenge.id: challenge for challenge in content.challenges}
    if topics:
        yield "page", topics[0].id, partial(contents_card, topics)
    for tip in content.tips:
        if challenge := challenges.get(tip.challenge):
            yield "tip", tip.id, partial(tip_card, tip, challenge)
            yield "tip", tip.id, partial(answered_card, tip, challenge)
    for page in content.pages:
        yield "page", page.id, partial(page_card, page, topics)
    for track in content.tracks:
        yield "track", track.id, partial(track_card, track, topics)
        if track.goals:
            yield from _build_plan(content, track)
    if content.tracks:
        for skill in content.skill_map.skills:
            yield "skill", skill.id, partial(skill_card, skill, content.track)
        yield "skill", content.skill_map.skills[0].id, partial(map_card, content.skill_map)


def _build_plan(content: Content, track: Track) -> Iterator[tuple[str, str, Build]]:
    """The cards of the goals, and of weeks with as many of them as a card holds."""
    plan = _fill_weeks(track)
    for planned in plan.goals:
        yield "goal", planned.goal_id, partial(goal_card, content, plan, planned, ())
    now = datetime(_MONDAY.year, _MONDAY.month, _MONDAY.day, 12, tzinfo=UTC)
    for week in range(plan.weeks):
        first = next(goal.goal_id for goal in plan.goals if goal.week == week)
        yield "goal", first, partial(week_card, content, plan, week, 1, now, {})


def _fill_weeks(track: Track) -> Plan:
    """A plan with all goals of the track and full weeks, whether or not they would pack."""
    phases = tuple(
        DraftPhase(phase.id, phase.weeks_min, phase.weeks_max, tuple(_cut(phase.id, phase.goals)))
        for phase in track.phases
    )
    return begin_plan(Draft(PACE_MAX, phases, (), 1), track.id, _MONDAY, "UTC")


def _cut(phase_id: str, goals: tuple[Goal, ...]) -> Iterator[DraftWeek]:
    for first in range(0, len(goals), ROWS):
        yield DraftWeek(phase_id, goals[first : first + ROWS])
