"""What is said while a member rates what they know, and the gap report that comes of it."""

from collections.abc import Sequence

from bot.core.chat.chart import Chart, LevelRow, Levels
from bot.core.chat.codec import Action
from bot.core.chat.control import Button, Choice
from bot.core.chat.form import Form, SelectInput
from bot.core.chat.message import Actions, Message, Section, Text
from bot.core.chat.part import Markdown
from bot.core.domain.profiles import Assessment, GapRow, Profile, Rated, Worth
from bot.core.views.questions import SHOW_SKILL

STEP = Action("assess.step", "step")
RATE = Action("assess.rate", "step")
SAVE = Action("assess.save", "step")
EARLIER = Action("assess.earlier")

# A form's inputs are named like a handler's parameters: one for each row of a step.
INPUTS = ("first", "second", "third", "fourth", "fifth")
NOT_RATED = "not rated yet"

WORTH: dict[Worth, str] = {
    "one-step": "One level is missing: the shortest way to something finished.",
    "head-start": "Your skill beside it is strong, so most of the way is done.",
    "from-scratch": "New ground. It takes longer, and the plan starts at the beginning.",
    "closed": "Nothing is missing here.",
}


def invitation_card(steps: int) -> Message:
    """For somebody who has never rated anything."""
    words = (
        f"Rate what you do and what is new to you, in {steps} short steps. Each step is saved, so you can "
        "stop and go on later. Nobody else sees it, and there is no pass mark: it only shortens your plan."
    )
    begin = _buttons(Button("Begin", STEP(1), "primary"))
    return Message("Where are you now?", (Text((Markdown(words),)), begin))


def resume_card(step: int, steps: int) -> Message:
    """For somebody who stopped half-way."""
    words = f"You stopped at step {step} of {steps}. What you rated is saved."
    go_on = Button("Go on", STEP(step), "primary")
    # The first step can be the open one, because the map grew there since the draft was saved.
    buttons = (go_on,) if step == 1 else (go_on, Button("From the beginning", STEP(1)))
    return Message("Where are you now?", (Text((Markdown(words),)), _buttons(*buttons)))


def step_card(rows: Sequence[Rated], profile: Profile, step: int, steps: int) -> Message:
    """One step: what each level of its rows looks like, and what was rated so far."""
    back = (Button("Back", STEP(step - 1)),) if step > 1 else ()
    return Message(
        f"Step {step} of {steps}",
        (
            Text((Markdown("Find yourself in these lines, then rate. When in doubt, take the lower one."),)),
            *(Text((Markdown(_row_words(row, profile)),)) for row in rows),
            _buttons(Button("Rate these", RATE(step), "primary"), *back),
        ),
    )


def step_form(rows: Sequence[Rated], profile: Profile, step: int, steps: int) -> Form:
    """A list of levels for each row of the step, with what was chosen before."""
    return Form(
        f"Step {step} of {steps}",
        SAVE(step),
        tuple(
            SelectInput(
                name,
                row.name,
                tuple(Choice(f"{level.number}: {level.name}", str(level.number)) for level in row.levels),
                value=str(profile.levels[row.id]) if row.id in profile.levels else "",
            )
            for name, row in zip(INPUTS, rows, strict=False)
        ),
        submit="Save",
    )


def report_card(rows: Sequence[GapRow]) -> Message:
    """The gap report: a picture of all gaps, then those worth closing, each with its reason."""
    open_rows = [row for row in rows if row.missing]
    lead = "The gap most worth closing comes first." if open_rows else "You have closed every gap of the map."
    return Message(
        "Your gaps",
        (
            Text((Markdown(lead),)),
            _chart(rows),
            *(_report_row(row) for row in open_rows),
            _buttons(Button("Rate again", STEP(1)), Button("Earlier ratings", EARLIER())),
            Text((Markdown("`/plan start` turns this into dated weeks, without what you know already."),)),
        ),
    )


def earlier_card(history: Sequence[Assessment]) -> Message:
    """When the member rated, and how many levels they had in all."""
    lines = "\n".join(
        f"- {one.at:%Y-%m-%d}: {sum(one.profile.levels.values())} levels in all" for one in history
    )
    return Message("Your ratings", (Text((Markdown(lines or "There is none yet. `/assess` begins one."),)),))


def _buttons(*buttons: Button) -> Actions:
    return Actions(buttons)


def _row_words(row: Rated, profile: Profile) -> str:
    level = profile.levels.get(row.id)
    now = NOT_RATED if level is None else f"you are at {level}"
    lines = "\n".join(f"- **{one.number}: {one.name}** {one.looks_like}" for one in row.levels)
    return f"**{row.name}** ({now})\n{lines}"


def _chart(rows: Sequence[GapRow]) -> Chart:
    told = "; ".join(f"{row.skill.gap.name} {row.gap_level} of {row.wanted}" for row in rows)
    data = Levels(tuple(LevelRow(row.skill.gap.name, row.gap_level, row.wanted) for row in rows))
    return Chart(data, f"Levels by gap: {told}.")


def _report_row(row: GapRow) -> Section:
    levels = f"you are at {row.gap_level} of {row.wanted}; {row.skill.name} at {row.skill_level}"
    words = f"**{row.skill.gap.name}** ({levels})\n{WORTH[row.worth]}"
    return Section((Markdown(words),), Button("Show", SHOW_SKILL(row.skill.id)))
