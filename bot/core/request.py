"""What a handler is given."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.chat.call import Caller, ReplyTo, Space
from bot.core.chat.command import Command
from bot.core.domain.curriculum import Content
from bot.core.domain.members import Member
from bot.core.domain.places import City
from bot.core.domain.questions import Matcher
from bot.core.ports import Transaction


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, already enrolled and authorised."""

    member: Member
    caller: Caller
    space: Space
    reply_to: ReplyTo
    now: datetime


@dataclass(frozen=True, slots=True)
class Glance:
    """Who looks on, for suggestions and home pieces: nothing is written, so they may not be a member yet."""

    member: Member | None
    caller: Caller
    space: Space
    now: datetime


@dataclass(frozen=True, slots=True)
class Library:
    """What is the same for every request: the content, the matcher made from it, the commands, the cities."""

    content: Content
    matcher: Matcher
    commands: tuple[Command, ...]
    cities: tuple[City, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler works with."""

    tx: Transaction
    library: Library

    @property
    def content(self) -> Content:
        return self.library.content
