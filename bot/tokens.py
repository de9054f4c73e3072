"""What an operator asks of the tokens that are kept for many workspaces: another key for them."""

from bot.core.errors import SettingsError
from bot.settings import Settings
from bot.storage.engine import open_engine
from bot.storage.installs import Installs
from bot.storage.sealing import MAKE_ONE, Seal, make_key, split_keys
from bot.storage.store import DatabaseStore

KEY_HINT = "keep it as CAIRN_KEYS, or in the file that CAIRN_KEYS_FILE names: without it no token can be read"


def new_key() -> str:
    """A key to seal with, as CAIRN_KEYS takes it."""
    return make_key()


def open_seal(settings: Settings) -> Seal:
    """Raises SettingsError when CAIRN_KEYS holds no key."""
    if settings.cairn_keys is None:
        raise SettingsError(f"tokens of many workspaces need CAIRN_KEYS to be sealed with. {MAKE_ONE}")
    return Seal(split_keys(settings.cairn_keys.get_secret_value()))


def rotate(settings: Settings) -> tuple[str, bool]:
    """Seals every token with the newest key. What to tell, and whether every row could be opened."""
    seal = open_seal(settings)
    engine = open_engine(settings.store_url.get_secret_value())
    try:
        if not DatabaseStore(engine).status().works:
            raise SettingsError("the database's tables are not up to date: run `cairn migrate` first")
        resealed = Installs(engine, seal).reseal()
    finally:
        engine.dispose()
    told = f"{resealed.done} token{' is' if resealed.done == 1 else 's are'} sealed with the newest key now"
    if not resealed.left:
        return f"{told}, as all others are: the older keys can go.", True
    named = ", ".join(resealed.left)
    why = f"No key of CAIRN_KEYS opens {named}: give the older key back, or install Cairn there anew"
    return f"{told}. {why}.", False
