"""Seals what must not be read from a copy of the database. Whose it is is sealed in with it."""

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.core.domain.installs import Tenant
from bot.core.errors import SealBroken, SettingsError

MAKE_ONE = "Make one with `cairn tokens key`"

# The library would also take one that has something behind it, and then name it otherwise.
_KEY = re.compile(r"[A-Za-z0-9_-]{43}=")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is sealed: a token, and what the next one is asked for with, empty when it never ends."""

    token: str = field(repr=False)
    renewal: str = field(default="", repr=False)


class Seal:
    """Seals with the first of `keys` and opens with any of them, so that keys can be changed while it runs.

    Raises SettingsError for no key, or for one that is none; never with the key's text.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise SettingsError(f"CAIRN_KEYS holds no key. {MAKE_ONE}")
        if not all(map(_KEY.fullmatch, keys)):
            raise SettingsError(
                f"CAIRN_KEYS holds keys of 44 characters, the newest first, with commas between. {MAKE_ONE}"
            )
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._signing = [hmac.digest(key.encode(), b"install states", "sha256") for key in keys]
        # The name of the key that new rows are sealed with: it tells nothing of the key itself.
        self.newest = key_name(keys[0])

    def sign(self, text: str) -> str:
        """Returns a signature that nobody makes without the newest key, as 64 hexadecimal digits."""
        return hmac.digest(self._signing[0], text.encode(), "sha256").hex()

    def signed(self, text: str, signature: str) -> bool:
        """Returns whether one of the keys made the signature of exactly this text."""
        made = (hmac.digest(key, text.encode(), "sha256").hex() for key in self._signing)
        return any(hmac.compare_digest(one.encode(), signature.encode()) for one in made)

    def close(self, tenant: Tenant, secrets: Secrets) -> str:
        held = [tenant.enterprise, tenant.team, secrets.token, secrets.renewal]
        return self._fernet.encrypt(json.dumps(held).encode()).decode()

    def open(self, tenant: Tenant, sealed: str) -> Secrets:
        """What was sealed for this tenant. Raises SealBroken for anything else."""
        try:
            enterprise, team, token, renewal = json.loads(self._fernet.decrypt(sealed.encode()))
        except (InvalidToken, ValueError):
            raise SealBroken(tenant.key, "no key of CAIRN_KEYS opens it") from None
        if (enterprise, team) != (tenant.enterprise, tenant.team):
            raise SealBroken(tenant.key, "it was sealed for another tenant")
        return Secrets(token, renewal)


def key_name(key: str) -> str:
    """What a key is called beside what it has sealed."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def make_key() -> str:
    return Fernet.generate_key().decode()


def split_keys(text: str) -> tuple[str, ...]:
    """The keys of a setting: with commas or line breaks between them."""
    return tuple(text.replace(",", " ").split())
