"""Tokens are sealed together with whose they are."""

import pytest
from cryptography.fernet import Fernet
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.core.domain.installs import Tenant
from bot.core.errors import SealBroken, SettingsError
from bot.storage.sealing import Seal, Secrets, make_key, split_keys

OLD, NEW = make_key(), make_key()

ids = st.text("TE0123456789", max_size=12)
tenants = st.builds(lambda enterprise, team: (enterprise, team), ids, ids).filter(any)
tokens = st.text(max_size=300)


@given(tenants, tokens, tokens)
def test_what_was_sealed_is_opened_again(place: tuple[str, str], token: str, renewal: str) -> None:
    tenant, held = Tenant(*place), Secrets(token, renewal)
    assert Seal([NEW, OLD]).open(tenant, Seal([OLD]).close(tenant, held)) == held


@given(tenants, tenants)
def test_nobody_else_s_is_opened(mine: tuple[str, str], other: tuple[str, str]) -> None:
    assume(mine != other)
    seal = Seal([NEW])
    with pytest.raises(SealBroken):
        seal.open(Tenant(*other), seal.close(Tenant(*mine), Secrets("xoxb-1")))


@given(st.integers(0, 200), st.sampled_from("Aa0-_=. "))
def test_what_was_changed_is_not_opened(at: int, char: str) -> None:
    seal, tenant = Seal([NEW]), Tenant("", "T1")
    sealed = seal.close(tenant, Secrets("xoxb-1" * 30))
    assume(sealed[at] != char)
    with pytest.raises(SealBroken) as raised:
        seal.open(tenant, sealed[:at] + char + sealed[at + 1 :])
    assert "xoxb" not in str(raised.value)


@pytest.mark.parametrize(
    "broken",
    [[], ["short"], [NEW, "not a key"], [NEW + "x"], ["ü" * 44], [Fernet.generate_key().decode()[:-1]]],
)
def test_a_key_that_is_none_is_named_without_its_text(broken: list[str]) -> None:
    with pytest.raises(SettingsError, match="cairn tokens key") as raised:
        Seal(broken)
    for key in broken:
        assert key not in str(raised.value)
    assert raised.value.__cause__ is None


def test_the_newest_key_seals_and_has_a_name_of_its_own() -> None:
    assert Seal([NEW, OLD]).newest == Seal([NEW]).newest != Seal([OLD]).newest
    with pytest.raises(SealBroken):
        Seal([OLD]).open(Tenant("", "T1"), Seal([NEW, OLD]).close(Tenant("", "T1"), Secrets("xoxb-1")))


def test_keys_stand_with_commas_or_on_lines() -> None:
    assert split_keys(f" {NEW},{OLD}\n") == split_keys(f"{NEW}\n{OLD}") == (NEW, OLD)
    assert split_keys(" ,\n") == ()


def test_a_secret_is_not_in_what_is_printed() -> None:
    assert "xoxb" not in repr(Secrets("xoxb-1", "xoxe-1"))


def test_an_install_belongs_to_somebody() -> None:
    with pytest.raises(ValueError, match="workspace"):
        Tenant("", "")
