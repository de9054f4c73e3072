"""Tips: one mistake at a time, and which one a member sees next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NewType

from bot.core.domain.skills import Source

TipPostId = NewType("TipPostId", int)


@dataclass(frozen=True, slots=True)
class Challenge:
    """A kind of mistake that most members meet on the way; every tip belongs to one.

    `phases` are ids of the phases in which they are about to meet it; none means any.
    """

    id: str
    name: str
    summary: str
    aliases: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.id, self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Tip:
    """One mistake, in three short texts of our Markdown.

    `mistake` says what goes wrong, `sign` how to notice it, `instead` what to do this week. `reveal` is a
    question to think about before `instead` is shown; None means that everything is shown at once.
    """

    id: str
    challenge: str
    title: str
    mistake: str
    sign: str
    instead: str
    sources: tuple[Source, ...]
    reveal: str | None = None


def choose_tip(tips: Sequence[Tip], seen: Sequence[str], number: int) -> Tip:
    """The next tip out of the pool `tips`, for somebody who saw the tip ids `seen`, oldest first.

    No tip comes twice until the pool is used up; from then on it is the one least recently seen. Among
    fresh tips `number` (any integer, such as a member's id plus the week) decides, so that the same
    arguments always give the same tip, in whatever order the pool comes. Ids in `seen` that the pool
    lacks are ignored. Raises ValueError for an empty pool.
    """
    if not tips:
        raise ValueError("there is no tip to choose from")
    last_seen = {tip_id: place for place, tip_id in enumerate(seen)}
    pool = sorted(tips, key=lambda tip: tip.id)
    fresh = [tip for tip in pool if tip.id not in last_seen]
    if fresh:
        return fresh[number % len(fresh)]
    return min(pool, key=lambda tip: last_seen[tip.id])


@dataclass(frozen=True, slots=True)
class TipPost:
    """A tip that a schedule posted. `key` is that of its row in the ledger."""

    id: TipPostId
    key: str
    tip: str


@dataclass(frozen=True, slots=True)
class Poll:
    """How many members say that they met a mistake, and how many that they did not yet."""

    met: int
    not_yet: int


def choose_for_phase(
    tips: Sequence[Tip], challenges: Sequence[Challenge], phase: str | None, seen: Sequence[str], number: int
) -> Tip:
    """As `choose_tip`, for a cohort most of which is in `phase` (None: nobody knows).

    Tips of that phase come first, then those of others; none twice until all of them are used up.
    """
    fitting = {one.id for one in challenges if not one.phases or phase in one.phases}
    pool = [tip for tip in tips if phase is None or tip.challenge in fitting]
    has_fresh = any(tip.id not in seen for tip in pool)
    return choose_tip(pool if has_fresh else tips, seen, number)
