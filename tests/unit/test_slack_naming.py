"""With a prefix, every command is called in a workspace as it is typed there; what people typed stays."""

from dataclasses import replace

import pytest

from bot.adapters.slack.naming import Naming
from bot.core.chat.call import Answer
from bot.core.chat.codec import ActionId
from bot.core.chat.form import Form, TextInput
from bot.core.chat.message import TEXT_LIMIT, Field, Fields, Message, Text, Update
from bot.core.chat.part import Markdown, Plain
from tests.contract.examples import MESSAGES

NAMING = Naming("ai-", ("plan", "lead"))
SAID = "`/plan start` or `/lead`, never `/planet` nor /plan, `/tmp/plan`."
NAMED = "`/ai-plan start` or `/ai-lead`, never `/planet` nor /plan, `/tmp/plan`."


def test_our_own_words_name_commands_as_they_are_typed() -> None:
    typed = Plain(SAID)
    said = Message("Plans", (Text((Markdown(SAID), typed)), Fields((Field("Try", (Markdown(SAID),)),))))
    named = Message("Plans", (Text((Markdown(NAMED), typed)), Fields((Field("Try", (Markdown(NAMED),)),))))
    assert NAMING.message(said) == named
    assert NAMING.answer(Answer(said, private=True, refused=True)) == Answer(
        named, private=True, refused=True
    )
    assert NAMING.answer(Answer(Update(said), private=False)) == Answer(Update(named), private=False)


def test_only_the_title_of_a_form_can_be_a_command() -> None:
    asks = Form("/lead promote", ActionId("command.run"), (TextInput("title", "`/plan`"),))
    assert NAMING.form(asks) == replace(asks, title="/ai-lead promote")
    long = replace(asks, title="/lead promote a member..")
    assert NAMING.form(long).title == "/ai-lead promote a membe"
    form = Answer(Form("Plan", ActionId("plan.start"), (TextInput("title", "Title"),)), private=True)
    assert NAMING.answer(form) == form


@pytest.mark.parametrize("naming", [Naming("", ("plan",)), Naming("ai-", ())])
def test_without_a_prefix_nothing_is_called_otherwise(naming: Naming) -> None:
    said = Message("Plans", (Text((Markdown(SAID),)),))
    assert naming.message(said) == said


def test_what_has_no_room_for_longer_names_keeps_the_short_ones() -> None:
    full = Text((Markdown("`/plan` " * 20), Plain("x" * (TEXT_LIMIT - 250))))
    crowd = replace(MESSAGES["goals"], blocks=(full, full))
    short = Text((Markdown("`/plan`"),))
    assert NAMING.blocks((full, short)) == (full, Text((Markdown("`/ai-plan`"),)))
    assert NAMING.message(crowd).blocks == crowd.blocks
