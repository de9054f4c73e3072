"""A backup that is made in the middle of a burst and restored elsewhere: nothing twice, nothing lost."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.conftest import DATABASES
from tests.end_to_end.discord_fake import FakeDiscord
from tests.end_to_end.restoring import SLOWLY, Community, Site
from tests.soak import at_length

COUNT = 12
OPTED_OUT = 0


@pytest.fixture(params=DATABASES)
def make_site(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Site]:
    """Makes a place with an empty database, on SQLite or PostgreSQL."""

    def make(name: str) -> Site:
        folder = tmp_path / name
        folder.mkdir()
        if request.param == "sqlite":
            return Site(folder, f"sqlite:///{folder / 'cairn.sqlite3'}")
        return Site(folder, request.getfixturevalue("make_postgres")())

    return make


@pytest.fixture
async def community() -> AsyncIterator[Community]:
    fake = FakeDiscord()
    await fake.start()
    made = Community(fake)
    yield made
    await made.end(at_once=True)
    await fake.stop()


@pytest.mark.parametrize(
    ("make_site", "journal"),
    [
        ("sqlite", "lost"),
        ("postgres", "whole"),
        *at_length([("sqlite", "whole"), ("postgres", "lost")]),
    ],
    indirect=["make_site"],
)
async def test_a_backup_of_a_burst_goes_on_elsewhere(
    community: Community, make_site: Callable[[str], Site], journal: str, tmp_path: Path
) -> None:
    here, there = make_site("here"), make_site("there")
    await community.start(here)
    await community.gather(COUNT)
    await community.end()
    community.remind_now(here)
    await community.start(here, SLOWLY)
    await community.await_reminders(2)
    made = (await here.cairn("backup", str(tmp_path), "--json")).values
    assert made["rows"]["members"] == COUNT
    assert made["rows"]["outbox"] == COUNT
    assert "Reminders are off" in await community.type(community.users[OPTED_OUT], "reminders off")
    await community.await_reminders(sum(community.reminded().values()) + 1)
    await community.end(at_once=True)
    before = community.reminded()
    assert max(before.values()) == 1

    accepting = []
    if journal == "lost":
        accepting = ["--accept-gaps"]
        there_journal = tmp_path / "nowhere"
        refused = await there.cairn("restore", made["file"], "--journal", str(there_journal))
        assert (refused.status, "--accept-gaps" in refused.err) == (2, True)
    else:
        there_journal = here.journal
    told = await there.cairn("restore", made["file"], "--journal", str(there_journal), *accepting, "--json")
    assert told.status == 0, told.err
    assert told.values["waiting_messages"] > 0

    # Not confirmed: members are answered, and nothing is sent.
    await community.start(there)
    readiness = await community.readiness()
    assert readiness["ready"]
    assert readiness["restore"]["confirmed"] is False
    assert "09:00 (Europe/Lisbon)" in await community.type(community.users[2], "reminders view")
    assert community.reminded() == before
    status = (await there.cairn("status", "--json")).values
    assert status["recovery"]["restore"]["confirmed"] is False

    confirmed = await there.cairn("restore", "--confirm", "--json")
    assert confirmed.values["restore"]["confirmed"] is True
    wanted = COUNT - (community.users[OPTED_OUT].name not in before and journal == "whole")
    await community.await_reminders(wanted)
    await community.await_outbox(there, "sent", "skipped")
    assert sum(community.reminded().values()) == wanted, "lost"
    assert set(community.reminded().values()) == {1}, "twice"
    await community.end()
    assert "restored, not confirmed" in (there.data / "log").read_text(encoding="utf-8")
    report = (await there.cairn("restore", "--report", "--json")).values
    assert report["messages"]["due"] == 0

    # The next reminders go to everybody but the one who had turned them off since the backup.
    if journal == "whole":
        await community.start(there)
        community.remind_now(there)
        await community.await_outbox(there, "sent", "skipped")
        twice = {name for name, count in community.reminded().items() if count == 2}
        assert twice == {user.name for user in community.users[1:]}


@pytest.mark.one_database
async def test_a_database_that_holds_something_is_set_aside_only_when_asked(
    community: Community, make_site: Callable[[str], Site], tmp_path: Path
) -> None:
    here = make_site("here")
    await community.start(here)
    await community.gather(1)
    made = (await here.cairn("backup", str(tmp_path), "--json")).values
    used = await here.cairn("restore", made["file"])
    assert used.status == 2
    assert "use" in used.err
    await community.end()
    refused = await here.cairn("restore", made["file"])
    assert refused.status == 2
    assert "--replace" in refused.err
    told = (await here.cairn("restore", made["file"], "--replace", "--json")).values
    assert told["set_aside"]
    if here.url.startswith("sqlite"):
        with sqlite3.connect(told["set_aside"]) as old:
            assert old.execute("SELECT count(*) FROM members").fetchone() == (1,)
        old.close()
    again = await here.cairn("restore", made["file"], "--replace", "--json")
    assert again.status == 0, again.err
    await community.start(here)
    assert "09:00 (Europe/Lisbon)" in await community.type(community.users[0], "reminders view")
