"""Tips: one mistake at a time, and which one a member sees next."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.domain.skills import Source


@dataclass(frozen=True, slots=True)
class Challenge:
    """A kind of mistake that most members meet on the way; every tip belongs to one."""

    id: str
    name: str
    summary: str
    aliases: tuple[str, ...] = ()

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
