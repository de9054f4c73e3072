from types import ModuleType
from typing import Any

import pytest

from bot.core.catalog import Catalog
from bot.core.chat.codec import Action
from bot.core.chat.command import Option
from bot.core.chat.control import Choice
from bot.core.errors import CatalogError
from bot.core.feature import Feature
from bot.core.handlers import FEATURES

SHOW = Action("thing.show", "thing_id")


def views(**names: Any) -> ModuleType:
    module = ModuleType("views")
    vars(module).update(names)
    return module


def feature(name: str = "things", **drawn: Any) -> Feature:
    return Feature(name, views(**drawn))


def declare(one: Feature, name: str, *options: Option) -> Any:
    return one.command(name, "Says what it does", private=True, options=options)


def test_the_shipped_features_fit_together() -> None:
    catalog = Catalog(FEATURES)
    assert {"skillgap", "tip", "guide", "cairn"} <= catalog.commands.keys()
    assert catalog.home_pieces


def test_a_name_stands_for_one_thing() -> None:
    one = feature()
    declare(one, "show")(lambda request, ctx: None)
    declare(one, "show")(lambda request, ctx: None)
    with pytest.raises(CatalogError, match="two commands"):
        Catalog([one])
    with pytest.raises(CatalogError, match="two features"):
        Catalog([feature(), feature()])


def test_a_name_is_a_command_or_a_group() -> None:
    one = feature()
    declare(one, "goal")(lambda request, ctx: None)
    declare(one, "goal set")(lambda request, ctx: None)
    with pytest.raises(CatalogError, match="a command and a group"):
        Catalog([one])


def test_options_and_the_handler_agree() -> None:
    def with_week(request: Any, ctx: Any, *, week: int | None = None) -> None: ...
    def with_needed_week(request: Any, ctx: Any, *, week: int) -> None: ...
    def with_text(request: Any, ctx: Any, *, week: str | None = None) -> None: ...

    week = Option("week", "Which week", int)
    needed = Option("week", "Which week", int, required=True)
    fitting_pairs: list[tuple[Any, Option]] = [(with_week, week), (with_needed_week, needed)]
    for handle, option in fitting_pairs:
        fitting = feature()
        declare(fitting, "show", option)(handle)
        assert Catalog([fitting]).commands["show"].options == (option,)
    mismatched: list[tuple[Any, tuple[Option, ...]]] = [
        (with_week, ()),
        (with_week, (needed,)),
        (with_needed_week, (week,)),
        (with_text, (week,)),
        (with_week, (Option("month", "Which month", int),)),
    ]
    for handle, options in mismatched:
        wrong = feature()
        declare(wrong, "show", *options)(handle)
        with pytest.raises(CatalogError, match="/show"):
            Catalog([wrong])


def test_every_action_that_is_drawn_is_answered() -> None:
    with pytest.raises(CatalogError, match=r"nothing answers thing\.show"):
        Catalog([feature(SHOW=SHOW)])


def test_a_handler_takes_its_actions_arguments() -> None:
    def good(request: Any, ctx: Any, thing_id: int) -> None: ...
    def renamed(request: Any, ctx: Any, other: int) -> None: ...
    def untyped(request: Any, ctx: Any, thing_id: Any) -> None: ...

    fitting = feature(SHOW=SHOW)
    fitting.action(SHOW)(good)
    assert Catalog([fitting]).actions["thing.show"].handle is good
    for handle in (renamed, untyped):
        wrong = feature(SHOW=SHOW)
        wrong.action(SHOW)(handle)
        with pytest.raises(CatalogError, match=r"thing\.show"):
            Catalog([wrong])


def test_a_platform_runs_out_of_names() -> None:
    many = feature()
    for number in range(26):
        declare(many, f"lead do{number}")(lambda request, ctx: None)
    with pytest.raises(CatalogError, match="25 commands in a group"):
        Catalog([many])
    for number in range(51):
        declare(many, f"do{number}")(lambda request, ctx: None)
    with pytest.raises(CatalogError, match="50 commands"):
        Catalog([many])


def test_a_platform_is_told_so_much_and_no_more() -> None:
    def group(members: int) -> Feature:
        long = feature()
        for number in range(members):
            long.command(f"plan do{number}", "d" * 100, private=True)(lambda request, ctx: None)
        return long

    Catalog([group(25)])
    wordy = group(1)
    choices = tuple(Choice(f"{number:02}" + "l" * 73, f"{number:02}" + "v" * 98) for number in range(25))
    options = tuple(Option(f"o{number}", "d", choices=choices) for number in range(2))

    @wordy.command("plan choose", "d", private=True, options=options)
    def choose(request: Any, ctx: Any, *, o0: str | None = None, o1: str | None = None) -> None: ...

    with pytest.raises(CatalogError, match="8000 characters"):
        Catalog([wordy])
