"""Installs as rows, on both databases: sealed, each for its tenant, used once where once is all there is."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text, update

from bot.core.domain.installs import Install, Tenant
from bot.core.errors import SealBroken, SettingsError
from bot.storage.install_states import InstallStates
from bot.storage.installs import RENEWING, Installs
from bot.storage.sealing import Seal, Secrets, make_key, split_keys
from bot.storage.tables import installs, metadata
from tests.soak import SOAK

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
OLD_KEY, NEW_KEY = make_key(), make_key()
# The long campaign tries a thousand.
LIVE = 1_000 if SOAK else 150

ID = st.from_regex(r"[TE][A-Z0-9]{2,10}", fullmatch=True)


def install(team: str = "T1", enterprise: str = "", number: int = 1, **changes: Any) -> Install:
    made = Install(
        Tenant(enterprise, team), "Ridge", "UCAIRN", f"xoxb-planted-{number}", NOW, f"xoxe-{number}"
    )
    return replace(made, **changes)


@pytest.fixture
def kept(engine: Engine) -> Installs:
    return Installs(engine, Seal([OLD_KEY]))


def at_once(count: int, work: Callable[[], object]) -> list[object]:
    """What each of so many threads came to that began together."""
    start, came = threading.Barrier(count), list[object]()

    def run() -> None:
        start.wait(10)
        came.append(work())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return came


def test_what_is_kept_is_found_by_its_workspace(kept: Installs) -> None:
    kept.keep(install(expires_at=NOW))
    found = kept.find("", "T1")
    assert found == install(expires_at=NOW, version=1)
    assert "planted" not in repr(found)
    assert kept.find("", "T2") is None
    assert kept.find("E1", "") is None


def test_an_organization_s_install_serves_its_workspaces(kept: Installs) -> None:
    kept.keep(install("", "E1", 1))
    assert kept.find("", "T1") is None
    for _ in range(2):
        found = kept.find("E1", "T1")
        assert found is not None
        assert found.tenant == Tenant("E1", "")
    assert kept.find("", "T1") == found  # by now it is known whose workspace that is
    assert kept.teams(Tenant("E1", "")) == ("T1",)
    assert kept.find("E2", "T1") is None
    kept.keep(install("T1", "E1", 2))
    found = kept.find("E1", "T1")
    assert found is not None
    assert found.token == "xoxb-planted-2"
    assert kept.teams(Tenant("E1", "")) == ()


@pytest.mark.parametrize("column", ["sealed", "tenant", "enterprise"])
def test_a_row_that_was_moved_to_another_tenant_is_refused(
    kept: Installs, engine: Engine, column: str
) -> None:
    kept.keep(install("T1", "E1", 1))
    with engine.begin() as connection:
        if column == "sealed":
            kept_row = select(installs.c.sealed).scalar_subquery()
            connection.execute(
                installs.insert(),
                {
                    "tenant": "T2", "enterprise": "E1", "name": "x", "bot_user": "U", "sealed_with": "x",
                    "version": 1, "installed_at": NOW, "sealed": connection.scalar(select(kept_row)),
                },
            )  # fmt: skip
        else:
            connection.execute(update(installs).values({column: "T2" if column == "tenant" else "E2"}))
    with pytest.raises(SealBroken, match="another tenant") as raised:
        kept.find("", "T1" if column == "enterprise" else "T2")
    assert "planted" not in str(raised.value)


def test_without_the_key_nothing_is_read(kept: Installs, engine: Engine) -> None:
    kept.keep(install())
    with pytest.raises(SealBroken, match="no key"):
        Installs(engine, Seal([NEW_KEY])).find("", "T1")
    with engine.begin() as connection:
        connection.execute(update(installs).values(sealed="gAAAAA-not-one"))
    with pytest.raises(SealBroken, match="no key"):
        kept.find("", "T1")


@given(ID, ID, ID, ID, st.text(), st.text())
def test_only_for_whom_it_was_sealed_it_opens(
    enterprise: str, team: str, other: str, another: str, token: str, renewal: str
) -> None:
    seal, whose = Seal([OLD_KEY]), Tenant(enterprise, team)
    sealed = seal.close(whose, Secrets(token, renewal))
    assert seal.open(whose, sealed) == Secrets(token, renewal)
    for stranger in (Tenant(other, team), Tenant(enterprise, another), Tenant(team, enterprise)):
        if stranger != whose:
            with pytest.raises(SealBroken):
                seal.open(stranger, sealed)


@pytest.mark.parametrize("keys", ["", "short", ",short", "ü" * 44])
def test_a_key_that_is_none_is_refused_without_a_word_of_it(keys: str) -> None:
    with pytest.raises(SettingsError, match="cairn tokens key") as raised:
        Seal(split_keys(f"{OLD_KEY}{keys}" if keys.startswith(",") else keys))
    assert "short" not in str(raised.value)
    assert split_keys(f" {OLD_KEY},\n{NEW_KEY}\n") == (OLD_KEY, NEW_KEY)


def test_many_live_tokens_are_sealed_anew_while_they_are_read(kept: Installs, engine: Engine) -> None:
    for number in range(LIVE):
        kept.keep(install(f"T{number:04}", number=number))
    both = Installs(engine, Seal([NEW_KEY, OLD_KEY]))
    stop, wrong, reads = threading.Event(), list[int](), list[int]()

    def read() -> None:
        number = 0
        while not stop.is_set():
            number = (number + 7) % LIVE
            found = both.find("", f"T{number:04}")
            if found is None or found.token != f"xoxb-planted-{number}":
                wrong.append(number)
            reads.append(number)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    resealed = both.reseal()
    stop.set()
    for reader in readers:
        reader.join(60)
    assert (resealed.done, resealed.left, wrong) == (LIVE, (), [])
    assert reads
    new = Installs(engine, Seal([NEW_KEY]))
    assert [new.find("", f"T{number:04}").token for number in range(LIVE)] == [  # type: ignore[union-attr]
        f"xoxb-planted-{number}" for number in range(LIVE)
    ]
    assert both.reseal().done == 0


class Dying(Seal):
    """Dies in the middle."""

    left = 150

    def close(self, tenant: Tenant, secrets: Secrets) -> str:
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt
        return super().close(tenant, secrets)


def test_what_was_stopped_half_way_goes_on(kept: Installs, engine: Engine) -> None:
    for number in range(200):
        kept.keep(install(f"T{number:04}", number=number))
    with pytest.raises(KeyboardInterrupt):
        Installs(engine, Dying([NEW_KEY, OLD_KEY])).reseal()
    with engine.begin() as connection:
        spoiled = update(installs).where(installs.c.tenant == "T0199")
        connection.execute(spoiled.values(sealed="spoiled"))
    told = Installs(engine, Seal([NEW_KEY, OLD_KEY])).reseal()
    assert (told.done, told.left) == (50, ("T0199",))


def test_one_of_many_renews_and_nothing_undoes_it(kept: Installs, engine: Engine) -> None:
    kept.keep(install())
    found = kept.find("", "T1")
    assert found is not None
    assert sorted(map(bool, at_once(6, lambda: kept.begin_renewal(found, NOW)))) == [False] * 5 + [True]
    assert kept.begin_renewal(found, NOW + RENEWING)  # whoever had the right has died
    assert Installs(engine, Seal([NEW_KEY, OLD_KEY])).reseal().done == 1
    newer = replace(found, token="xoxb-newer")
    assert kept.renew(newer)
    assert not kept.renew(replace(found, token="xoxb-late"))
    assert not kept.begin_renewal(found, NOW + 2 * RENEWING)
    assert kept.find("", "T1") == replace(newer, version=2)


def test_an_install_anew_outlives_what_was_begun_before(kept: Installs) -> None:
    kept.keep(install())
    found = kept.find("", "T1")
    assert found is not None
    kept.keep(install(number=2, installed_at=NOW + timedelta(seconds=1)))
    assert not kept.renew(replace(found, token="xoxb-late"))
    assert not kept.forget(found)
    anew = kept.find("", "T1")
    assert anew is not None
    assert anew.token == "xoxb-planted-2"
    assert kept.forget(anew)
    assert kept.find("", "T1") is None
    assert not kept.renew(replace(anew, token="xoxb-late"))


def test_a_copy_of_the_database_holds_no_token(kept: Installs, engine: Engine, tmp_path: Path) -> None:
    states = InstallStates(engine, Seal([OLD_KEY]))
    state = states.issue(NOW)
    assert states.consume(state, NOW)
    for number in range(20):
        kept.keep(install(f"T{number:04}", "E1", number))
    dump = dump_of(engine)
    assert "T0019" in dump
    for planted in ("planted", "xoxb", "xoxe-1", state, OLD_KEY):
        assert planted not in dump


def dump_of(engine: Engine) -> str:
    """Everything that somebody with the database alone could read: each table, and SQLite's files."""
    with engine.connect() as connection:
        told = [
            str(row)
            for name in metadata.tables
            for row in connection.execute(text(f'SELECT * FROM "{name}"'))
        ]
    if engine.dialect.name == "sqlite":
        file = Path(str(engine.url.database))
        told += [one.read_bytes().decode("latin-1") for one in file.parent.glob(f"{file.name}*")]
    return "\n".join(told)
