"""All features together. Refuses to start when a declaration is wrong."""

import inspect
from collections.abc import Iterable
from difflib import get_close_matches
from types import UnionType
from typing import Any, get_args, get_type_hints

from bot.core.chat.call import Pressed, Submitted, Typed
from bot.core.chat.codec import Action
from bot.core.chat.command import DESCRIPTION_LIMIT, OPTION_LIMIT, Command
from bot.core.chat.typed import clean_line
from bot.core.domain.members import NAME_LIMIT
from bot.core.errors import CatalogError, NotFound
from bot.core.feature import ActionHandler, Aside, Feature, HomePiece, Schedule

COMMAND_LIMIT = 50
GROUP_LIMIT = 25
TEXT_LIMIT = 8_000  # in all names, descriptions and choices below one first word
ACTION_TYPES = (str, int)


class Catalog:
    """What can be asked, by name. Raises CatalogError for a declaration that contradicts itself, another
    one or a platform's limits."""

    def __init__(self, features: Iterable[Feature]) -> None:
        self.features = tuple(features)
        _refuse_twice("feature", (feature.name for feature in self.features))
        listed = tuple(command for feature in self.features for command in feature.commands)
        handlers = tuple(handler for feature in self.features for handler in feature.actions)
        _refuse_twice("command", (command.name for command in listed))
        _refuse_twice("action", (handler.action.name for handler in handlers))
        _check_groups(listed)
        for command in listed:
            _check_command(command)
        for handler in handlers:
            _check_handler(handler)
        for feature in self.features:
            _check_views(feature, {handler.action for handler in handlers})
        self.commands: dict[str, Command] = {command.name: command for command in listed}
        self.actions: dict[str, ActionHandler] = {handler.action.name: handler for handler in handlers}
        schedules = tuple(schedule for feature in self.features for schedule in feature.schedules)
        _refuse_twice("schedule", (schedule.kind for schedule in schedules))
        self.schedules: dict[str, Schedule] = {schedule.kind: schedule for schedule in schedules}
        self.asides: tuple[Aside, ...] = tuple(add for feature in self.features for add in feature.asides)
        self.home_pieces: tuple[HomePiece, ...] = tuple(
            piece for feature in self.features for piece in feature.home_pieces
        )

    def can_wait(self, what: Typed | Pressed | Submitted) -> bool:
        """Whether it may be carried out after it was acknowledged: a form can't be opened then, nor kept open
        for what was typed into it."""
        if isinstance(what, Typed):
            return True
        handler = self.actions.get(what.action.split(":")[0])
        return handler is not None and not handler.opens_form and not handler.submits

    def is_for_leads(self, what: Typed | Pressed | Submitted) -> bool:
        """Whether only leads may ask for it. False for what nobody answers."""
        if isinstance(what, Typed):
            asked: Command | ActionHandler | None = self.commands.get(what.command)
        else:
            asked = self.actions.get(what.action.split(":")[0])
        return asked is not None and asked.lead

    def find(self, name: str) -> Command:
        """Returns the command with that name. Raises NotFound, with the nearest name where one is near."""
        command = self.commands.get(name)
        if command is not None:
            return command
        typed = clean_line(name, NAME_LIMIT)
        root, _, second = typed.partition(" ")
        members = {one.name.split(" ")[-1]: one.name for one in self.roots.get(root, ())}
        if members:
            # What all members have in common makes none of them nearer.
            near = [members[one] for one in get_close_matches(second, members, n=1)]
        else:
            near = get_close_matches(typed, self.commands, n=1)
        if near:
            raise NotFound("command.near", command=typed, near=near[0])
        if members:
            raise NotFound("command.group", command=typed, group=root)
        raise NotFound("command.unknown", command=typed)

    @property
    def roots(self) -> dict[str, tuple[Command, ...]]:
        """The commands under each first word, in the order of their declaration."""
        roots: dict[str, tuple[Command, ...]] = {}
        for command in self.commands.values():
            roots[command.root] = (*roots.get(command.root, ()), command)
        return roots


def _refuse_twice(kind: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise CatalogError(f"two {kind}s are named {name!r}")
        seen.add(name)


def _check_groups(commands: tuple[Command, ...]) -> None:
    bare = {command.name for command in commands if " " not in command.name}
    members: dict[str, int] = {}
    for command in commands:
        if " " in command.name:
            members[command.root] = members.get(command.root, 0) + 1
    both = sorted(bare & members.keys())
    if both:
        raise CatalogError(f"{both[0]!r} is a command and a group; Discord can run only one of them")
    if len(bare | members.keys()) > COMMAND_LIMIT:
        raise CatalogError(f"more than {COMMAND_LIMIT} commands")
    if any(count > GROUP_LIMIT for count in members.values()):
        raise CatalogError(f"more than {GROUP_LIMIT} commands in a group")
    for root in bare | members.keys():
        if sum(_length_of(command) for command in commands if command.root == root) > TEXT_LIMIT:
            raise CatalogError(f"/{root}: more than {TEXT_LIMIT} characters to tell a platform")


def _length_of(command: Command) -> int:
    """At most so many characters are told about the command; a description may get a hint after it."""
    told = (
        len(option.name) + DESCRIPTION_LIMIT + sum(len(one.label + one.value) for one in option.choices)
        for option in command.options
    )
    return len(command.name) + 2 * len(command.description) + sum(told)


def _check_command(command: Command) -> None:
    """The options and the handler's keyword-only parameters agree in name, type and default."""
    keywords = {
        name: one
        for name, one in inspect.signature(command.handle).parameters.items()
        if one.kind is one.KEYWORD_ONLY
    }
    options = {option.name: option for option in command.options}
    if keywords.keys() != options.keys() or len(options) > OPTION_LIMIT:
        raise CatalogError(f"/{command.name}: options {sorted(options)}, handler {sorted(keywords)}")
    hints = get_type_hints(command.handle)
    for name, option in options.items():
        wanted = {option.kind} if option.required else {option.kind, type(None)}
        if _types_of(hints.get(name)) != wanted:
            raise CatalogError(f"/{command.name}: the handler's {name} does not take what its option gives")
        if option.required is not (keywords[name].default is inspect.Parameter.empty):
            raise CatalogError(f"/{command.name}: {name} is required in one place only")


def _check_handler(handler: ActionHandler) -> None:
    """The handler's positional parameters after (request, ctx) are the action's, text or integers."""
    given = [
        one
        for one in inspect.signature(handler.handle).parameters.values()
        if one.kind is one.POSITIONAL_OR_KEYWORD
    ][2:]
    if tuple(one.name for one in given) != handler.action.params:
        raise CatalogError(f"{handler.action.name}: handler takes {[one.name for one in given]}")
    hints = get_type_hints(handler.handle)
    for one in given:
        if hints.get(one.name) not in ACTION_TYPES:
            raise CatalogError(f"{handler.action.name}: {one.name} is neither text nor an integer")


def _check_views(feature: Feature, answered: set[Action]) -> None:
    """Every action that the feature's views draw, their own or another view's, is answered somewhere."""
    for name, one in vars(feature.views).items():
        if isinstance(one, Action) and one not in answered:
            raise CatalogError(f"nothing answers {one.name} ({feature.views.__name__}.{name})")


def _types_of(hint: Any) -> set[Any]:
    return set(get_args(hint)) if isinstance(hint, UnionType) else {hint}
