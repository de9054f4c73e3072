"""The local blueprint that a file of handlers fills: what can be asked, pressed, sent and shown at home."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any, TypeVar

from bot.core.chat.codec import Action
from bot.core.chat.command import Command, Option
from bot.core.chat.message import Block, Message
from bot.core.chat.notice import Telling
from bot.core.domain.ledger import Occurrence
from bot.core.request import Context, Glance, Request

Handler = TypeVar("Handler", bound=Callable[..., Any])
Aside = Callable[[Request, Context, Message], Message]
HomePiece = Callable[[Glance, Context], tuple[Block, ...]]


@dataclass(frozen=True, slots=True)
class ActionHandler:
    """What answers an action. `opens_form`: it may return a form, so no adapter may defer it.

    `submits`: it takes a form's values, as keyword arguments. `posts`: as a command's.
    """

    action: Action
    handle: Callable[..., Any]
    private: bool = True
    lead: bool = False
    opens_form: bool = False
    submits: bool = False
    posts: bool = False


Effect = Callable[[Occurrence, Context, datetime], object]


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is said unasked, by its kind: `(occurrence, ctx, now) -> Notice | Skip | Later`.

    `late` is how long after its time it is still worth saying. `nudges`: it goes to the member whose number
    is the occurrence's subject, who is nudged once a week at most, whatever the kind. `reports`: the lead who
    asked for it is told when it could not be said. `ends`: what is done when the channel that it was for
    takes nothing more.

    `handle` may not write: a message can be made any number of times before it is sent, or never be sent.
    `sent` writes what the message changes, in the transaction that marks it as sent. It gets the occurrence
    with the memo of its notice, and may be called again for the same occurrence, which must change nothing.
    """

    kind: str
    handle: Callable[[Occurrence, Context, datetime], Telling]
    late: timedelta
    nudges: bool = False
    reports: bool = False
    ends: Effect | None = None
    sent: Effect | None = None


@dataclass(slots=True)
class Feature:
    """One word of the house. `views`: the module whose actions this feature answers for."""

    name: str
    views: ModuleType
    commands: list[Command] = field(default_factory=list)
    actions: list[ActionHandler] = field(default_factory=list)
    home_pieces: list[HomePiece] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    schedules: list[Schedule] = field(default_factory=list)

    def command(
        self,
        name: str,
        description: str,
        *,
        private: bool,
        lead: bool = False,
        posts: bool = False,
        plan: bool = False,
        clock: bool = False,
        options: tuple[Option, ...] = (),
    ) -> Callable[[Handler], Handler]:
        """Declares a slash command; its handler is `(request, ctx, *, option, ...) -> Reply`."""

        def declare(handle: Handler) -> Handler:
            self.commands.append(
                Command(name, description, options, private, lead, handle, posts, plan, clock)
            )
            return handle

        return declare

    def action(
        self,
        action: Action,
        *,
        private: bool = True,
        lead: bool = False,
        opens_form: bool = False,
        posts: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Declares what a button or select does: `(request, ctx, *args) -> Reply`, a select's value last."""

        def declare(handle: Handler) -> Handler:
            self.actions.append(ActionHandler(action, handle, private, lead, opens_form, posts=posts))
            return handle

        return declare

    def form(
        self, action: Action, *, private: bool = True, lead: bool = False
    ) -> Callable[[Handler], Handler]:
        """Declares what a sent form does: `(request, ctx, *args, **values) -> Message | Update`."""

        def declare(handle: Handler) -> Handler:
            self.actions.append(ActionHandler(action, handle, private, lead, submits=True))
            return handle

        return declare

    def home(self, show: HomePiece) -> HomePiece:
        """Declares a piece of the home: `(glance, ctx) -> blocks`."""
        self.home_pieces.append(show)
        return show

    def aside(self, add: Aside) -> Aside:
        """Declares what may be added to an answer that only its caller sees: `(request, ctx, message) ->
        message`, in the same transaction."""
        self.asides.append(add)
        return add

    def schedule(
        self,
        kind: str,
        *,
        late: timedelta,
        nudges: bool = False,
        reports: bool = False,
        ends: Effect | None = None,
        sent: Effect | None = None,
    ) -> Callable[[Handler], Handler]:
        """Declares what is said when the ledger has an occurrence of this kind."""

        def declare(handle: Handler) -> Handler:
            self.schedules.append(Schedule(kind, handle, late, nudges, reports, ends, sent))
            return handle

        return declare
