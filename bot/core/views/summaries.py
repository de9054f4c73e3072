"""How a cohort is doing, in numbers that say nothing of anybody by themselves."""

from datetime import date

from bot.core.chat.codec import Action
from bot.core.chat.control import Button
from bot.core.chat.message import Actions, Block, Field, Fields, Message, Text
from bot.core.chat.part import Markdown
from bot.core.domain.cohorts import FLOOR, Cohort, Summary
from bot.core.domain.curriculum import Content
from bot.core.domain.schedules import SUMMARY
from bot.core.views.cohorts import name_parts
from bot.core.views.progress import AHEAD, ON_PACE, goals_chart
from bot.core.views.reminders import WHY

POST = Action("summary.post", "cohort_id", "stamp")

TITLE = "How the cohort is doing"


def summary_message(content: Content, cohort: Cohort, summary: Summary, key: str, today: date) -> Message:
    """The summary as it is posted. `key` is that of its row in the ledger."""
    why = Actions((Button("Why did I get this?", WHY(SUMMARY, key)),))
    return Message(TITLE, (*_pieces(content, cohort, summary, today), why))


def preview_card(
    content: Content, cohort: Cohort, summary: Summary, stamp: int, today: date, way_in: str
) -> Message:
    """The same for the lead alone, who decides whether it is posted. `way_in`: what they do first where
    Cairn can't post; empty where it can."""
    post: Block = Actions((Button("Post it in this channel", POST(cohort.id, stamp), "primary"),))
    if way_in:
        text = f"I can't post here. {way_in}, then ask there again."
        post = Text((Markdown(text),))
    return Message(
        f"{TITLE}: a preview",
        (
            Text((Markdown("Only you see this. What is posted is counted anew at that moment."),)),
            *_pieces(content, cohort, summary, today),
            post,
        ),
    )


def posted_card(cohort: Cohort) -> Message:
    """That it is on its way."""
    text = ": the summary is on its way to this channel. `/lead schedule` has one posted each week."
    return Message("Posted", (Text((*name_parts(cohort), Markdown(text))),))


def _pieces(content: Content, cohort: Cohort, summary: Summary, today: date) -> tuple[Block, ...]:
    head = Text((*name_parts(cohort), Markdown(".")))
    if not summary.is_safe:
        text = (
            f"Fewer than {FLOOR} of them have a plan, so every sum would tell of somebody. "
            f"Goals, pace and phases appear once {FLOOR} have one."
        )
        return (head, Text((Markdown(text),)))
    facts = Fields(tuple(Field(label, (Markdown(told),)) for label, told in _facts(content, summary)))
    if not summary.tallies:
        return (head, facts)
    return (head, facts, goals_chart(summary.tallies, today, "The cohort's goals"))


def _facts(content: Content, summary: Summary) -> tuple[tuple[str, str], ...]:
    names = {phase.id: phase.name for phase in content.phases}
    reached = ", ".join(f"{names[phase]} {count}" for phase, count in summary.reached)
    return (
        ("Active", f"{summary.active} of {summary.planning} with a plan did a goal in the last two weeks"),
        ("Goals done", f"{summary.goals_week} in the last seven days, {summary.goals_all} in all"),
        ("Pace", _pace(summary)),
        ("Came as far as", reached),
    )


def _pace(summary: Summary) -> str:
    if summary.ratio is None:
        return "Nothing was due yet."
    share = f"{summary.hours_done} of {summary.hours_due} hours due so far"
    if summary.ratio >= AHEAD:
        return f"Ahead of the plans: {share}."
    if summary.ratio >= ON_PACE:
        return f"On pace: {share}."
    return f"Behind the plans: {share}."
