"""What is said when something can't be done: what happened, and what to do next."""

from bot.core.chat.markup import clip
from bot.core.chat.message import Message, Text
from bot.core.chat.part import Markdown, Plain
from bot.core.errors import UserError

FACT_ROOM = 300

WORDS: dict[str, tuple[str, ...]] = {
    # A text is told in pieces: ours, then the name of a fact, then ours again, and so on.
    "batch.line": ("Line ", "line", " is not a JSON object with an id and a text. Mend it and run again."),
    "button.foreign": ("That button is not one I can use. Run the command again for a fresh one.",),
    "command.unknown": ("I don't know the command ", "command", ". `/cairn` lists all of them."),
    "input.required": ("Something in the form was left empty. Please open it again and fill it in.",),
    "lead.only": ("Only leads of this community can do that. Ask one of them to run it for you.",),
    "level.missing": ("Please choose a level for ", "row", ". Open the step again to go on."),
    "option.bool": ("", "option", " takes yes or no."),
    "option.choice": ("", "option", " takes one of these: ", "choices", "."),
    "option.date": ("", "option", " takes a date such as 2027-01-31."),
    "option.integer": ("", "option", " takes a whole number such as 3."),
    "option.long": (
        "",
        "option",
        " takes at most ",
        "limit",
        " characters. Please shorten it and try again.",
    ),
    "option.required": ("/", "command", " needs ", "option", ". Please run it again with that filled in."),
    "option.unknown": ("/", "command", " has no ", "option", ". `/cairn` shows what each command takes."),
    "page.gone": ("That page is not in the guide any more. `/guide` shows what there is.",),
    "piece.unknown": (
        "I know no piece called ",
        "piece",
        ". Give the id or the file of a tip, page, skill or track.",
    ),
    "question.gone": ("I don't have that question of yours any more. Ask again with `/skillgap`.",),
    "skill.gone": ("That row is not on the map any more. `/skillgap` shows the map as it is.",),
    "tip.gone": ("That tip is not there any more. `/tip` shows another one.",),
    "topic.unknown": ("I have nothing about ", "topic", ". There is: ", "topics", "."),
}


def refusal(error: UserError) -> Message:
    """Why the caller's request was not done. Facts may have been typed by people, so they stay plain."""
    pieces = WORDS[error.reason]
    parts = tuple(
        Plain(clip(error.facts[piece], FACT_ROOM)) if index % 2 else Markdown(piece)
        for index, piece in enumerate(pieces)
        if piece
    )
    return Message("That didn't work", (Text(parts),))


def busy() -> Message:
    return Message(
        "One moment",
        (Text((Markdown("That took too long, so I kept nothing of it. Please try again in a moment."),)),),
    )


def bug(reference: str) -> Message:
    """Something broke on our side. `reference` finds the trace in the log."""
    return Message(
        "That was my mistake",
        (
            Text(
                (
                    Markdown(
                        "Something broke on my side, and nothing was changed. Try again; if it happens "
                        f"twice, give this reference to whoever runs me: `{reference}`"
                    ),
                )
            ),
        ),
    )
