"""Tells Discord the commands: when they changed, and when what stands there is not what it was told."""

import hashlib
import json
from contextlib import suppress
from typing import Any, Protocol

import discord
import structlog

from bot.adapters.discord.failures import FAILURES, read_failure
from bot.adapters.discord.publish import commands
from bot.adapters.discord.rest import Rest
from bot.adapters.discord.starts import Acts
from bot.core.catalog import Catalog
from bot.core.errors import RetryLater, TryAgain

DIGEST_LENGTH = 40  # its place stands before it
LOOK_SECONDS = 3_600.0
FIRST_WAIT = 30.0
COMPARED = "commands compared"

Payload = dict[str, Any]


class Uploads(Protocol):
    """What was uploaded last, kept between two starts: Discord allows 200 new commands a day."""

    async def digest(self) -> str | None: ...

    async def keep(self, digest: str) -> None: ...


class CommandUpload:
    """`guild`: the only server that gets the commands; None: all of them."""

    def __init__(self, rest: Rest, uploads: Uploads, acts: Acts, catalog: Catalog, guild: str | None) -> None:
        self._rest = rest
        self._uploads = uploads
        self._acts = acts
        self._payloads = commands(catalog)
        self._guild = guild
        self._wait = FIRST_WAIT

    async def check(self, application: str) -> float:
        """Uploads the commands where that is due. The seconds after which to look again. Raises nothing:
        until then the commands of the last time still work."""
        try:
            await self._bring_up_to_date(application)
        except (*FAILURES, TryAgain) as error:
            told = read_failure(error) if not isinstance(error, TryAgain) else error
            after = told.after if isinstance(told, RetryLater) else None
            wait = min(max(after or 0.0, self._wait), 86_400.0)
            self._wait = min(2 * self._wait, LOOK_SECONDS)
            do = "check that the bot was invited with applications.commands, and DISCORD_GUILD if it is set"
            structlog.get_logger().error(
                "commands not uploaded",
                why=str(told) or type(error).__name__,
                again_seconds=round(wait),
                do=do,
            )
            return wait
        self._wait = FIRST_WAIT
        return LOOK_SECONDS

    async def _bring_up_to_date(self, application: str) -> None:
        told = json.dumps([application, self._payloads], sort_keys=True)
        digest = f"{self._guild or ''}:{hashlib.sha256(told.encode()).hexdigest()[:DIGEST_LENGTH]}"
        known = await self._uploads.digest() or ""
        if known == digest:
            if await self._acts.ages(COMPARED, LOOK_SECONDS):
                return
            await self._acts.note(COMPARED)
            there = await self._rest.commands(application, self._guild)
            if normalise(there) == normalise(self._payloads):
                return
            structlog.get_logger().warning("commands at Discord changed", do="they are uploaded again")
        before, parted, _ = known.partition(":")
        await self._rest.overwrite_commands(application, self._guild, self._payloads)
        if parted and before != (self._guild or ""):
            # A server that has its own beside those of everywhere shows each command twice.
            with suppress(discord.Forbidden, discord.NotFound):  # it has taken Cairn out since
                await self._rest.overwrite_commands(application, before or None, [])
        await self._uploads.keep(digest)


def normalise(payloads: Any) -> Any:
    """Commands without what Discord adds, or leaves out because it goes without saying, in any order."""
    named = [one for one in payloads if isinstance(one, dict)]
    return {str(one.get("name")): _essence(one) for one in named}


def _essence(one: Any) -> Any:
    if isinstance(one, list):
        return [_essence(each) for each in one]
    if not isinstance(one, dict):
        return one
    kept = {name: _essence(value) for name, value in one.items() if name in _KEPT and value not in _EMPTY}
    for name in ("contexts", "integration_types"):
        if name in kept:
            kept[name] = sorted(kept[name])
    return kept


_EMPTY: tuple[Any, ...] = (None, False, [], {})
_KEPT = frozenset(
    {"name", "type", "description", "options", "required", "autocomplete", "choices", "value"}
    | {"min_value", "max_value", "min_length", "max_length"}
    | {"contexts", "integration_types", "default_member_permissions"}
)
