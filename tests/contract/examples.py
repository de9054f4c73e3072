"""A hand-made set of messages and forms that together show each block, part, style and input once."""

from datetime import UTC, datetime

from bot.core.chat.codec import ActionId
from bot.core.chat.control import Button, Choice, Link, Select
from bot.core.chat.form import DateInput, Form, MultiSelectInput, SelectInput, TextInput
from bot.core.chat.message import Actions, Divider, Field, Fields, Message, Section, Text
from bot.core.chat.part import Markdown, Mention, Moment, Plain
from bot.core.ids import Address

SAM = Mention(Address("slack", "U0123ABCD"), "Sam_S")
ANA = Mention(Address("discord", "123456789012345678"), "Ana*")
NINE = datetime(2027, 3, 1, 9, tzinfo=UTC)
DONE = Button("Done", ActionId("goal.done", ("42",)), "primary")
STOP = Button("Stop", ActionId("go.off", ("a b:c",)), "danger")
LEVELS = (Choice("New to it", "0"), Choice("Did it once", "1"), Choice("Do it weekly", "2"))

MESSAGES: dict[str, Message] = {
    "text": Message(
        "Week 3 of 12",
        (
            Text((Markdown("Read **one** _short_ thing, then run `make test`.\n- first\n- second, with [a guide](https://a.example/?b=1&c=2)"),)),
            Text((Markdown("You wrote: "), Plain("*bold*, snake_case & <!channel>\n> @everyone :tada: [x](https://b.example)"))),
        ),
    ),
    "people": Message(
        "Who is next",
        (
            Text((SAM, Markdown(" and "), ANA)),
            Text((Moment(NINE), Markdown(", "), Moment(NINE, "date"), Markdown(", "), Moment(NINE, "time"))),
        ),
    ),
    "goals": Message(
        "Goals",
        (
            Section((Markdown("**Write an evaluation**"),), DONE),
            Section((Plain("Read a paper"),), Link("Open", "https://a.example/paper")),
            Divider(),
            Fields((Field("Level", (Plain("2 of 4"),)), Field("Due", (Moment(NINE, "date"),)))),
        ),
    ),
    "rows": Message(
        "Pick",
        (
            Actions((Button("Go", ActionId("go.on")), STOP, Link("Docs", "https://a.example"))),
            Actions((Select(ActionId("level.set", ("7",)), "Your level", LEVELS),)),
        ),
    ),
}  # fmt: skip

FORM = Form(
    "Set a goal",
    ActionId("goal.set", ("7",)),
    (
        TextInput("title", "What will you do?", "One sentence", "Ship it"),
        TextInput("why", "Why?", required=False, lines=True, limit=2_000),
        DateInput("due", "By when?", value="2027-03-31"),
        SelectInput("level", "How well do you know it?", LEVELS, value="1"),
        MultiSelectInput("tags", "What is it about?", LEVELS, "Any number", ("0", "2"), required=False),
    ),
    "Save",
)

EMPTY_FORM = Form(
    "Empty",
    ActionId("goal.set", ("8",)),
    (
        DateInput("due", "By when?", required=False),
        SelectInput("level", "Level", LEVELS, required=False),
        MultiSelectInput("tags", "Tags", LEVELS),
    ),
)
