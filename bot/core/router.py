"""The one door. `Router.answer` runs whole on a database thread: one hop and one transaction a request."""

from collections.abc import Callable
from datetime import datetime

from bot.core.budget import CallBudget
from bot.core.chat.call import Answer, Call, Caller, Pressed, Reply, Space, Submitted, Typed, Typing
from bot.core.chat.codec import decode
from bot.core.chat.command import Command
from bot.core.chat.control import CHOICE_LIMIT, Choice
from bot.core.chat.message import Block, Message
from bot.core.chat.notice import Notice, Skip, Telling
from bot.core.chat.typed import clean_line
from bot.core.domain.ledger import LEFT, PERHAPS_SENT, TAKEN_OUT, Cut, Occurrence, is_too_late, too_late
from bot.core.domain.schedules import ALERT
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
from bot.core.free_words import sort_words
from bot.core.given import Given, read_args, read_caller, read_options, read_typed, read_values
from bot.core.handlers.history import zone_by_plans
from bot.core.handlers.running import follow_clock
from bot.core.inbox import Kept
from bot.core.permission import authorise
from bot.core.ports import Transaction
from bot.core.request import Context, Glance, Request
from bot.core.space_router import SpaceRouter
from bot.core.views import errors as views
from bot.core.views.error_inputs import about
from bot.core.views.lines import working_line

UNKNOWN_ZONE = "UTC"
# A shorter text of a command that was refused is typed again sooner than copied.
LONG = 40
UNREACHED: dict[Cut, str] = {"member": LEFT, "direct": "direct messages closed"}


class Router(SpaceRouter):
    """Routes what reaches Cairn to the handler that answers it. All methods block; only `notice` raises."""

    def answer(self, call: Call, kept: Kept | None = None, budget: CallBudget | None = None) -> Answer | None:
        """The reply to a call, its effect committed. A refusal is a private message and keeps nothing.

        None for a call that was here already: it has its effect, and its answer is the first one's. `kept`
        says that it has waited, and that it is the holder's to carry out now. `budget`: how long its platform
        waits.
        """
        try:
            return self._carry_out(call, kept, budget)
        except UserError as error:
            self._see(call.space, call.caller)
            told = views.refusal(error, read_typed(call.what, LONG), self._working_line(error, call))
            return Answer(told, private=True, refused=True, about=about(error))
        except TryAgain:
            return self.give_up(call)
        except Exception as error:  # a bug, wherever it is: the member gets a reference, the log the trace
            told = views.bug(self._report(error, call), read_typed(call.what))
            return Answer(told, private=True, refused=True)

    def give_up(self, call: Call) -> Answer:
        """What is said of a call that could not be carried out in time. Asks no database."""
        return Answer(views.busy(read_typed(call.what)), private=True, refused=True, given_up=True)

    def suggest(self, typing: Typing) -> tuple[Choice, ...]:
        """At most 25 entries for the option being typed; none when there is nothing to offer."""
        command = self._catalog.commands.get(typing.command)
        option = (
            next((one for one in command.options if one.name == typing.option), None) if command else None
        )
        if command is None or option is None or option.suggest is None:
            return ()
        try:
            with self._store.read() as tx:
                glance = self._glance(typing.space, typing.caller, Context(tx, self._library))
                authorise(command, typing.caller, glance.member, tx)
                text = clean_line(typing.text, option.limit)
                offered = option.suggest(glance, Context(tx, self._library), text)[:CHOICE_LIMIT]
            self._see_again(glance)
            return offered
        except (TryAgain, NotAllowed):
            return ()
        except Exception as error:  # suggestions are a comfort: the member can still type
            self._report(error, typing)
            return ()

    def check(self, call: Call) -> Answer | None:
        """Why the command would be refused whatever else was given with it; None when it would not."""
        command = self._catalog.commands.get(call.what.command) if isinstance(call.what, Typed) else None
        try:
            with self._store.read() as tx:
                member = tx.members.find(call.space, call.caller)
                if command is not None:
                    authorise(command, call.caller, member, tx)
                if command is not None and command.plan and not (member and tx.plans.active(member)):
                    raise NotFound("plan.none")
        except UserError as error:
            return Answer(views.refusal(error, (), self._working_line(error, call)), True, refused=True)
        except TryAgain:
            return None
        return None

    def home(self, space: Space, caller: Caller) -> tuple[Block, ...]:
        """The pieces of every feature's home, in the features' order."""
        try:
            with self._store.read() as tx:
                ctx = Context(tx, self._library)
                glance = self._glance(space, caller, ctx)
                pieces = tuple(block for show in self._catalog.home_pieces for block in show(glance, ctx))
            self._see_again(glance)
            return pieces
        except TryAgain:
            return views.busy().blocks
        except Exception as error:  # as in `answer`
            return views.bug(self._report(error, caller)).blocks

    def zone(self, space: Space, caller: Caller) -> str:
        """The IANA zone of the caller's plan, else the one that the platform says, else that of their newest
        plan that has ended; else UTC."""
        try:
            with self._store.read() as tx:
                member = tx.members.find(space, caller)
                return (zone_by_plans(tx, member) if member else "") or UNKNOWN_ZONE
        except TryAgain:
            return UNKNOWN_ZONE

    def learn(self, space: Space, caller: Caller) -> None:
        """Keeps what the platform says of a member beside their calls. Who is none yet stays unknown; what
        can't be kept now is told again."""
        now = self._clock.now()
        try:
            with self._store.write() as tx:
                if tx.members.find(space, caller) is not None:
                    member = tx.members.enrol(space, read_caller(caller), now)
                    follow_clock(Context(tx, self._library), member, now)
        except TryAgain:
            return
        except Exception as error:  # as in `answer`
            self._report(error, caller)

    def notice(self, occurrence: Occurrence, tx: Transaction, now: datetime) -> Telling:
        """What the occurrence says, as it is true at `now`. Writes nothing. Raises Unreachable, with a
        reference, for a bug, and TryAgain as the store does."""
        schedule = self._catalog.schedules.get(occurrence.kind)
        if schedule is None:
            return Skip("nothing says this any more")
        if occurrence.gone:
            return Skip(TAKEN_OUT)
        if is_too_late(occurrence.due_at, now, schedule.late):
            return Skip(f"late, {PERHAPS_SENT}" if occurrence.restored else too_late(occurrence.why))
        try:
            if schedule.nudges and tx.ledger.was_said(occurrence, self._rival_nudges(schedule)):
                return Skip("one nudge a week")
            with tx.reading():
                told = schedule.handle(occurrence, Context(tx, self._library), now)
            if isinstance(told, Notice) and told.place == "direct":
                cut = tx.reach.cut(occurrence.space_id, told.to.id)
                return told if cut is None else Skip(UNREACHED[cut])
            return told
        except (TryAgain, DeliveryError):
            raise
        except Exception as error:  # as in `answer`
            raise Unreachable(f"bug {self._report(error, occurrence)}") from error

    def is_late(self, occurrence: Occurrence, now: datetime) -> bool:
        """Whether the occurrence is not worth saying any more."""
        schedule = self._catalog.schedules.get(occurrence.kind)
        return schedule is None or is_too_late(occurrence.due_at, now, schedule.late)

    def report_unsaid(self, occurrence: Occurrence, tx: Transaction, now: datetime) -> bool:
        """Whether a lead is to be told that this could not be said: the one who asked for it."""
        schedule = self._catalog.schedules.get(occurrence.kind)
        if schedule is None or not schedule.reports:
            return False
        row, space = occurrence, occurrence.space
        return tx.ledger.add(space, row.space_id, ALERT, row.id, row.week, now, now, urgent=True)

    def report_sent(self, occurrence: Occurrence, tx: Transaction, now: datetime) -> None:
        """Writes what the sent message changes. A bug there is logged and undone alone: the message was sent,
        and its row has to say so. Raises TryAgain."""
        schedule = self._catalog.schedules.get(occurrence.kind)
        if schedule is None or schedule.sent is None:
            return
        try:
            with tx.apart():
                schedule.sent(occurrence, Context(tx, self._library), now)
        except TryAgain:
            raise
        except Exception as error:  # as in `answer`
            self._report(error, occurrence)

    def report_bug(self, error: Exception, occurrence: Occurrence) -> str:
        """Logs what broke while it was said. A short reference to it."""
        return self._report(error, occurrence)

    def _working_line(self, error: UserError, call: Call) -> str:
        """A line that works instead of what was typed."""
        if not isinstance(call.what, Typed):
            return ""
        if error.reason == "command.group":
            return f"/cairn {error.facts['group']}"
        command = self._catalog.commands.get(error.facts.get("near", call.what.command))
        return working_line(error, about(error), command, call.what.options, self._clock.now())

    def _rival_nudges(self, schedule: Schedule) -> tuple[str, ...]:
        kinds = (one.kind for one in self._catalog.schedules.values() if one.nudges)
        return tuple(kind for kind in kinds if kind != schedule.kind)

    def _find(self, what: Typed | Pressed | Submitted) -> tuple[Command | ActionHandler, Callable[[], Given]]:
        """What was asked for, and how to read what was given with it."""
        if isinstance(what, Typed):
            command = self._catalog.find(what.command)
            return command, lambda: ((), read_options(command, what.options))
        action = decode(what.action)
        handler = self._catalog.actions.get(action.name)
        if handler is None or handler.submits is not isinstance(what, Submitted):
            raise InvalidInput("button.foreign")
        if isinstance(what, Submitted):
            return handler, lambda: (read_args(handler, action.args), read_values(handler, what.values))
        chosen = () if what.value is None else (what.value,)
        return handler, lambda: (read_args(handler, (*action.args, *chosen)), read_values(handler, {}))

    def _carry_out(self, call: Call, kept: Kept | None, budget: CallBudget | None) -> Answer | None:
        """What was given is read only once its caller may ask for it."""
        asked, read = self._find(call.what)
        now = self._clock.now()
        caller = read_caller(call.caller)
        with self._store.write(budget) as tx:
            # First of all: whoever comes with the same key waits here until it is clear who was the first.
            if not (tx.inbox.take(call, now) if kept is None else tx.inbox.work(kept)):
                return None
            member = tx.members.enrol(call.space, caller, now)
            authorise(asked, caller, member, tx)
            try:
                args, named = read()
            except InvalidInput:
                if isinstance(asked, Command) and asked.plan and tx.plans.active(member) is None:
                    raise NotFound("plan.none") from None  # whatever they gave, that comes first
                raise
            ctx = Context(tx, self._library)
            if caller.zone:
                follow_clock(ctx, member, now)
            request = Request(member, caller, call.space, call.reply_to, now)
            if isinstance(asked, Command):
                named = sort_words(asked, named, request, ctx)
            reply: Reply = asked.handle(request, ctx, *args, **named)
            # What takes the place of another message may be seen by many.
            if asked.private and isinstance(reply, Message):
                for add in self._catalog.asides:
                    reply = add(request, ctx, reply)
        return Answer(reply, asked.private)

    def _glance(self, space: Space, caller: Caller, ctx: Context) -> Glance:
        return Glance(ctx.tx.members.find(space, caller), read_caller(caller), space, self._clock.now())
