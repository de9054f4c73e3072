"""The one door. `Router.answer` runs whole on a database thread: one hop and one transaction a request."""

import inspect
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_type_hints

from bot.core.catalog import Catalog
from bot.core.chat.call import Answer, Call, Caller, Pressed, Reply, Space, Submitted, Typed, Typing
from bot.core.chat.codec import decode
from bot.core.chat.command import Command, Option, Value, convert
from bot.core.chat.control import CHOICE_LIMIT, Choice
from bot.core.chat.form import TYPED_LIMIT
from bot.core.chat.message import Block
from bot.core.chat.notice import Skip, Telling
from bot.core.chat.typed import clean, clean_line
from bot.core.domain.ledger import Occurrence, is_too_late
from bot.core.domain.members import NAME_LIMIT
from bot.core.errors import (
    DeliveryError,
    InvalidInput,
    NotAllowed,
    NotFound,
    TryAgain,
    Unreachable,
    UserError,
)
from bot.core.feature import ActionHandler, Schedule
from bot.core.ports import Clock, Report, Store, Transaction
from bot.core.request import Context, Glance, Library, Request
from bot.core.views import errors as views

UNKNOWN_ZONE = "UTC"

_INTEGER = re.compile(r"[0-9]{1,15}")


class Router:
    """Routes what reaches Cairn to the handler that answers it. All methods block; only `notice` raises."""

    def __init__(
        self, catalog: Catalog, store: Store, clock: Clock, library: Library, report: Report
    ) -> None:
        self._catalog = catalog
        self._store = store
        self._clock = clock
        self._library = library
        self._report = report

    def answer(self, call: Call) -> Answer:
        """The reply to a call, its effect committed. A refusal is a private message and keeps nothing."""
        try:
            match call.what:
                case Typed(command, options):
                    return self._run_command(call, command, options)
                case Pressed(action, value):
                    return self._run_action(
                        call, action, () if value is None else (value,), {}, submits=False
                    )
                case Submitted(action, values):
                    return self._run_action(call, action, (), values, submits=True)
        except UserError as error:
            return Answer(views.refusal(error, _typed_in(call)), private=True)
        except TryAgain:
            return Answer(views.busy(), private=True)
        except Exception as error:  # a bug, wherever it is: the member gets a reference, the log the trace
            return Answer(views.bug(self._report(error, call)), private=True)

    def suggest(self, typing: Typing) -> tuple[Choice, ...]:
        """At most 25 entries for the option being typed; none when there is nothing to offer."""
        command = self._catalog.commands.get(typing.command)
        option = (
            next((one for one in command.options if one.name == typing.option), None) if command else None
        )
        if option is None or option.suggest is None:
            return ()
        try:
            with self._store.read() as tx:
                glance = self._glance(typing.space, typing.caller, Context(tx, self._library))
                text = clean_line(typing.text, option.limit)
                return option.suggest(glance, Context(tx, self._library), text)[:CHOICE_LIMIT]
        except TryAgain:
            return ()
        except Exception as error:  # suggestions are a comfort: the member can still type
            self._report(error, typing)
            return ()

    def home(self, space: Space, caller: Caller) -> tuple[Block, ...]:
        """The pieces of every feature's home, in the features' order."""
        try:
            with self._store.read() as tx:
                ctx = Context(tx, self._library)
                glance = self._glance(space, caller, ctx)
                return tuple(block for piece in self._catalog.home_pieces for block in piece(glance, ctx))
        except TryAgain:
            return views.busy().blocks
        except Exception as error:  # as in `answer`
            return views.bug(self._report(error, caller)).blocks

    def zone(self, space: Space, caller: Caller) -> str:
        """The IANA zone in which the caller's plan runs; UTC while there is none."""
        try:
            with self._store.read() as tx:
                member = tx.members.find(space, caller)
                plan = tx.plans.active(member) if member else None
                return plan.zone if plan else UNKNOWN_ZONE
        except TryAgain:
            return UNKNOWN_ZONE

    def notice(self, occurrence: Occurrence, tx: Transaction, now: datetime) -> Telling:
        """What the occurrence says, as it is true at `now`. Raises Unreachable, with a reference, for a bug,
        and TryAgain as the store does."""
        schedule = self._catalog.schedules.get(occurrence.kind)
        if schedule is None:
            return Skip("nothing says this any more")
        if is_too_late(occurrence.due_at, now, schedule.late):
            return Skip("late")
        try:
            if schedule.nudges and tx.ledger.was_said(occurrence, self._rival_nudges(schedule)):
                return Skip("one nudge a week")
            return schedule.handle(occurrence, Context(tx, self._library), now)
        except (TryAgain, DeliveryError):
            raise
        except Exception as error:  # as in `answer`
            raise Unreachable(f"bug {self._report(error, occurrence)}") from error

    def _rival_nudges(self, schedule: Schedule) -> tuple[str, ...]:
        kinds = (one.kind for one in self._catalog.schedules.values() if one.nudges)
        return tuple(kind for kind in kinds if kind != schedule.kind)

    def _run_command(self, call: Call, name: str, options: Mapping[str, str | int | bool]) -> Answer:
        command = self._catalog.commands.get(name)
        if command is None:
            raise NotFound("command.unknown", command=clean_line(name, NAME_LIMIT))
        _authorise(command, call.caller)
        return Answer(self._handle(call, command, (), _read_options(command, options)), command.private)

    def _run_action(
        self,
        call: Call,
        encoded: str,
        chosen: tuple[str, ...],
        values: Mapping[str, str | tuple[str, ...]],
        *,
        submits: bool,
    ) -> Answer:
        action = decode(encoded)
        handler = self._catalog.actions.get(action.name)
        if handler is None or handler.submits is not submits:
            raise InvalidInput("button.foreign")
        _authorise(handler, call.caller)
        args = _read_args(handler, (*action.args, *chosen))
        return Answer(self._handle(call, handler, args, _read_values(handler, values)), handler.private)

    def _handle(
        self, call: Call, asked: Command | ActionHandler, args: tuple[Value, ...], named: Mapping[str, Any]
    ) -> Reply:
        now = self._clock.now()
        caller = _clean_caller(call.caller)
        with self._store.write() as tx:
            member = tx.members.enrol(call.space, caller, now)
            request = Request(member, caller, call.space, call.reply_to, now)
            reply: Reply = asked.handle(request, Context(tx, self._library), *args, **named)
            return reply

    def _glance(self, space: Space, caller: Caller, ctx: Context) -> Glance:
        return Glance(ctx.tx.members.find(space, caller), _clean_caller(caller), space, self._clock.now())


def _typed_in(call: Call) -> tuple[str, ...]:
    """The texts of a form that was sent, cleaned like everything that people type."""
    if not isinstance(call.what, Submitted):
        return ()
    return tuple(clean(text, TYPED_LIMIT) for text in call.what.values.values() if isinstance(text, str))


def _authorise(asked: Command | ActionHandler, caller: Caller) -> None:
    if asked.lead and not caller.is_lead:
        raise NotAllowed("lead.only")


def _clean_caller(caller: Caller) -> Caller:
    return Caller(caller.address, clean_line(caller.name, NAME_LIMIT) or caller.address.id, caller.is_lead)


def _read_options(command: Command, given: Mapping[str, str | int | bool]) -> dict[str, Value]:
    known = {option.name: option for option in command.options}
    for name in given:
        if name not in known:
            raise InvalidInput("option.unknown", option=clean_line(name, NAME_LIMIT), command=command.name)
    options = {name: _read_option(option, given[name]) for name, option in known.items() if name in given}
    for name, option in known.items():
        if option.required and options.get(name) is None:
            raise InvalidInput("option.required", option=name, command=command.name)
    return {name: value for name, value in options.items() if value is not None}


def _read_option(option: Option, given: str | int | bool) -> Value | None:
    if isinstance(given, str):
        # One more than the limit is kept, to tell a text that fits from one that doesn't.
        given = clean_line(given, option.limit + 1)
        if len(given) > option.limit:
            raise InvalidInput("option.long", option=option.name, limit=str(option.limit))
        if not given:
            return None
    return convert(option, given)


def _read_args(handler: ActionHandler, args: tuple[str, ...]) -> tuple[Value, ...]:
    if len(args) != len(handler.action.params):
        raise InvalidInput("button.foreign")
    hints = get_type_hints(handler.handle)
    return tuple(
        _read_integer(arg) if hints[name] is int else clean_line(arg, NAME_LIMIT)
        for name, arg in zip(handler.action.params, args, strict=True)
    )


def _read_integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise InvalidInput("button.foreign")
    return int(text)


def _read_values(handler: ActionHandler, values: Mapping[str, str | tuple[str, ...]]) -> dict[str, Any]:
    """A form's values for the handler's keyword-only parameters; an empty one is left to its default."""
    named: dict[str, Any] = {}
    for name, one in inspect.signature(handler.handle).parameters.items():
        if one.kind is not one.KEYWORD_ONLY:
            continue
        value = values.get(name, "")
        if isinstance(value, str):
            value = clean(value, TYPED_LIMIT)
        else:
            value = tuple(clean_line(item, NAME_LIMIT) for item in value[:CHOICE_LIMIT])
        if value:
            named[name] = value
        elif one.default is one.empty:
            raise InvalidInput("input.required")
    return named
