"""First steps, and what there is to ask."""

import re
from difflib import get_close_matches

from bot.core.chat.call import Reply
from bot.core.chat.command import Option
from bot.core.chat.control import Choice
from bot.core.chat.message import Block, Message
from bot.core.errors import NotFound
from bot.core.feature import Feature
from bot.core.request import Context, Glance, Request
from bot.core.views import welcome as views
from bot.core.views.homes import COMMUNITY, home_card

feature = Feature("welcome", views)

_WORDS = re.compile(r"[a-z0-9_]+")


def suggest_commands(_glance: Glance, ctx: Context, text: str) -> tuple[Choice, ...]:
    """The commands whose name holds what is typed so far."""
    wanted = text.casefold().lstrip("/")
    names = (command.name for command in ctx.library.commands)
    return tuple(Choice(f"/{name}", name) for name in names if wanted in name)


@feature.command(
    "cairn",
    "First steps, and what each command does",
    private=True,
    options=(Option("command", "Which command to explain", suggest=suggest_commands, example="plan start"),),
)
def show_help(request: Request, ctx: Context, *, command: str | None = None) -> Reply:
    if command is None:
        return views.welcome_card(ctx.library.commands)
    return _explain(request, ctx, command)


@feature.action(views.EXPLAIN)
def explain(request: Request, ctx: Context, name: str) -> Message:
    return _explain(request, ctx, name)


@feature.home
def show_first_steps(glance: Glance, ctx: Context) -> tuple[Block, ...]:
    """Until the first plan: from then on the week's goals stand there."""
    started = glance.member is not None and ctx.tx.plans.active(glance.member) is not None
    return () if started else views.first_steps_piece()


def _explain(request: Request, ctx: Context, name: str) -> Message:
    """A command by its name, or a group by its first word."""
    wanted = " ".join(_WORDS.findall(name.casefold()))
    if wanted == COMMUNITY:
        return home_card(request.space)
    members = tuple(command for command in ctx.library.commands if wanted in (command.name, command.root))
    named = next((command for command in members if command.name == wanted), None)
    if named is not None:
        return views.command_card(named, request.now)
    if not members:
        near = get_close_matches(wanted, (command.name for command in ctx.library.commands), n=1)
        if near:
            raise NotFound("command.near", command=name, near=near[0])
        raise NotFound("command.unknown", command=name)
    return views.group_card(members, request.now)
