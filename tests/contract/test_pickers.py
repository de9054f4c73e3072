"""Naming somebody: in the platform's own picker, whether they have used Cairn or not."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, func, select

from bot.adapters.discord import publish as discord_publish
from bot.adapters.discord import receive as discord_receive
from bot.adapters.discord import render as discord_render
from bot.adapters.slack import publish as slack_publish
from bot.adapters.slack import render as slack_render
from bot.adapters.slack.receive import Reader
from bot.core.catalog import Catalog
from bot.core.chat.call import Caller, Pressed, Typed
from bot.core.chat.codec import ActionId
from bot.core.chat.form import Form, PersonInput
from bot.core.chat.message import mentions_of
from bot.core.chat.picked import read_picked, write_picked
from bot.core.handlers import FEATURES
from bot.core.ids import Address
from bot.core.views.asking import ask_missing
from bot.storage.store import DatabaseStore
from bot.storage.tables import members
from tests.contract import slack_payloads as sent
from tests.contract.gathering import LEAD, Hall
from tests.contract.planning import HERE
from tests.contract.slack_payloads import BOT, HOOKS
from tests.contract.test_slack_receive import SPACE

CATALOG = Catalog(FEATURES)
NAMING = tuple(one for one in CATALOG.commands.values() if any(option.person for option in one.options))
READER = Reader(SPACE, BOT, "", HOOKS, CATALOG.commands)
TWIN_A = Caller(Address("playground", "twin-a"), "Robin")
TWIN_B = Caller(Address("playground", "twin-b"), "Robin")
NOBODY_YET = "stranger"
ASKED = Form("Who?", ActionId("goal.set", ("7",)), (PersonInput("member", "Who", value="@=42"),))


@pytest.fixture
def hall(engine: Engine, store: DatabaseStore) -> Hall:
    hall = Hall(engine, store)
    hall.gather(TWIN_A, TWIN_B, plans=False)
    return hall


def count_members(hall: Hall) -> int:
    with hall.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(members)).scalar_one()


def test_every_option_that_names_somebody_has_the_picker() -> None:
    named = {
        command.name
        for command in CATALOG.commands.values()
        for one in command.options
        if one.name == "member"
    }
    assert (
        {one.name for one in NAMING}
        == named
        == {f"lead {one}" for one in ("invite", "remove", "promote", "demote")}
    )
    (lead,) = (one for one in discord_publish.commands(CATALOG) if one["name"] == "lead")
    drawn = [
        option for member in lead["options"] for option in member["options"] if option["name"] == "member"
    ]
    assert len(drawn) == len(NAMING)
    assert all(one["type"] == 6 and "autocomplete" not in one and "max_length" not in one for one in drawn)
    told = {
        one["command"]: one["should_escape"]
        for one in slack_publish.manifest(CATALOG)["features"]["slash_commands"]
    }
    assert told.pop("/lead")
    assert not any(told.values())


def test_slack_s_form_offers_its_people_and_says_who_was_chosen() -> None:
    form = ask_missing(CATALOG.commands["lead remove"], {"member": "@=U7"})
    assert form is None, "nothing is missing"
    form = ask_missing(CATALOG.commands["lead remove"], {"cohort": "Autumn"})
    assert form is not None
    blocks = slack_render.form_payload(form, ("member", "cohort"))["blocks"]
    (element,) = (one["element"] for one in blocks if one["block_id"] == "member")
    assert element == {"type": "users_select", "action_id": "member"}
    state = {"member": {"member": {"type": "users_select", "selected_user": "U7"}}}
    view = sent.RUN_SUBMISSION["view"] | {
        "callback_id": "command.run:lead%20remove",
        "state": {"values": state},
    }
    call = READER.submission(sent.RUN_SUBMISSION | {"view": view}).call
    assert call.what == Typed("lead remove", {"member": "@=U7"})


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("invite Autumn <@U0ADA|ada>", {"cohort": "Autumn", "member": "@=U0ADA"}),
        ("invite <@U0ADA>", {"member": "@=U0ADA"}),
        ("invite member:<@W0ADA|ada.b> cohort:Autumn", {"cohort": "Autumn", "member": "@=W0ADA"}),
        ("invite Autumn @ada", {"cohort": "Autumn", "member": "@ada"}),
        ("create name:<#C1|general> &amp; <https://x.example|x.example>", {"name": "#general & x.example"}),
    ],
)
def test_slack_s_codes_for_people_are_read_in_a_command(text: str, given: dict[str, str]) -> None:
    call = READER.command(sent.COMMAND | {"command": "/lead", "text": text}).call
    assert call.what == Typed(f"lead {text.split()[0]}", given)


def test_discord_s_choice_is_read_in_a_command_and_in_a_form() -> None:
    option = {"name": "member", "type": 6, "value": "42"}
    data = {"name": "lead", "options": [{"type": 1, "name": "remove", "options": [option]}]}
    asked = discord_receive.read_asked({"type": 2, "data": data}, {})
    assert asked == Typed("lead remove", {"member": "@=42"})
    (label,) = discord_render.form_payload(ASKED)["components"]
    assert label["component"]["type"] == 5
    assert label["component"]["default_values"] == [{"id": "42", "type": "user"}]
    held = {"type": 18, "component": {"type": 5, "custom_id": "member", "values": ["43"]}}
    sent_form = discord_receive.read_asked(
        {"type": 5, "data": {"custom_id": "goal.set:7", "components": [held]}}, {}
    )
    assert sent_form.values == {"member": "@=43"}  # type: ignore[union-attr]
    crafted = option | {"value": "42) or 1=1"}
    data = {"name": "lead", "options": [{"type": 1, "name": "remove", "options": [crafted]}]}
    with pytest.raises(discord_receive.Malformed):
        discord_receive.read_asked({"type": 2, "data": data}, {})


def test_what_people_type_is_never_a_choice() -> None:
    assert read_picked(write_picked("U7")) == "U7"
    for typed in ("U7", "@U7", "@ada", "@= U7", "@=", "@=U7 x", "<@U7>"):
        assert read_picked(typed) is None


def test_of_two_with_one_name_the_chosen_one_is_meant(hall: Hall) -> None:
    assert "Several members are called Robin" in hall.lead("remove", member="Robin")
    assert "Robin is out of the cohort" in hall.lead("remove", member=write_picked("twin-b"))
    with hall.store.read() as tx:
        space = tx.members.space(HERE.address)
        assert space is not None
        (cohort,) = tx.cohorts.running(space)
        assert [one.address for one in tx.cohorts.members(space, cohort.id)] == [TWIN_A.address]


def test_who_has_not_used_cairn_can_be_invited_and_nothing_of_them_is_kept(hall: Hall) -> None:
    before = count_members(hall)
    assert "you are invited" in hall.lead("invite", member=write_picked(NOBODY_YET))
    assert tuple(mentions_of(hall.card.blocks)) == (Address("playground", NOBODY_YET),)
    assert not hall.private
    assert count_members(hall) == before
    assert "haven't used me here yet" in hall.lead("remove", member=write_picked(NOBODY_YET))
    assert "haven't used me here yet" in hall.lead("demote", member=write_picked(NOBODY_YET))
    assert count_members(hall) == before


async def test_of_a_lead_who_has_not_used_cairn_only_the_id_is_kept(hall: Hall) -> None:
    hall.lead("promote", member=write_picked(NOBODY_YET))
    with hall.engine.connect() as connection:
        row = connection.execute(select(members).where(members.c.foreign_id == NOBODY_YET)).one()
    assert (row.name, row.handle, row.zone, row.seen_on) == (NOBODY_YET, None, None, None)
    assert await hall.live(hall.clock.at) == [], "nothing is sent to them"
    assert "@somebody" in hall.lead("members")
    them = replace(LEAD, address=Address("playground", NOBODY_YET), name="Kim", is_lead=False)
    assert "Kim" in hall.lead("members", them)


def test_a_handle_that_nobody_has_gets_a_clear_answer(hall: Hall) -> None:
    told = hall.lead("remove", member="@nobody")
    assert "I don't know a member called @nobody" in told
    assert "the @handle of somebody who has used me here" in told
    assert "Which member? Choose one" in hall.lead("promote")


def test_a_new_cohort_has_the_button_that_it_speaks_of(hall: Hall) -> None:
    hall.lead("create", name="Winter")
    told = hall.press("Invite", caller=LEAD)
    assert "Winter, 0 members" in told
    assert not hall.private


def test_closing_offers_to_keep(hall: Hall) -> None:
    hall.lead("close")
    keep = Pressed(hall.find("Keep it"))
    assert "goes on. Nothing changed." in hall.tell(keep, LEAD)
    assert "Autumn, 2 members" in hall.lead("members")
