"""A role of the platform that makes leads: asked for at every call, and of its own community alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from bot.adapters.discord.publish import commands as discord_commands
from bot.adapters.playground.publish import palette
from bot.adapters.slack.publish import manifest
from bot.core.catalog import Catalog
from bot.core.chat.call import Caller, Pressed, Space
from bot.core.handlers import FEATURES
from bot.core.ids import Address
from bot.storage.store import DatabaseStore
from tests.contract.gathering import LEAD, Hall
from tests.contract.planning import MONDAY

SERVER = Space(Address("discord", "900"), "Server")
OTHER = Space(Address("discord", "901"), "Other")
CHIEF = Caller(Address("discord", "1"), "Chief", is_lead=True)
GUIDE = Caller(Address("discord", "2"), "Guide", roles=("77", "78"))
REFUSED = "Only leads of this community can do that"
CATALOG = Catalog(FEATURES)


@pytest.fixture
def hall(engine: Engine, store: DatabaseStore) -> Hall:
    made = Hall(engine, store)
    made.lead("create", CHIEF, SERVER, name="Autumn")
    return made


def test_who_has_the_role_is_a_lead_for_as_long_as_they_have_it(hall: Hall) -> None:
    assert REFUSED in hall.lead("close", GUIDE, SERVER)
    assert "Whoever has that role" in hall.lead("promote", CHIEF, SERVER, role="78")
    assert "Close this cohort?" in hall.lead("close", GUIDE, SERVER)
    close = Pressed(hall.find("Close it"))
    assert REFUSED in hall.tell(close, replace(GUIDE, roles=("77",)), SERVER)
    assert REFUSED in hall.tell(close, replace(GUIDE, roles=()), SERVER)
    assert "And a role makes leads" in hall.lead("members", CHIEF, SERVER)
    assert "for having that role" in hall.lead("demote", CHIEF, SERVER, role="78")
    assert REFUSED in hall.tell(close, GUIDE, SERVER)
    assert "makes no leads" in hall.lead("demote", CHIEF, SERVER, role="78")


def test_a_role_leads_in_its_own_community_alone(hall: Hall) -> None:
    hall.lead("promote", CHIEF, SERVER, role="78")
    assert REFUSED in hall.lead("create", GUIDE, OTHER, name="Elsewhere")


def test_a_role_is_no_role_of_other_platforms(hall: Hall) -> None:
    assert "I'm told of no roles here" in hall.lead("promote", LEAD, role="78")
    assert "I'm told of no roles here" in hall.lead("demote", LEAD, role="78")
    assert "Which member?" in hall.lead("promote", LEAD)
    assert "Which member?" in hall.lead("demote", LEAD)


def test_what_everybody_has_makes_nobody_a_lead(hall: Hall) -> None:
    assert "Everybody has that role" in hall.lead("promote", CHIEF, SERVER, role=SERVER.address.id)


def test_a_lead_by_role_can_name_others(hall: Hall) -> None:
    hall.lead("promote", CHIEF, SERVER, role="78")
    hall.lead("promote", GUIDE, SERVER, role="79")
    assert "And 2 roles make leads" in hall.lead("members", GUIDE, SERVER)
    assert "A new lead" in hall.lead("promote", GUIDE, SERVER, member="Guide")


async def test_what_a_lead_by_role_had_posted_comes(hall: Hall) -> None:
    hall.lead("promote", CHIEF, SERVER, role="78")
    hall.lead("schedule", GUIDE, SERVER, day="Monday", hour="9:00", zone="Europe/Lisbon")
    hall.clock.at = MONDAY + timedelta(weeks=1)
    hall.planner.plan_due(hall.clock.at)
    await hall.courier.drain("discord")
    assert hall.ears.places == ["#general"]


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ((), ["@2"]),
        (("demote",), []),
        # Whoever took the role's word for it leads in their own name meanwhile.
        (("promote", "demote"), ["@2"]),
    ],
)
async def test_a_preview_comes_while_its_role_leads(
    hall: Hall, changes: tuple[str, ...], places: list[str]
) -> None:
    hall.lead("promote", CHIEF, SERVER, role="78")
    hall.lead("tips", GUIDE, SERVER, action="preview")
    for change in changes:
        given = {"member": "Guide"} if change == "promote" else {"role": "78"}
        hall.lead(change, CHIEF, SERVER, **given)
    await hall.courier.drain("discord")
    assert hall.ears.places == places


def test_only_discord_offers_it() -> None:
    (lead,) = (one for one in discord_commands(CATALOG) if one["name"] == "lead")
    (promote,) = (one for one in lead["options"] if one["name"] == "promote")
    assert [(one["name"], one["type"], one["required"]) for one in promote["options"]] == [
        ("member", 6, False),
        ("role", 8, False),
    ]
    (hint,) = (
        one["usage_hint"]
        for one in manifest(CATALOG)["features"]["slash_commands"]
        if one["command"] == "/lead"
    )
    assert "promote <member> |" in hint
    assert [one["name"] for command in palette(CATALOG) for one in command["options"]].count("role") == 0
