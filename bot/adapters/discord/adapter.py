"""Discord: a gateway that is listened to, a REST interface that is spoken to, and between them the doors."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import discord

from bot.adapters.discord.below import Answers
from bot.adapters.discord.closures import read_closure
from bot.adapters.discord.command_upload import LOOK_SECONDS, CommandUpload, Uploads
from bot.adapters.discord.connection import Connection, point_at
from bot.adapters.discord.direct import OPENINGS, DirectChannels, Memory
from bot.adapters.discord.dispatcher import Dispatcher
from bot.adapters.discord.fallback import Fallback
from bot.adapters.discord.guilds import Guilds, unless_busy
from bot.adapters.discord.invalid import InvalidRequests
from bot.adapters.discord.memberships import Memberships
from bot.adapters.discord.messenger import DiscordMessenger
from bot.adapters.discord.patience import Patience
from bot.adapters.discord.pictures import Pictures
from bot.adapters.discord.question import DiscordQuestion
from bot.adapters.discord.receive import PLATFORM, Payload
from bot.adapters.discord.render import message_payload
from bot.adapters.discord.replies import DEFER_SECONDS, Ask, Replies
from bot.adapters.discord.responses import Responses
from bot.adapters.discord.rest import RATE, Rest
from bot.adapters.discord.starts import Acts, RecentActs, Starts
from bot.adapters.discord.whereabouts import Whereabouts
from bot.adapters.discord.work import WorkInHand
from bot.adapters.identity import Belonging, require_same
from bot.adapters.proofs import PROOF_SECONDS, ProvenMessenger
from bot.adapters.roll_call import RollCall
from bot.core.catalog import Catalog
from bot.core.chat.call import Call, Space
from bot.core.errors import NotConnected
from bot.core.ids import Address
from bot.core.ports import DirectDoors, Painter
from bot.platform_health import PlatformHealth
from bot.rate_limit import RateLimiter


class DiscordAdapter:
    """Listens to one bot's servers. `guild`: the only server that gets the commands, while developing.

    `patience`: the seconds after which Discord is asked for more time; `answers`: how an answer is tried.
    `api_url`, `gateway_url`: another server that speaks as Discord does; for the whole process. `rate`: how
    many requests a second what is said unasked may take; `openings`: how many new conversations a minute;
    `member_seconds`: how long Discord's word for a member counts; `proof`: after how many seconds a refusal
    is looked at a second time, before anything ends because of it; `health`: where the connection reports how
    it is; `acts` remembers what Discord counts.
    """

    def __init__(
        self,
        doors: DirectDoors,
        catalog: Catalog,
        painter: Painter,
        uploads: Uploads,
        channels: Memory,
        report: Callable[[Exception, Any], str],
        *,
        api_url: str = "",
        gateway_url: str = "",
        guild: str | None = None,
        shard_count: int | None = None,
        shard_ids: Sequence[int] | None = None,
        patience: float = DEFER_SECONDS,
        answers: Patience | None = None,
        rate: float = RATE,
        openings: int = OPENINGS,
        member_seconds: float = 0.0,
        health: PlatformHealth | None = None,
        proof: float = PROOF_SECONDS,
        acts: Acts | None = None,
        owner: Belonging | None = None,
    ) -> None:
        point_at(api_url, gateway_url)
        health = health or PlatformHealth()
        self._doors = doors
        self._owner = owner
        self._signs_in = self._closed = False
        self._at_work = WorkInHand()
        acts, answers = acts or RecentActs(), answers or Patience()
        invalid = InvalidRequests(health=health, pace=RateLimiter(rate))
        self.connection = Connection(
            self,
            lambda error: report(error, None),
            trace=invalid.trace(),
            shard_count=shard_count,
            shard_ids=shard_ids,
            health=health,
            starts=Starts(acts, health),
        )
        rest = Rest(self.connection, invalid)
        pictures = Pictures(painter, report)
        direct = DirectChannels(rest, channels, openings)
        fallback = Fallback(rest, direct, answers)
        replies = Replies(doors, catalog, Responses(rest, report, answers), pictures, fallback)
        self._members = Memberships(rest, member_seconds)
        self._roll = RollCall(doors, self._members.is_gone)
        whereabouts = Whereabouts(doors, rest, self._members, lambda: self.connection.spaces, answers)
        self._rest = rest
        self._commands = CommandUpload(rest, uploads, acts, catalog, guild)
        self._look_after = LOOK_SECONDS
        self._below = Answers(doors, rest, pictures, fallback, report, answers)
        self._dispatcher = Dispatcher(doors, catalog, replies, self._below, whereabouts, self._roll, patience)
        question = DiscordQuestion(rest)
        self._guilds = Guilds(doors, question, proof)
        self._messenger = DiscordMessenger(rest, pictures, direct, self._members)
        self.messenger = ProvenMessenger(self._messenger, question, proof)

    async def sign_in(self, token: str) -> None:
        """From then on the messenger works; nothing is heard yet. Raises discord.LoginFailure for a token
        that is none."""
        self._signs_in = True
        await self.connection.login(token)

    async def listen(self) -> None:
        """Hears and answers until cancelled. Raises SettingsError when the gateway refuses a setting from the
        start, NotConnected when the connection is lost for good."""
        looking = asyncio.gather(self._look_after_commands(), self._roll.go_round(PLATFORM))
        try:
            await self.connection.count_shards()
            await self.connection.connect()
        except discord.DiscordException as error:
            raise read_closure(error, was_ready=self.connection.was_ready) from None
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
        if not self._closed:
            raise NotConnected("the gateway closed the connection", "the network")

    async def close(self) -> None:
        """Ends once what is being answered has been, or after some seconds."""
        self._closed = True
        await self._guilds.close()
        await self._roll.close()
        await self._at_work.finish()
        await self._rest.close()
        if self._signs_in:
            await self.connection.close()

    async def prepare(self) -> None:
        """Tells Discord the commands, when they are not those it was told last, or not there. Raises
        SettingsError, and changes nothing, for the token of another application than the database's."""
        await require_same(self._owner, self._application, PLATFORM, "DISCORD_TOKEN")
        self._messenger.bot = self._bot
        self._look_after = await self._commands.check(self._application)

    async def _look_after_commands(self) -> None:
        while True:
            await asyncio.sleep(self._look_after)
            self._look_after = await self._commands.check(self._application)

    async def hear_interaction(self, payload: Payload) -> None:
        with self._at_work():
            self._members.hear(payload)
            await self._dispatcher.hear_interaction(payload)

    async def hear_message(self, payload: Payload) -> None:
        with self._at_work():
            self._members.hear(payload)
            await self._dispatcher.hear_message(payload, self._bot)

    async def hear_arrival(self, space: Space, channel: str | None) -> None:
        with self._at_work(), unless_busy():
            hello = await self._doors.returned(space)
            if channel is not None:
                await self._below.announce(channel, message_payload(hello))

    async def hear_removal(self, server: str) -> None:
        with self._at_work(), unless_busy():
            await self._doors.left(Address(PLATFORM, server))

    async def hear_roll(self, is_here: Callable[[str], bool], is_mine: Callable[[str], bool]) -> None:
        with self._at_work(), unless_busy():
            await self._guilds.call_roll(is_here, is_mine)

    async def work(self, call: Call, back: str, ask: Ask) -> None:
        """Carries out a call that was kept, and answers it. Raises what `ask` raises, and RetryLater when the
        way to Discord is broken."""
        await self._dispatcher.work(call, back, ask)

    @property
    def _application(self) -> str:
        return str(self.connection.application_id)

    @property
    def _bot(self) -> str:
        user = self.connection.user
        return "" if user is None else str(user.id)
