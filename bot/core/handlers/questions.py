"""Skill-gap questions: asked, answered or declined, and corrected."""

from bot.core.chat.call import Reply
from bot.core.chat.command import Option
from bot.core.chat.control import Choice
from bot.core.chat.message import Block, Message
from bot.core.domain.asked import NOTE_LIMIT, QUESTION_LIMIT, OpenQuestion, Question
from bot.core.domain.caps import FEEDBACK, UNANSWERED
from bot.core.domain.skills import Skill
from bot.core.errors import InvalidInput, NotFound
from bot.core.feature import Feature
from bot.core.handlers.caps import count, has_room
from bot.core.ids import QuestionId
from bot.core.request import Context, Glance, Request
from bot.core.views import questions as views

feature = Feature("questions", views)


def suggest_skills(_glance: Glance, ctx: Context, text: str) -> tuple[Choice, ...]:
    """The map's rows whose name holds what is typed so far."""
    wanted = text.casefold()
    names = (skill.name for skill in ctx.content.skill_map.skills)
    return tuple(Choice(name, name) for name in names if wanted in name.casefold())


@feature.command(
    "skillgap",
    "What carries over from what you do, and which gap is left",
    private=True,
    options=(
        Option(
            "question",
            "What you run or wonder about",
            suggest=suggest_skills,
            limit=QUESTION_LIMIT,
            example="I run EKS",
        ),
    ),
)
def ask(request: Request, ctx: Context, *, question: str | None = None) -> Reply:
    if question is None:
        return views.map_card(ctx.content.skill_map)
    match = ctx.library.matcher.match(question)
    if match.declined:
        kept = has_room(request, ctx, UNANSWERED)
        if kept:
            ctx.tx.questions.queue(
                request.member.space_id,
                OpenQuestion(question, "unanswered", (), (), "", 1, request.now, request.now),
            )
        return views.declined_card(question, match, ctx.content.skill_map, kept=kept)
    rows = (*match.skills, *match.lacks)
    asked = ctx.tx.questions.keep(request.member, question, rows, request.now)
    return views.answer_card(question, asked, match, ctx.content.skill_map, ctx.content.track)


@feature.action(views.SHOW_MAP)
def show_map(_request: Request, ctx: Context) -> Message:
    return views.map_card(ctx.content.skill_map)


@feature.action(views.SHOW_SKILL)
def show_skill(_request: Request, ctx: Context, skill_id: str) -> Message:
    return views.skill_card(_find_skill(ctx, skill_id), ctx.content.track)


@feature.action(views.SAY_WRONG, opens_form=True)
def say_wrong(request: Request, ctx: Context, question_id: int) -> Reply:
    return views.wrong_form(_find_question(request, ctx, question_id), ctx.content.skill_map)


@feature.form(views.REPORT)
def report(
    request: Request, ctx: Context, question_id: int, *, expected: tuple[str, ...] = (), note: str = ""
) -> Message:
    question = _find_question(request, ctx, question_id)
    if len(note) > NOTE_LIMIT:
        raise InvalidInput("option.long", option="note", limit=str(NOTE_LIMIT))
    rows = tuple(dict.fromkeys(_find_skill(ctx, skill_id).id for skill_id in expected))
    count(request, ctx, FEEDBACK)
    ctx.tx.questions.queue(
        request.member.space_id,
        OpenQuestion(question.text, "wrong", question.skills, rows, note, 1, request.now, request.now),
    )
    return views.thanks_card()


@feature.home
def show_recent(glance: Glance, ctx: Context) -> tuple[Block, ...]:
    question = ctx.tx.questions.latest(glance.member) if glance.member else None
    return views.recent_piece(question, ctx.content.skill_map) if question else ()


def _find_question(request: Request, ctx: Context, question_id: int) -> Question:
    question = ctx.tx.questions.find(request.member, QuestionId(question_id))
    if question is None:
        raise NotFound("question.gone")
    return question


def _find_skill(ctx: Context, skill_id: str) -> Skill:
    try:
        return ctx.content.skill_map.skill(skill_id)
    except KeyError:
        raise NotFound("skill.gone") from None
