"""300 texts that people could type to mention others or pass for markup, and each place for one."""

from collections.abc import Iterator

from bot.core.chat.codec import ActionId
from bot.core.chat.control import Button, Choice, Link, Select
from bot.core.chat.form import Form, MultiSelectInput, TextInput
from bot.core.chat.message import Actions, Block, Field, Fields, Message, Section, Text
from bot.core.chat.part import Markdown, Mention, Plain
from bot.core.errors import UserError
from bot.core.ids import Address
from bot.core.views.errors import WORDS, refusal

MENTIONS = (
    "<!channel>", "<!here>", "<!everyone>", "<!here|here>", "<@U0123ABCD>", "<@U0123ABCD|ann>",
    "<@W0123ABCD>", "<#C0123ABCD>", "<#C0123ABCD|general>", "<!subteam^S0123ABCD>",
    "<!subteam^S0123ABCD|@leads>", "<!date^0^{date}^https://evil.example|@here>", "@everyone", "@here",
    "@channel", "<@123456789012345678>", "<@!123456789012345678>", "<@&123456789012345678>",
    "<#123456789012345678>",
    "</plan start:123456789012345678>", "<id:customize>", "<t:0:R>", "<:party:123456789012345678>",
    "<a:party:123456789012345678>", ":tada::+1:",
)  # fmt: skip
MARKUP = (
    "**bold** __under__ *it* _it_ ~~gone~~ ||hidden||", "```py\nprint(1)\n```", "# Title", "-# small",
    "> quote", ">>> all of it", "- item\n  - item", "1. item\n2) item", "[bank](https://evil.example)",
    "[https://good.example](<https://evil.example> 'x')", "<https://evil.example|bank>",
    "https://evil.example/a_b_c", "<mailto:a@evil.example|write>", "discord.gg/evil www.evil.example",
    "&lt;!channel&gt; &amp;lt;!here&amp;gt;", "<script>alert(1)</script>",
    "{{ 7 * 7 }} ${x} %(x)s {0.__class__}", "\\*a\\* \\<@1> \\", "\u202e<@1> dlrow\u202c \u2066@here\u2069",
    "Z\u0351\u036b\u0343a\u0300\u0315l\u0334\u0321go",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 a\u200db\u200cc", "＞ full ＃ width ＠everyone ＊x＊",
    "@\u200beveryone <\u200b@1> @\u00adhere", "a\n\n# b\n\n> c\n\n* d", "`a` ``b`` *c_ ~d*",
)  # fmt: skip
AROUND = ("{}", "a {} b", "a{}b", "**{}**", "x\n{}\ny", "[{}](https://evil.example)")

HOSTILE = tuple(around.replace("{}", core) for core in (*MENTIONS, *MARKUP) for around in AROUND)


def messages_with(text: str) -> Iterator[tuple[str, Message]]:
    """Messages with `text` where they show what people typed, by the name of the place."""
    line = " ".join(text.split())
    stranger = Mention(Address("playground", "ann"), line)
    go, label = ActionId("go.on"), line[:30]
    places: dict[str, Block] = {
        "text": Text((Plain(text),)),
        "after ours": Text((Markdown("**Ours** `x` "), Plain(text), Markdown("\n- _ours_"))),
        "torn apart": Text(tuple(Plain(char) for char in text)),
        "section": Section((Plain(text),), Button("Go", go)),
        "field": Fields((Field("Label", (Plain(text),)), Field("Other", (Plain(text),)))),
        "label of field": Fields((Field(line, (Markdown("ours"),)),)),
        "name of a stranger": Text((stranger, Markdown(" is here"))),
        "button": Section((Markdown("ours"),), Button(label, go)),
        "link": Actions((Link(label, "https://a.example"),)),
        "choice": Actions((Select(go, label, (Choice(label, line[:100]),)),)),
    }
    for place, block in places.items():
        yield place, Message("Ours", (block,))
    for reason, pieces in WORDS.items():
        if facts := pieces[1::2]:
            yield reason, refusal(UserError(reason, **dict.fromkeys(facts, text)))
    yield "title", Message(line[:150], (Text((Markdown("ours"),)),))


def form_with(text: str) -> Form:
    """A form with `text` in every place."""
    line = " ".join(text.split())
    choices = (Choice(line[:75], line[:100]),)
    return Form(
        line[:24],
        ActionId("go.on", (line[:5],)),
        (
            TextInput("typed", line[:45], line[:100], text[:200], lines=True),
            MultiSelectInput("picked", line[:45], choices, line[:100]),
        ),
        line[:24],
    )
