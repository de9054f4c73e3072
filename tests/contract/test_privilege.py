"""Every command and button for leads against who is none: from the catalog, so that none is missed."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from bot.core.catalog import Catalog
from bot.core.chat.call import Caller, Pressed, Submitted, Typed, Typing
from bot.core.chat.command import Option
from bot.core.handlers import FEATURES
from bot.storage.store import DatabaseStore
from tests.contract.gathering import LEAD, Hall
from tests.contract.planning import HERE, KIM, SAM, THERE
from tests.contract.storing import count_rows

CATALOG = Catalog(FEATURES)
COMMANDS = tuple(command for command in CATALOG.commands.values() if command.lead)
ACTIONS = tuple(handler for handler in CATALOG.actions.values() if handler.lead)
ROLES = ("member", "demoted", "lead elsewhere")
REFUSED = "Only leads of this community can do that"


@pytest.fixture
def hall(engine: Engine, store: DatabaseStore) -> Hall:
    """Sam was a lead until just now, and is one in the other space; Kim never was."""
    hall = Hall(engine, store)
    hall.gather(SAM, KIM, plans=False)
    hall.lead("promote", member="Sam")
    hall.ask(SAM, "cohort view", THERE)
    hall.lead("promote", space=THERE, member="Sam")
    hall.lead("schedule", zone="Europe/Lisbon")
    return hall


def value_of(option: Option) -> str | bool:
    if option.choices:
        return option.choices[0].value
    return {"member": "Kim", "name": "New", "zone": "Europe/Lisbon", "cohort": "Autumn"}.get(
        option.name, option.kind is bool or "mon" if option.name != "hour" else "9:00"
    )


def everything() -> Iterator[Typed | Pressed | Submitted]:
    """Each of them as somebody who was shown it would send it, and without what it needs."""
    for command in COMMANDS:
        yield Typed(command.name, {option.name: value_of(option) for option in command.options})
        yield Typed(command.name)
        yield Typed(command.name, {"nothing": "x"})
    for handler in ACTIONS:
        sent = ":".join((handler.action.name, *("1" for _ in handler.action.params)))
        yield Submitted(sent, {}) if handler.submits else Pressed(sent)
        yield Submitted(handler.action.name, {}) if handler.submits else Pressed(handler.action.name)


def test_there_is_something_to_try() -> None:
    assert {command.name for command in COMMANDS} >= {f"lead {word}" for word in ("create", "demote", "tips")}
    assert {handler.action.name for handler in ACTIONS} >= {"lead.close", "summary.post", "schedule.off"}


def test_every_command_under_lead_is_for_leads_alone() -> None:
    assert all(command.lead for command in CATALOG.commands.values() if command.root == "lead")


@pytest.mark.parametrize("role", ROLES)
def test_who_is_no_lead_is_refused_and_changes_nothing(hall: Hall, engine: Engine, role: str) -> None:
    caller = KIM if role == "member" else SAM
    if role == "demoted":
        hall.lead("demote", member="Sam")
        hall.lead("demote", space=THERE, member="Sam")
    if role == "lead elsewhere":
        hall.lead("demote", member="Sam")
    before = count_rows(engine)
    for what in everything():
        assert REFUSED in hall.tell(what, caller, HERE), what
    assert count_rows(engine) == before
    for command in COMMANDS:
        for option in command.options:
            assert hall.router.suggest(Typing(HERE, caller, command.name, option.name, "")) == ()


@pytest.mark.parametrize("caller", [LEAD, SAM], ids=["administrator", "promoted"])
def test_who_is_a_lead_is_not_refused(hall: Hall, caller: Caller) -> None:
    for what in everything():
        assert REFUSED not in hall.tell(what, caller, HERE), what


def test_demoted_between_show_and_press(hall: Hall) -> None:
    hall.lead("close", SAM)
    close = Pressed(hall.find("Close it"))
    hall.lead("demote", member="Sam")
    assert REFUSED in hall.tell(close, SAM)
    assert "Autumn, 2 members" in hall.ask(KIM, "cohort view")
    hall.lead("promote", member="Sam")
    assert "is closed" in hall.tell(close, SAM)
