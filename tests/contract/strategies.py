"""Hypothesis strategies for every Message and Form that the model can build, and the largest of them."""

from collections.abc import Iterator
from datetime import UTC, datetime

from hypothesis import strategies as st

from bot.core.chat.codec import ActionId
from bot.core.chat.control import Button, Choice, Link, Select
from bot.core.chat.form import DateInput, Form, Input, MultiSelectInput, PersonInput, SelectInput, TextInput
from bot.core.chat.markup import clip, is_visible
from bot.core.chat.message import Actions, Block, Divider, Field, Fields, Message, Section, Text
from bot.core.chat.part import Markdown, Mention, Moment, Part, Plain
from bot.core.ids import PLATFORMS, Address
from tests.soak import SOAK

# What grows most when it is drawn, and what platforms read as markup.
WORST = "&<>＞*_~`|[]()#-+.!:@\\/1aé漢😀\u200b\u200d\u202e"


def examples(count: int) -> int:
    """How many examples a test tries: a quarter of `count`, and fifty times `count` in the long campaigns."""
    return count * 50 if SOAK else max(10, count // 4)


_letters = st.one_of(
    st.sampled_from(WORST + "\n"), st.characters(exclude_categories=("Cs", "Cc")), st.sampled_from("ab ")
)
_scraps = st.sampled_from(
    (
        "**bold**",
        "_it_",
        "`code`",
        "[a](https://b.example/?c=1&d=2)",
        "<@1>",
        "@everyone",
        ":tada:",
        "-",
        "#",
        "1.",
    )
)
texts = st.one_of(st.text(_letters, max_size=60), st.lists(_scraps, max_size=8).map(" ".join))


def lines(size: int) -> st.SearchStrategy[str]:
    """Texts on one line that have something to see, of at most `size` characters on either platform."""
    return st.builds(
        lambda head, rest: clip(head + rest.replace("\n", " "), size),
        st.sampled_from("aB9漢"),
        st.text(_letters, max_size=size),
    )


names = st.from_regex(r"[a-z][a-z0-9_]{0,8}\.[a-z]{1,8}", fullmatch=True)
actions = st.builds(ActionId, names, st.lists(st.text(_letters, max_size=4), max_size=2).map(tuple)).filter(
    lambda action: len(repr(action)) < 60
)
_USER_IDS = {"slack": r"[UW][A-Z0-9]{8,10}", "discord": r"[1-9][0-9]{16,19}", "playground": r"[a-z]{1,64}"}
users = st.sampled_from(PLATFORMS).flatmap(
    lambda platform: st.builds(Address, st.just(platform), st.from_regex(_USER_IDS[platform], fullmatch=True))
)
parts: st.SearchStrategy[Part] = st.one_of(
    st.builds(Markdown, texts),
    st.builds(Plain, texts),
    st.builds(Mention, users, lines(40)),
    st.builds(
        Moment,
        st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
        st.sampled_from(("date", "time", "datetime")),
    ),
)
buttons = st.builds(Button, lines(75), actions, st.sampled_from(("normal", "primary", "danger")))
links = st.builds(Link, lines(75), st.sampled_from(("https://a.example", "https://b.example/" + "c" * 482)))
choices = st.lists(
    st.builds(Choice, lines(75), lines(100)), min_size=1, max_size=25, unique_by=lambda choice: choice.value
).map(tuple)


def _some(items: st.SearchStrategy[Part]) -> st.SearchStrategy[tuple[Part, ...]]:
    """Parts of which one at least has something to see."""
    return st.builds(
        lambda first, rest: (first, *rest),
        st.builds(Plain, texts.filter(is_visible)),
        st.lists(items, max_size=4),
    )


blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Text, _some(parts)),
    st.builds(Section, _some(parts), st.one_of(buttons, links)),
    st.builds(Fields, st.lists(st.builds(Field, lines(40), _some(parts)), min_size=1, max_size=4).map(tuple)),
    st.builds(Divider),
    st.builds(Actions, st.lists(st.one_of(buttons, links), min_size=1, max_size=5).map(tuple)),
    st.builds(Actions, st.builds(Select, actions, lines(75), choices).map(lambda select: (select,))),
)


def _keep(title: str, wanted: list[Block]) -> Message:
    """The message with each block that still fits: greedy, so that full messages are common."""
    message = Message(title, (Text((Plain("a"),)),))
    for block in wanted:
        try:
            message = Message(title, (*message.blocks, block))
        except ValueError:
            continue
    return message


messages = st.builds(_keep, lines(150), st.lists(blocks, max_size=25))


def _inputs(name: str) -> st.SearchStrategy[Input]:
    label, hint, required = lines(45), st.one_of(st.just(""), lines(100)), st.booleans()
    return st.one_of(
        st.builds(
            lambda label, hint, value, required: TextInput(name, label, hint, value, required, True, 2_000),
            label, hint, texts, required,
        ),
        st.builds(lambda label, required, limit: TextInput(name, label, required=required, limit=limit),
                  label, required, st.integers(1, 2_000)),
        st.builds(
            lambda label, hint, day, required: DateInput(name, label, hint, day, required),
            label, hint, st.one_of(st.just(""), st.dates().map(str)), required,
        ),
        st.builds(
            lambda label, hint, required: PersonInput(name, label, hint, "", required), label, hint, required
        ),
        st.builds(
            lambda label, choices, hint, chosen: SelectInput(
                name, label, choices, hint, choices[0].value if chosen else "", not chosen
            ),
            label, choices, hint, st.booleans(),
        ),
        st.builds(
            lambda label, choices, hint, count: MultiSelectInput(
                name, label, choices, hint, tuple(choice.value for choice in choices[:count]), count > 3
            ),
            label, choices, hint, st.integers(0, 25),
        ),
    )  # fmt: skip


forms = st.builds(
    Form,
    lines(24),
    actions,
    st.integers(1, 5).flatmap(lambda count: st.tuples(*(_inputs(f"input_{n}") for n in range(count)))),
    lines(24),
)


def long_id(number: int) -> ActionId:
    """An id that takes exactly the 100 characters there are."""
    return ActionId("go.on", (f"{number:02}" + "x" * 92,))


def most_choices() -> tuple[Choice, ...]:
    return tuple(Choice("漢" * 73 + f"{n:02}", "x" * 98 + f"{n:02}") for n in range(25))


def largest_messages() -> Iterator[tuple[str, Message]]:
    """By name, messages at a limit of the model: with one thing more, none of them could be built."""
    for char in WORST:
        full = Text((Plain("a" + _fill(char, 1_999)),))
        rest = Text((Plain("a" + _fill(char, 1_995)),))
        yield f"4,000 of {char!r}", Message("t", (full, rest))
        lined = Text((Plain("a" + _fill("\n" + char, 1_999)),))
        yield f"lines of {char!r}", Message(_fill(char, 149)[:149] + "t", (lined,))
    yield "20 blocks", Message("t", tuple(Text((Plain("&" * 39),)) for _ in range(20)))
    rows = (Actions(tuple(Button("Go", long_id(5 * row + n)) for n in range(5))) for row in range(5))
    yield "25 buttons", Message("t", tuple(rows))
    selects = (Actions((Select(long_id(n), "漢" * 75, most_choices()),)) for n in range(5))
    yield "5 selects", Message("漢" * 150, tuple(selects))
    sections = (Section((Plain("*"),), Button("x" * 75, long_id(n), "danger")) for n in range(13))
    yield "13 sections", Message("t", tuple(sections))
    fields = Fields(tuple(Field("_" * 10, (Plain("&" * 30),)) for _ in range(10)))
    yield "10 fields", Message("t", (fields, fields))
    many = tuple(Mention(Address("discord", f"{10**16 + n}"), "Ann") for n in range(95))
    yield "95 mentioned", Message("t", (Text(many),))


def largest_form() -> Form:
    picked = tuple(choice.value for choice in most_choices())
    return Form(
        "漢" * 24,
        long_id(0),
        (
            TextInput("text", "漢" * 45, "漢" * 100, "漢" * 2_000, lines=True, limit=2_000),
            DateInput("day", "漢" * 45, "漢" * 100, "2027-12-31", required=False),
            SelectInput("one", "漢" * 45, most_choices(), "漢" * 100, picked[0]),
            MultiSelectInput("many", "漢" * 45, most_choices(), "漢" * 100, picked),
            MultiSelectInput("x" * 100, "漢" * 45, most_choices(), required=False),
        ),
        "漢" * 24,
    )


def _fill(unit: str, room: int) -> str:
    """As many of `unit` as take at most `room` characters, without an ellipsis."""
    return unit * (len(clip(unit * room, room + 1).removesuffix("…")) // len(unit))
