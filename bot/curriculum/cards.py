"""Every message that the content alone makes, built once to see whether both platforms could show it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

from bot.core.chat.message import Message
from bot.core.domain.curriculum import Content, Track
from bot.core.domain.drafts import Draft, DraftPhase, DraftWeek
from bot.core.domain.goals import Goal
from bot.core.domain.guide import Page
from bot.core.domain.ledger import KEY_LENGTH
from bot.core.domain.packing import PACE_MAX
from bot.core.domain.plans import Plan, begin_plan
from bot.core.domain.tips import Poll
from bot.core.views.goals import goal_card
from bot.core.views.guide import contents_card, page_card, track_card
from bot.core.views.posted_tips import posted_card
from bot.core.views.questions import map_card, skill_card
from bot.core.views.tips import answered_card, tip_card
from bot.core.views.weeks import ROWS, week_card

_MONDAY = date(2026, 1, 5)
_ROW = 1


@dataclass(frozen=True, slots=True)
class Card:
    """A message about a piece of content. `shared`: it lists others too, and stands for the first of them."""

    kind: str
    key: str
    build: Callable[[], Message]
    shared: bool = False


def find_too_long(content: Content) -> Iterator[tuple[str, str, str]]:
    """For each message that breaks a limit: the kind and key of what it shows, and the limit."""
    for card in list_cards(content):
        try:
            card.build()
        except ValueError as error:
            yield card.kind, card.key, str(error)


def list_cards(content: Content) -> Iterator[Card]:
    """Every message that the content alone makes, not built yet."""
    topics: tuple[Page | Track, ...] = (*content.pages, *content.tracks)
    challenges = {challenge.id: challenge for challenge in content.challenges}
    if topics:
        yield Card("page", topics[0].id, partial(contents_card, topics), shared=True)
    for tip in content.tips:
        if challenge := challenges.get(tip.challenge):
            yield Card("tip", tip.id, partial(tip_card, tip, challenge))
            yield Card("tip", tip.id, partial(answered_card, tip, challenge))
            yield Card(
                "tip", tip.id, partial(posted_card, tip, challenge, "k" * KEY_LENGTH, _ROW, Poll(0, 0))
            )
    for page in content.pages:
        yield Card("page", page.id, partial(page_card, page, topics))
    for track in content.tracks:
        yield Card("track", track.id, partial(track_card, track, topics))
        if track.goals:
            yield from _list_goals(content, track)
    if content.tracks:
        for skill in content.skill_map.skills:
            yield Card("skill", skill.id, partial(skill_card, skill, content.track))
        first = content.skill_map.skills[0].id
        yield Card("skill", first, partial(map_card, content.skill_map), shared=True)


def _list_goals(content: Content, track: Track) -> Iterator[Card]:
    """The cards of the goals, and of weeks with as many of them as a card holds."""
    plan = _fill_weeks(track)
    for planned in plan.goals:
        yield Card("goal", planned.goal_id, partial(goal_card, content, plan, planned, ()))
    now = datetime(_MONDAY.year, _MONDAY.month, _MONDAY.day, 12, tzinfo=UTC)
    for week in range(plan.weeks):
        first = next(goal.goal_id for goal in plan.goals if goal.week == week)
        yield Card("goal", first, partial(week_card, content, plan, week, 1, now, {}), shared=True)


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
