"""A database belongs to one application of each platform: another one's token changes nothing in it."""

from typing import Protocol

from bot.core.errors import SettingsError
from bot.core.ids import Platform


class Belonging(Protocol):
    """What the database remembers of the application that it belongs to."""

    async def digest(self) -> str | None: ...

    async def keep(self, digest: str) -> None: ...


async def require_same(belonging: Belonging | None, identity: str, platform: Platform, setting: str) -> None:
    """Remembers the application at the first start. Raises SettingsError, before anything is changed, for a
    token that belongs to another application; raises TryAgain when the database is away."""
    if belonging is None:
        return
    known = await belonging.digest()
    if known is None:
        await belonging.keep(identity)
    elif known != identity:
        raise SettingsError(
            f"{setting} belongs to another application ({identity}) than this database ({known}), so nothing "
            f"was changed. Set the token that was used here before, or begin a new database with another "
            f"DATABASE_URL or CAIRN_DATA. To keep this database for the new application, run "
            f"`cairn tokens accept {platform}` and start again"
        )
