"""What is wrong, or not yet good, in content that loads: references, sources, ages, and room in a message."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path

from bot.core.domain.curriculum import Content
from bot.core.domain.topics import Topic, fold
from bot.core.errors import ContentError
from bot.curriculum.cards import find_too_long
from bot.curriculum.cities import CITIES_FILE, load_cities
from bot.curriculum.findings import Finding, Note
from bot.curriculum.goal_rules import check_goals
from bot.curriculum.load import Places, find_unread, load_with_places
from bot.curriculum.source_rules import check_citing, check_sources

TIPS_PER_CHALLENGE = 5
TIP_WORDS = range(40, 151)


@dataclass(frozen=True, slots=True)
class Checked:
    """All findings about a folder, errors first; `content` is None when it can't be loaded."""

    content: Content | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def summary(self) -> str:
        """One line: how much there is, and how much of it is to be mended."""
        found = f"{self.errors} errors, {len(self.findings) - self.errors} warnings"
        if self.content is None:
            return f"The content can't be loaded: {found}"
        counted = ", ".join(f"{count} {word}" for word, count in self.content.counts().items())
        return f"{counted}: {found}"


def check_folder(path: Path, now: datetime) -> Checked:
    """What is to be mended in a content folder, with file and line of each finding."""
    try:
        loaded = load_with_places(path)
        load_cities(path / CITIES_FILE)
    except ContentError as error:
        problems = error.problems
        return Checked(None, tuple(Finding("error", *astuple(problem)) for problem in problems))
    unread = tuple(
        Finding("warning", name, None, "Nothing reads this.", "Move it into its folder, or take it out.")
        for name in find_unread(path)
    )
    return Checked(loaded.content, (*lint(loaded.content, now, loaded.places), *unread))


def lint(content: Content, now: datetime, places: Places | None = None) -> tuple[Finding, ...]:
    """All findings, errors first, then by file and line. `places` comes with `load_with_places`.

    Without `places` a finding names the kind and key where its file would stand ("tip self-judge").
    """
    notes: list[Note] = [
        *_check_ids(content),
        *_check_names(content),
        *_check_references(content),
        *_check_phases(content),
        *_check_unused(content),
        *_check_tips(content),
        *check_goals(content),
        *_check_used(content, places or {}),
        *_check_lengths(content),
        *check_citing(content),
        *check_sources(content, now.date()),
    ]
    findings = {_place(note, places or {}) for note in notes}
    return tuple(sorted(findings, key=lambda each: (each.severity, each.file, each.line or 0, each.says)))


def _place(note: Note, places: Places) -> Finding:
    severity, kind, key, says, remedy = note
    place = places.get((kind, key))
    if place is None:
        return Finding(severity, f"{kind} {key}", None, says, remedy)
    return Finding(severity, place.file, place.line, says, remedy)


def _check_ids(content: Content) -> Iterator[Note]:
    kinds: dict[str, Iterable[str]] = {
        "tip": (tip.id for tip in content.tips),
        "challenge": (challenge.id for challenge in content.challenges),
        "page": (page.id for page in content.pages),
        "figure": (figure.id for figure in content.figures),
        "track": (track.id for track in content.tracks),
        "objective": (f"{track.id}:{each.id}" for track in content.tracks for each in track.objectives),
    }
    for kind, ids in kinds.items():
        for key, times in Counter(ids).items():
            if times > 1:
                yield "error", kind, key, f"The {kind} `{key}` exists {times} times.", "Rename all but one."


def _check_names(content: Content) -> Iterator[Note]:
    # Pages and tracks are asked for with the same command, so no name may mean one of each.
    guide: list[tuple[str, Topic]] = [("page", page) for page in content.pages]
    guide += [("track", track) for track in content.tracks]
    tips: list[tuple[str, Topic]] = [("challenge", challenge) for challenge in content.challenges]
    for topics in (guide, tips):
        owners: dict[str, str] = {}
        for kind, topic in topics:
            key = topic.names[0]
            for name in topic.names:
                owner = owners.setdefault(fold(name), f"{kind} `{key}`")
                if owner != f"{kind} `{key}`":
                    says = f"`{name}` also means the {owner}, so it finds neither."
                    yield "error", kind, key, says, "Keep it in one of the two."


def _check_phases(content: Content) -> Iterator[Note]:
    phases = {phase.id for phase in content.phases}
    for challenge in content.challenges:
        for key in challenge.phases:
            if key not in phases:
                remedy = f"Choose one of: {', '.join(sorted(phases))}."
                yield "error", "challenge", challenge.id, f"No track has the phase `{key}`.", remedy
    named = {key for challenge in content.challenges for key in challenge.phases or phases}
    for track in content.tracks if content.challenges else ():
        for phase in track.phases:
            if phase.id not in named:
                named.add(phase.id)  # tracks share their phases' ids; once is enough
                says = f"No challenge belongs to the phase `{phase.id}`, so cohorts in it get any tip."
                remedy = "Name it in the phases of a challenge."
                yield "warning", "phase", f"{track.id}:{phase.id}", says, remedy


def _check_references(content: Content) -> Iterator[Note]:
    challenges = {challenge.id for challenge in content.challenges}
    for tip in content.tips:
        if tip.challenge not in challenges:
            remedy = f"Choose one of: {', '.join(sorted(challenges))}."
            yield "error", "tip", tip.id, f"There is no challenge `{tip.challenge}`.", remedy
    objectives = {each.id for track in content.tracks for each in track.objectives}
    for skill in content.skill_map.skills:
        for key in skill.gap.objectives:
            if key not in objectives:
                remedy = "Name one that a file in tracks/ has."
                yield "error", "skill", skill.id, f"No track has the objective `{key}`.", remedy
        if not skill.gap.objectives:
            yield "error", "skill", skill.id, "No objective closes this gap.", "Name one under objectives."


def _check_unused(content: Content) -> Iterator[Note]:
    pointed = {key for skill in content.skill_map.skills for key in skill.gap.objectives}
    shown = {figure.id for page in content.pages for figure in page.figures}
    for track in content.tracks:
        for objective in track.objectives:
            if objective.id not in pointed:
                pointed.add(objective.id)  # tracks share their objectives' ids; once is enough
                says = f"No gap points at the objective `{objective.id}`."
                yield "warning", "objective", f"{track.id}:{objective.id}", says, "Name it in skills.yaml."
    for figure in content.figures:
        if figure.id not in shown:
            yield "warning", "figure", figure.id, "No page shows this figure.", "Name it in a page's figures."


def _check_used(content: Content, places: Places) -> Iterator[Note]:
    # A goal that no track uses isn't part of the content; only its place tells that it was read.
    for kind, key in places:
        if kind == "goal" and key not in content.goals:
            yield "warning", kind, key, f"No track uses the goal `{key}`.", "Name it in goals/order.yaml."


def _check_tips(content: Content) -> Iterator[Note]:
    tips = Counter(tip.challenge for tip in content.tips)
    for challenge in content.challenges:
        if (count := tips[challenge.id]) < TIPS_PER_CHALLENGE:
            says = f"Only {count} tips belong to `{challenge.id}`; members would soon see repeats."
            yield "warning", "challenge", challenge.id, says, f"Write {TIPS_PER_CHALLENGE - count} more."
    for tip in content.tips:
        words = len(f"{tip.mistake} {tip.sign} {tip.instead}".split())
        if words not in TIP_WORDS:
            remedy = f"Aim at {TIP_WORDS.start} to {TIP_WORDS.stop - 1}."
            yield "warning", "tip", tip.id, f"This tip has {words} words.", remedy


def _check_lengths(content: Content) -> Iterator[Note]:
    for kind, key, limit in find_too_long(content):
        yield (
            "error",
            kind,
            key,
            f"As a message this is too much: {limit}.",
            "Shorten it, or split it in two.",
        )
