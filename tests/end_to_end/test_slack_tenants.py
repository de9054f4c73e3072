"""Two workspaces of one Cairn, in which people and channels have the same ids: neither sees the other."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from bot.adapters.slack.origin import Origin, pack
from bot.storage.engine import open_engine
from bot.storage.tables import members, metadata, spaces
from tests.end_to_end.slack_many import Many, many, settings_for
from tests.end_to_end.slack_people import Person, items_of
from tests.end_to_end.slack_workspace import Payload, Post

pytestmark = pytest.mark.usefixtures("patient_slack")

PLANTED = "Planted"
GUEST_HOME = "T9STRANGE"


@pytest.fixture
async def met(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Many]:
    async with many(settings_for(tmp_path), sqlite_url) as cairn:
        yield cairn


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    engine = open_engine(sqlite_url)
    yield engine
    engine.dispose()


def rows_of(engine: Engine, space: str) -> dict[str, list[str]]:
    """Every row of the space, in every table."""
    with engine.connect() as connection:
        number = connection.scalar(select(spaces.c.id).where(spaces.c.foreign_id == space))
        owned = [table for table in metadata.sorted_tables if "space_id" in table.c]
        return {
            table.name: sorted(
                str(row) for row in connection.execute(select(table).where(table.c.space_id == number))
            )
            for table in owned
        }


async def settle(met: Many, name: str) -> Person:
    """A workspace where the one person, who administers it, has made all that there is to make."""
    workspace = met.found(name)
    await met.install(workspace)
    person = met.person(workspace, f"{PLANTED} {name}", is_admin=True)
    await person.type("/plan", "start zone:Europe/Lisbon")
    for command, text in (
        ("/lead", f"create name:{PLANTED} {name}"),
        ("/cohort", f"join cohort:{PLANTED} {name}"),
        ("/reminders", "on day:monday hour:9:00"),
        ("/skillgap", f"I look after RDS, says {PLANTED} {name}"),
        ("/goal", ""),
        ("/plan", "view"),
        ("/progress", ""),
        ("/reminders", "view"),
        ("/cohort", "view"),
        ("/lead", "members"),
        ("/lead", "summary"),
        ("/lead", "tips"),
        ("/tip", ""),
        ("/assess", ""),
        ("/cairn", ""),
    ):
        await person.type(command, text)
    return person


def drawn(person: Person) -> list[Payload]:
    """Every button and select that the person was shown."""
    return [item for post in person.workspace.posts for item in items_of(post.payload.get("blocks", []))]


async def press_all(met: Many, person: Person, post: Post, ids: list[Payload]) -> None:
    for item in ids:
        options = item.get("options", [])
        value = options[0]["value"] if options else None
        await person.line.send("interactive", person.press_payload(post, item, value))


def every_action(met: Many) -> Iterator[tuple[str, bool]]:
    """The id of each action that is declared, with the numbers that rows of the first space have."""
    for handler in met.app.catalog.actions.values():
        for number in ("1", "2"):
            yield ":".join((handler.action.name, *(number for _ in handler.action.params))), handler.submits


async def test_every_handler_with_every_id_of_another_space_changes_nothing_there(
    met: Many, engine: Engine
) -> None:
    ridge, valley = await settle(met, "Ridge"), await settle(met, "Valley")
    assert (ridge.id, ridge.channel) == (valley.id, valley.channel)
    before = rows_of(engine, ridge.workspace.id)
    assert sum(map(bool, before.values())) > 8, before
    said = [one.ts for one in ridge.workspace.posts if not one.file]
    shown, post = drawn(ridge), valley.workspace.posts[0]
    assert len(shown) > 20
    await press_all(met, valley, post, [one for one in shown if "url" not in one])
    for action, submits in every_action(met):
        if submits:
            kept = pack(Origin(valley.id, valley.channel))
            view = {"type": "modal", "callback_id": action, "private_metadata": kept, "state": {"values": {}}}
            await valley.line.send("interactive", valley._interaction("view_submission") | {"view": view})
        else:
            item = {"type": "button", "action_id": action}
            await valley.line.send("interactive", valley.press_payload(post, item))
    typed = f"{PLANTED} Ridge".lower()  # capitals don't matter, but for telling an echo from an answer
    for option in ("cohort", "member"):
        await valley.type("/lead", f"invite {option}:{typed}")
        await valley.type("/lead", f"remove {option}:{typed}")
    assert rows_of(engine, ridge.workspace.id) == before
    told = str([one.payload for one in valley.workspace.posts[1:]] + list(valley.workspace.modals.values()))
    assert f"{PLANTED} Ridge" not in told
    assert [one.ts for one in ridge.workspace.posts if not one.file] == said  # pictures come when they come
    assert ridge.workspace.homes == {}


async def test_a_message_s_address_of_another_workspace_is_not_answered_there(met: Many) -> None:
    """A payload names one workspace throughout: what it says elsewhere of another is not believed."""
    ridge, valley = await settle(met, "Ridge"), await settle(met, "Valley")
    said = [one.ts for one in ridge.workspace.posts if not one.file]
    crossed = valley.command_payload("/plan", "view") | {"enterprise_id": ridge.workspace.id[0] + "OTHER"}
    await valley.line.send("slash_commands", crossed)
    event = valley.event_payload(
        {"type": "app_home_opened", "user": valley.id, "tab": "home", "team": ridge.workspace.id}
    )
    await valley.line.send("events_api", event | {"team_id": ridge.workspace.id})
    await valley.workspace.wait_for(lambda: valley.id in valley.workspace.homes)
    assert [one.ts for one in ridge.workspace.posts if not one.file] == said
    assert ridge.id not in ridge.workspace.homes


async def test_a_guest_is_not_the_member_with_the_same_id(met: Many, engine: Engine) -> None:
    ridge = await settle(met, "Ridge")
    before = rows_of(engine, ridge.workspace.id)
    guest = {"id": ridge.id, "username": "guest", "name": "guest", "team_id": GUEST_HOME}
    for item in (one for one in drawn(ridge) if "url" not in one):
        options = item.get("options", [])
        pressed = ridge.press_payload(
            ridge.workspace.posts[0], item, options[0]["value"] if options else None
        )
        await ridge.line.send("interactive", pressed | {"user": guest})
    after = rows_of(engine, ridge.workspace.id)
    mine = {name: set(rows) for name, rows in before.items() if name not in ("members", "direct_homes")}
    assert all(rows <= set(after[name]) for name, rows in mine.items())
    with engine.connect() as connection:
        known = set(connection.scalars(select(members.c.foreign_id)))
    assert known == {ridge.id, f"{ridge.id}.{GUEST_HOME}"}


async def test_a_guest_who_asks_by_mention_is_answered_and_leads_nothing(met: Many, engine: Engine) -> None:
    ridge = await settle(met, "Ridge")
    said = {
        "type": "app_mention",
        "user": ridge.id,
        "text": f"<@{ridge.workspace.bot}> I run EKS",
        "ts": ridge.workspace.stamp(),
        "channel": ridge.channel,
        "user_team": GUEST_HOME,
        "team": GUEST_HOME,
    }
    shared = ridge.event_payload(said) | {"is_ext_shared_channel": True}
    await ridge.line.send("events_api", shared)
    await ridge.workspace.wait_for(lambda: "Container orchestration" in told_in(ridge))
    assert met.fake.refused == {}
    guest = {"id": ridge.id, "username": "guest", "name": "guest", "team_id": GUEST_HOME}
    close = {"type": "button", "action_id": "lead.close:1"}
    pressed = ridge.press_payload(ridge.workspace.posts[0], close) | {"user": guest}
    await ridge.line.send("interactive", pressed)
    await ridge.workspace.wait_for(lambda: "Only leads" in told_in(ridge))


def told_in(person: Person) -> str:
    """All that was said in the channel openly or to the person."""
    return str([post.payload for post in person.workspace.posts if post.channel == person.channel])
