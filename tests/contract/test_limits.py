"""Every command, form of a command and home that the core can declare keeps both platforms' limits."""

import inspect
import keyword
from collections import Counter
from datetime import date
from types import ModuleType
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.discord.publish import commands
from bot.adapters.discord.render import form_payload as discord_form
from bot.adapters.discord.render import suggestions_payload
from bot.adapters.slack.publish import manifest
from bot.adapters.slack.render import entries_payload, home_payload
from bot.adapters.slack.render import form_payload as slack_form
from bot.core.catalog import Catalog
from bot.core.chat.codec import encode
from bot.core.chat.command import NAME_LIMIT, Command, Option, Value
from bot.core.chat.control import Choice
from bot.core.chat.message import Block, actions_of
from bot.core.errors import CatalogError
from bot.core.feature import Feature
from bot.core.views.asking import ask_missing
from tests.contract import discord_limits, slack_limits
from tests.contract.strategies import blocks, choices, examples, lines

WIDE = 25  # as many options and members of a group as there may be


def words(size: int) -> st.SearchStrategy[str]:
    """Names of commands and options."""
    plain = st.from_regex(rf"[a-z][a-z0-9_]{{0,{size - 1}}}", fullmatch=True)
    return plain.filter(lambda name: not keyword.iskeyword(name) and not name.startswith("__"))


names = st.one_of(words(6), words(NAME_LIMIT), st.just("x" * NAME_LIMIT))
descriptions = st.one_of(st.just("d" * 100), lines(100))
numbers = st.lists(st.integers(-1_000_000, 1_000_000), min_size=1, max_size=25, unique=True).map(
    lambda values: tuple(Choice(f"Number {value}", str(value)) for value in values)
)
unalike = choices.filter(lambda listed: len({one.label for one in listed}) == len(listed))


def suggest(*_: Any) -> tuple[Choice, ...]:
    return ()


@st.composite
def options(draw: st.DrawFn, required: bool) -> Option:
    kind: type[Value] = draw(st.sampled_from((str, int, bool, date)))
    closed = {str: unalike, int: numbers}.get(kind, st.just(()))
    listed = draw(st.one_of(st.just(()), closed))
    asks = kind is not bool and not listed and draw(st.booleans())
    return Option(
        draw(names), draw(descriptions), kind, required, listed, suggest if asks else None,
        draw(st.integers(1, 2_000)),
    )  # fmt: skip


@st.composite
def signatures(draw: st.DrawFn) -> tuple[Option, ...]:
    """The options of a command: those that are required come first."""
    needed = draw(st.lists(options(required=True), max_size=5))
    others = draw(st.lists(options(required=False), max_size=draw(st.sampled_from((3, WIDE - 5)))))
    listed = {one.name: one for one in (*needed, *others)}
    return tuple(sorted(listed.values(), key=lambda one: not one.required))


def handler(listed: tuple[Option, ...]) -> Any:
    """A handler that takes these options."""

    def handle(request: object, ctx: object, **_: object) -> None: ...

    positional = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in ("request", "ctx")
    ]
    keywords = [
        inspect.Parameter(
            one.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if one.required else None,
        )
        for one in listed
    ]
    vars(handle)["__signature__"] = inspect.Signature([*positional, *keywords])
    handle.__annotations__ = {one.name: one.kind if one.required else one.kind | None for one in listed}
    return handle


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog | None:
    """Commands alone and in groups; None for more than there may be."""
    feature = Feature("things", ModuleType("views"))
    roots = names.filter(lambda name: len(name) < NAME_LIMIT)
    for root in draw(st.lists(roots, min_size=1, max_size=4, unique=True)):
        members = draw(st.lists(names, max_size=draw(st.sampled_from((3, WIDE))), unique=True))
        for name in [f"{root} {one}" for one in members] or [root]:
            listed = draw(signatures())
            lead = draw(st.booleans())
            declare = feature.command(name, draw(descriptions), private=True, lead=lead, options=listed)
            declare(handler(listed))
    try:
        return Catalog((feature,))
    except CatalogError as error:
        assert "characters to tell a platform" in str(error)  # noqa: PT017  the only limit that is left
        return None


@given(catalogs())
@settings(max_examples=examples(40), deadline=None)
def test_every_catalog_can_be_published(catalog: Catalog | None) -> None:
    if catalog is None:
        return
    discord_limits.check_commands(commands(catalog))
    slack_limits.check_manifest(manifest(catalog))
    prefix = "x" * max(0, min(NAME_LIMIT - 1 - max(map(len, catalog.roots)), 12))
    slack_limits.check_manifest(manifest(catalog, prefix=prefix, url="https://bot.example"))


@given(words(6), signatures(), st.data())
@settings(max_examples=examples(80), deadline=None)
def test_every_command_can_be_asked_for_by_a_form(
    name: str, listed: tuple[Option, ...], data: st.DataObject
) -> None:
    command = Command(name, "Does it", listed, private=True, lead=False, handle=handler(listed))
    typed = st.one_of(st.text(max_size=30), st.just("x" * 3_000))
    given_ = data.draw(st.fixed_dictionaries({}, optional={one.name: typed for one in listed}))
    form = ask_missing(command, given_)
    if form is None:
        return
    searched = tuple(one.name for one in listed if one.suggest)
    slack_limits.check_view(slack_form(form, searched))
    discord_limits.check_form(discord_form(form))


@given(st.lists(blocks, min_size=1, max_size=120))
@settings(max_examples=examples(40), deadline=None)
def test_every_home_fits(pieces: list[Block]) -> None:
    """Whatever the pieces are, as long as no two of them draw the same button."""
    kept, seen = list[Block](), Counter[str]()
    for block in pieces:
        ids = [encode(action) for action in actions_of((block,))]
        if len(set(ids)) == len(ids) and not seen.keys() & set(ids):
            kept.append(block)
            seen.update(ids)
    if kept:
        slack_limits.check_view(home_payload(tuple(kept)))


@given(choices, st.text(max_size=200))
@settings(max_examples=examples(60), deadline=None)
def test_every_list_that_is_searched_fits(listed: tuple[Choice, ...], typed: str) -> None:
    discord_limits.check_choices(suggestions_payload(listed, integers=False))
    slack_limits.check_options(entries_payload(listed, typed))
    slack_limits.check_options(entries_payload((), typed))
