"""What is shown to be copied is exactly what was typed, on every platform."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.discord import render as discord
from bot.adapters.playground import render as playground
from bot.adapters.slack import render as slack
from bot.core.chat.call import Answer, Pressed, Submitted, Typed
from bot.core.chat.message import Copy, Message, plain_text
from bot.core.chat.typed import clean
from bot.core.errors import InvalidInput
from bot.core.given import read_typed, typed_again
from bot.core.views.errors import bug, busy, refusal
from bot.core.views.homes import which_home
from bot.core.views.typed_back import hand_back, with_typed
from tests.contract.discord_limits import check_message as check_discord
from tests.contract.hostile import HOSTILE
from tests.contract.planning import HERE, THERE
from tests.contract.slack_limits import check_message as check_slack
from tests.contract.strategies import examples

CODE = re.compile(r"```\n(.*)\n```", re.S)


def copied(message: Message) -> list[tuple[str, str, str]]:
    """What somebody copies from each Copy on Slack, Discord and in the playground."""
    drawn = zip(
        message.blocks,
        slack.message_payload(message)["blocks"][1:],
        discord.message_payload(message)["components"][1:],
        playground.message_payload(message)["blocks"],
        strict=True,
    )
    return [
        (_from_slack(one), _from_discord(two), three["text"])
        for block, one, two, three in drawn
        if isinstance(block, Copy)
    ]


def _from_slack(block: dict[str, dict[str, object]]) -> str:
    """Slack reads no marks in a plain text, and no names of signs in this one."""
    assert block["text"]["type"] == "plain_text"
    assert block["text"]["emoji"] is False
    return str(block["text"]["text"])


def _from_discord(component: dict[str, str]) -> str:
    """In a block of code everything but its end stands for itself; elsewhere a backslash hides a mark."""
    found = CODE.fullmatch(component["content"])
    if found is None:
        return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", component["content"])
    assert "```" not in found[1]
    return found[1]


@pytest.mark.parametrize(
    "text", [*HOSTILE, "&amp; &lt;b&gt;", "a\\*b\\\\", "```js\nx\n```", "``` `` `", "\\`", "yes"]
)
def test_what_is_shown_is_what_was_typed(text: str) -> None:
    typed = clean(text, 2_000)
    assert copied(busy((typed,))) == [(typed, typed, typed)]


@settings(max_examples=examples(100))
@given(st.text(st.characters(codec="utf-8") | st.sampled_from("`*_~\\&<>@#:|"), max_size=400))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    typed = clean(text, 400)
    assert copied(busy((typed,))) == ([(typed, typed, typed)] if typed else [])


def test_a_long_note_comes_back_whole_with_the_link_beside_it() -> None:
    link, note = f"https://a.example/{'x' * 400}", "*_`" * 600
    message = refusal(InvalidInput("evidence.link"), (link, "repository", note))
    assert [one[0] for one in copied(message)] == [link, "repository", note]
    check_slack(slack.message_payload(message))
    check_discord(discord.message_payload(message))


def test_more_than_a_message_holds_is_cut_at_its_end() -> None:
    message = bug("ab12", ("x" * 2_000,) * 5)
    kept = [one[0] for one in copied(message)]
    assert kept[0] == "x" * 2_000
    assert len("".join(kept)) > 2_500


FORM = Submitted("evidence.add:1:a", {"link": "http://x", "kinds": ("a",), "note": "A\nnote"})
LINE = Typed("plan start", {"hours": 6, "zone": "New York"})


def test_nothing_that_was_typed_is_lost_whatever_keeps_a_call_from_being_carried_out() -> None:
    assert read_typed(FORM) == ("http://x", "A\nnote")
    assert typed_again(FORM) == ("http://x", "A\nnote")
    assert typed_again(LINE) == ('/plan start hours:6 zone:"New York"',)
    assert typed_again(Typed("skillgap", {"question": "I run EKS"})) == ("/skillgap question:I run EKS",)
    assert typed_again(Pressed("go.on")) == typed_again(Typed("plan view")) == ()


def test_the_question_which_community_keeps_what_was_typed() -> None:
    asked = Answer(which_home((HERE, THERE)), private=True)
    shown = with_typed(asked, typed_again(LINE)).reply
    assert isinstance(shown, Message)
    assert '/plan start hours:6 zone:"New York"' in plain_text(shown)
    assert with_typed(asked, ()) == asked
    assert hand_back(("  ", "")) == ()
