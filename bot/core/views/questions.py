"""What is said about skills and gaps."""

from collections.abc import Iterable

from bot.core.chat.codec import Action
from bot.core.chat.control import Button, Choice, Select
from bot.core.chat.form import Form, MultiSelectInput, TextInput
from bot.core.chat.markup import clip
from bot.core.chat.message import Actions, Block, Divider, Message, Section, Text
from bot.core.chat.part import Markdown, Part, Plain
from bot.core.domain.asked import NOTE_LIMIT, Question
from bot.core.domain.curriculum import Track
from bot.core.domain.questions import Match
from bot.core.domain.skills import Background, Gap, Level, Skill, SkillMap
from bot.core.ids import QuestionId
from bot.core.views.gaps import ADD_GOALS, SHOW_GOALS
from bot.core.views.sources import sources_text

SHOW_MAP = Action("skill.map")
SHOW_SKILL = Action("skill.show", "skill_id")
SAY_WRONG = Action("question.wrong", "question_id")
REPORT = Action("question.report", "question_id")

WORDS_ROOM = 60
QUESTION_ROOM = 300
SOURCES_ROOM = 700


def map_card(skill_map: SkillMap) -> Message:
    """The whole map, a row and its button for each skill."""
    rows = tuple(_row(skill) for skill in skill_map.skills)
    lead = (
        "What you already do, where it goes to work in AI, and the gap that is left. Press one to see more."
    )
    return Message("The skill map", (Text((Markdown(lead),)), *rows))


def skill_card(skill: Skill, track: Track) -> Message:
    """One row of the map in full: what carries over, the gap, its levels, the phases that close it."""
    gap = skill.gap
    return Message(
        f"{skill.name}: what carries over",
        (
            Text((Markdown(f"{skill.carries_over}\n**In AI:** {skill.application}"),)),
            Text((Markdown(f"**The gap: {gap.name}**\n{gap.summary}\n{_phases(skill, track)}"),)),
            Text((Markdown(f"**How far people are in {gap.name}**\n{_levels(gap.levels)}"),)),
            sources_text(skill.sources, SOURCES_ROOM),
            Actions(
                (
                    Button("Goals that close it", SHOW_GOALS(gap.id), "primary"),
                    _add(gap),
                    Button("The whole map", SHOW_MAP()),
                )
            ),
        ),
    )


def answer_card(text: str, question: QuestionId, match: Match, skill_map: SkillMap, track: Track) -> Message:
    """The rows that the question speaks of, with the words that matched, the gaps and the sources."""
    had = tuple(skill_map.skill(skill_id) for skill_id in match.skills)
    lacked = tuple(skill_map.skill(skill_id) for skill_id in match.lacks)
    blocks: list[Block] = [Text((Markdown("You asked: "), Plain(clip(text, QUESTION_ROOM))))]
    blocks += [_had(skill, match.matched.get(skill.id, ()), track) for skill in had]
    if lacked:
        blocks += [Divider(), Text((Markdown("**What you say you don't have yet**"),))]
        blocks += [_lacked(skill, match.matched.get(skill.id, ()), track) for skill in lacked]
    sources = (source for skill in (*had, *lacked) for source in skill.sources)
    blocks.append(sources_text(sources, SOURCES_ROOM))
    blocks.append(
        Actions((Button("This is wrong", SAY_WRONG(question)), Button("The whole map", SHOW_MAP())))
    )
    return Message(_title(had, lacked), tuple(blocks))


def declined_card(text: str, match: Match, skill_map: SkillMap, *, kept: bool = True) -> Message:
    """No row fits: says so, names what was recognised all the same, offers the nearest rows. `kept`: whether
    the question is in the authors' list now."""
    known = tuple(skill_map.background(background_id) for background_id in match.backgrounds)
    nearest = tuple(skill_map.skill(skill_id) for skill_id in match.nearest)
    return Message(
        "My map doesn't cover that",
        (
            Text((Markdown("You asked: "), Plain(clip(text, QUESTION_ROOM)))),
            *(Text((Markdown(f"**{background.name}** {background.says}"),)) for background in known),
            Text((Markdown(_declined_words(known, nearest, kept)),)),
            *(_row(skill) for skill in nearest),
            Actions((Button("The whole map", SHOW_MAP()),)),
        ),
    )


def wrong_form(question: Question, skill_map: SkillMap) -> Form:
    """Asks which rows would have been right, and why."""
    return Form(
        "What would be right?",
        REPORT(question.id),
        (
            MultiSelectInput(
                "expected",
                "Rows that your question speaks of",
                tuple(Choice(skill.name, skill.id) for skill in skill_map.skills),
                hint="Choose none if no row fits.",
                required=False,
            ),
            TextInput(
                "note",
                "What did I get wrong?",
                hint="A sentence is plenty.",
                required=False,
                lines=True,
                limit=NOTE_LIMIT,
            ),
        ),
        submit="Send",
    )


def thanks_card() -> Message:
    words = (
        "Thank you. Your question is now in this community's list of answers to mend. "
        "It holds your words, not your name."
    )
    return Message("Noted", (Text((Markdown(words),)), Actions((Button("The whole map", SHOW_MAP()),))))


def recent_piece(question: Question, skill_map: SkillMap) -> tuple[Block, ...]:
    """For the home: the member's latest question and a way back to its rows."""
    known = {skill.id: skill for skill in skill_map.skills}  # one may have left the map since then
    rows = tuple(known[skill_id] for skill_id in question.skills if skill_id in known)[:2]
    asked = Text((Markdown("**You last asked**\n"), Plain(clip(question.text, QUESTION_ROOM))))
    return (asked, *(_row(skill) for skill in rows))


def _next_steps(skills: tuple[Skill, ...], question: QuestionId) -> tuple[Actions, ...]:
    """The goals of the gap, or of one of the gaps, and what to do about a wrong answer."""
    always = (Button("This is wrong", SAY_WRONG(question)), Button("The whole map", SHOW_MAP()))
    if len(skills) == 1:
        gap = skills[0].gap
        return (Actions((Button("Its goals", SHOW_GOALS(gap.id), "primary"), _add(gap), *always)),)
    gaps = tuple(Choice(skill.gap.name, skill.gap.id) for skill in skills)
    return (Actions((Select(SHOW_GOALS.select(), "Goals that close a gap", gaps),)), Actions(always))


def _add(gap: Gap) -> Button:
    return Button("Add it to my plan", ADD_GOALS(gap.id))


def _title(had: tuple[Skill, ...], lacked: tuple[Skill, ...]) -> str:
    gaps = len({skill.gap.id for skill in (*had, *lacked)})
    noun = "gap" if gaps == 1 else "gaps"
    return f"What carries over, and the {noun} left" if had else f"Where to start: {gaps} {noun}"


def _row(skill: Skill) -> Section:
    words = f"**{skill.name}** → {skill.application}\nGap left: {skill.gap.name}"
    return Section((Markdown(words),), Button("Show", SHOW_SKILL(skill.id)))


def _had(skill: Skill, words: tuple[str, ...], track: Track) -> Section:
    told = f"\n{skill.carries_over}\n**In AI:** {skill.application}\n**Gap left:** {skill.gap.name}. "
    return Section(
        (Markdown(f"**{skill.name}**"), *_matched(words), Markdown(told + _phases(skill, track))),
        Button("Details", SHOW_SKILL(skill.id)),
    )


def _lacked(skill: Skill, words: tuple[str, ...], track: Track) -> Section:
    told = f"\nIn AI it is for: {skill.application}. The gap to close: {skill.gap.name}. "
    return Section(
        (Markdown(f"**{skill.name}**"), *_matched(words), Markdown(told + _phases(skill, track))),
        Button("Details", SHOW_SKILL(skill.id)),
    )


def _matched(words: tuple[str, ...]) -> tuple[Part, ...]:
    """The words of the question that led here; they were typed, so they stay plain."""
    if not words:
        return ()
    return (Markdown(" (from your words: "), Plain(clip(", ".join(words), WORDS_ROOM)), Markdown(")"))


def _phases(skill: Skill, track: Track) -> str:
    phases = track.phases_with(skill.gap.objectives)
    named = " and ".join(
        f"phase {number}, {phase.name} ({phase.weeks_min}-{phase.weeks_max} weeks)"
        for number, phase in phases
    )
    return f"Closed in {named}." if named else ""


def _levels(levels: Iterable[Level]) -> str:
    return "\n".join(f"- **{level.name}**: {level.looks_like}" for level in levels)


def _declined_words(known: tuple[Background, ...], nearest: tuple[Skill, ...], kept: bool) -> str:
    said = "I found no row of my map in your question" if not known else "It is no row of my map, though"
    offer = (
        "Did you mean one of these?" if nearest else "Try naming a product or a task, such as `EKS` or `RDS`."
    )
    noted = "I kept it, without your name, for the people who write my answers."
    if not kept:
        noted = "I have kept as many of your questions for my authors as I do in one day, so not this one."
    return f"{said}, so I won't guess. {noted} {offer}"
