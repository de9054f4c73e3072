"""The linter's rules for sources: everything names one, and somebody read it within the year."""

from collections.abc import Iterator
from datetime import date, timedelta

from bot.core.domain.curriculum import Content
from bot.core.domain.skills import Source
from bot.curriculum.findings import Note
from bot.curriculum.load import source_key

CHECK_AGAIN = timedelta(days=365)


def check_citing(content: Content) -> Iterator[Note]:
    cited = [("tip", tip.id, tip.sources) for tip in content.tips]
    cited += [("page", page.id, page.sources) for page in content.pages]
    cited += [("skill", skill.id, skill.sources) for skill in content.skill_map.skills]
    cited += [("goal", goal.id, goal.sources) for goal in content.goals.values()]
    for kind, key, sources in cited:
        if not sources:
            yield "error", kind, key, f"This {kind} names no source.", "Add at least one under sources."


def check_sources(content: Content, today: date) -> Iterator[Note]:
    every = _sources(content)
    read = {source.url: source.title for source in every if source.checked and source.url}
    for source in every:
        if (source.checked is None) != (source.checked_on is None):
            says = f"`{source.title}` has only one of checked and checked_on."
            yield "error", "source", source_key(source), says, "Give both, or neither."
        elif source.checked_on is None:
            says = f"Nobody has checked `{source.title}`."
            remedy = "Read it, then add checked and checked_on."
            if source.url in read:
                remedy = f"It was checked as `{read[source.url]}`: carry checked and checked_on over."
            yield "warning", "source", source_key(source), says, remedy
        elif source.checked_on > today:
            says = f"`{source.title}` was checked on a day that is still to come."
            yield "error", "source", source_key(source), says, "Correct checked_on."
        elif today - source.checked_on > CHECK_AGAIN:
            says = f"`{source.title}` was last checked on {source.checked_on}."
            yield "warning", "source", source_key(source), says, "Read it again and renew checked_on."


def _sources(content: Content) -> tuple[Source, ...]:
    every = [source for tip in content.tips for source in tip.sources]
    every += [source for page in content.pages for source in page.sources]
    every += [source for skill in content.skill_map.skills for source in skill.sources]
    every += [source for goal in content.goals.values() for source in goal.sources]
    every += [figure.source for figure in content.figures]
    return tuple(dict.fromkeys(every))
