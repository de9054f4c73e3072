"""What is said when it isn't clear which community a direct message is meant for."""

from collections.abc import Sequence

from bot.core.chat.call import Space
from bot.core.chat.codec import Action
from bot.core.chat.control import CHOICE_LIMIT, LABEL_LIMIT, Button, Choice, Select
from bot.core.chat.message import Actions, Message, Text
from bot.core.chat.part import Markdown, Plain

HOME = Action("home.choose", "space_id")
ASK = Action("home.ask")
# What is typed behind `/cairn` to be asked once more.
COMMUNITY = "community"


def which_home(homes: Sequence[Space]) -> Message:
    """Asked once: in which of the communities somebody writes."""
    ask = (
        "You are in several communities that I know. Which one is this about? I remember it, and "
        "`/cairn community` asks again."
    )
    choices = tuple(Choice(home.name[:LABEL_LIMIT], home.address.id) for home in homes[:CHOICE_LIMIT])
    return Message(
        "Which community?", (Text((Markdown(ask),)), Actions((Select(HOME.select(), "Choose one", choices),)))
    )


def home_chosen(home: Space) -> Message:
    parts = (Markdown("From now on, your direct messages are about "), Plain(home.name), Markdown("."))
    return Message(
        "All right",
        (
            Text(
                (*parts, Markdown(" Please ask again. `/cairn community` changes it.")),
            ),
            Actions((Button("Choose another community", ASK()),)),
        ),
    )


def home_card(home: Space) -> Message:
    """Which community this is, for who asks where there is nothing to choose."""
    parts = (
        Markdown("This is about "),
        Plain(home.name),
        Markdown(
            ". In direct messages with me, `/cairn community` asks which community you mean, if you are in "
            "several."
        ),
    )
    return Message("Your community", (Text(parts),))
