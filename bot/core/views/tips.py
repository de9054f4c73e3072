"""What is said about mistakes that many meet."""

from bot.core.chat.codec import Action
from bot.core.chat.control import Button
from bot.core.chat.message import Actions, Message, Text
from bot.core.chat.part import Markdown
from bot.core.domain.tips import Challenge, Tip
from bot.core.views.sources import sources_text

REVEAL = Action("tip.reveal", "tip_id")
NEXT = Action("tip.next", "challenge_id")

SOURCES_ROOM = 600


def tip_card(tip: Tip, challenge: Challenge) -> Message:
    """A tip; one with a question to think about keeps its answer behind a button."""
    if tip.reveal is None:
        return answered_card(tip, challenge)
    return Message(
        tip.title,
        (
            _topic(challenge),
            Text((Markdown(f"{tip.mistake}\n**How you notice it:** {tip.sign}"),)),
            Text((Markdown(f"**Think first:** {tip.reveal}"),)),
            Actions(
                (
                    Button("Show what to do", REVEAL(tip.id), "primary"),
                    Button("Another one", NEXT(challenge.id)),
                )
            ),
        ),
    )


def answered_card(tip: Tip, challenge: Challenge) -> Message:
    """The whole tip, with what to do instead and the sources."""
    return Message(
        tip.title,
        (
            _topic(challenge),
            Text((Markdown(f"{tip.mistake}\n**How you notice it:** {tip.sign}"),)),
            Text((Markdown(f"**Do this instead:** {tip.instead}"),)),
            sources_text(tip.sources, SOURCES_ROOM),
            Actions((Button("Another one", NEXT(challenge.id)),)),
        ),
    )


def _topic(challenge: Challenge) -> Text:
    return Text((Markdown(f"_{challenge.name}_"),))
