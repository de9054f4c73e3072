"""Everything that the core can say: gathered by living the journeys, pressing what is drawn and typing every
command, until every view has drawn something."""

import asyncio
import fcntl
import functools
import pickle
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from inspect import isfunction
from pathlib import Path
from pkgutil import iter_modules
from types import FrameType
from typing import Any, get_type_hints

from bot.core import views
from bot.core.catalog import Catalog
from bot.core.chat.call import Space
from bot.core.chat.form import Form
from bot.core.chat.message import Block, Message, Update
from bot.core.domain.cohorts import Cohort, CohortId
from bot.core.domain.schedules import NOT_KEPT, SUMMARY, Schedule
from bot.core.handlers import FEATURES
from bot.core.ids import Address, MemberId
from bot.core.recurrence import Recurrence
from bot.core.views import calls, errors, homes, installs, leads, moving, reach, welcome
from bot.core.views.asking import ask_missing
from tests.journeys.conversation import walk
from tests.journeys.core import CoreSurface

JOURNEYS = tuple(sorted((Path(__file__).parents[1] / "journeys").glob("*.md")))
# After these all that is drawn is pressed, and every command typed.
TRIED = ("a-cohort", "a-gap-question", "assess", "evidence-and-undo", "reminders", "tips-for-a-cohort")
FOLDER = Path(str(views.__file__)).parent
DRAWS = (Message, Update, Form, tuple[Block, ...], Form | None)

Said = Message | Form | tuple[Block, ...]
Drawn = Mapping[str, tuple[Said, ...]]


@functools.cache
def templates(shared: Path | None = None) -> Drawn:
    """What each view has drawn, by the view's name: every shape of it once.

    `shared`: a file that holds it for the other processes of this run, of which one gathers it for all.
    """
    if shared is None:
        return _gather()
    with shared.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        if kept := file.read():
            drawn: Drawn = pickle.loads(kept)
        else:
            drawn = _gather()
            file.write(pickle.dumps(drawn))
    return drawn


def _gather() -> Drawn:
    found: dict[str, dict[str, Said]] = defaultdict(dict)
    with watching(lambda view, said: found[view].setdefault(shape(said), said)):
        asyncio.run(_live())
        _say_the_rest()
    return {view: tuple(said.values()) for view, said in sorted(found.items())}


def every_view() -> set[str]:
    """The names of all functions of the views that draw a message, a form or blocks."""
    found = set()
    for one in iter_modules([str(FOLDER)]):
        module = import_module(f"{views.__name__}.{one.name}")
        for name, view in vars(module).items():
            own = isfunction(view) and view.__module__ == module.__name__ and not name.startswith("_")
            if own and get_type_hints(view).get("return") in DRAWS:
                found.add(f"{one.name}.{name}")
    return found


def shape(said: Said) -> str:
    """What is left of something said without its words: the same for the same kinds in the same order."""
    return "".join(_kinds(said))


@contextmanager
def watching(tell: Callable[[str, Said], object]) -> Iterator[None]:
    """Tells of everything that a view gives back to whoever is no view."""

    def look(frame: FrameType, event: str, told: Any) -> None:
        if event != "return" or not frame.f_code.co_filename.startswith(str(FOLDER)):
            return
        name = f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}"
        if isinstance(told, Update):
            told = told.message
        blocks = isinstance(told, tuple) and told and all(isinstance(one, Block) for one in told)
        if blocks or isinstance(told, Message | Form):
            tell(name, told)

    sys.setprofile(look)
    try:
        yield
    finally:
        sys.setprofile(None)


async def _live() -> None:
    for journey in JOURNEYS:
        with tempfile.TemporaryDirectory(prefix="cairn-templates-") as folder:
            surface = CoreSurface(Path(folder))
            await surface.start()
            try:
                await walk(journey, surface)
                if journey.stem in TRIED:
                    surface.try_everything()
            finally:
                await surface.stop()


def _say_the_rest() -> None:
    """What is said where no journey goes: too slow, too often, interrupted, broken, in two communities at
    once, just installed, of a role, and of direct messages that are open again."""
    errors.busy()
    errors.bug("0badcafe")
    calls.too_often(42)
    calls.unseen()
    calls.not_opened()
    calls.unchecked()
    calls.perhaps_posted()
    calls.elsewhere()
    spaces = tuple(Space(Address("discord", f"{one}"), f"Community {one}") for one in range(2))
    homes.which_home(spaces)
    homes.home_chosen(spaces[0])
    homes.home_card(spaces[0])
    _ask_about_a_channel()
    welcome.arrival()
    leads.promoted_role_card()
    leads.demoted_role_card()
    reach.opened_card()
    installs.invitation()
    installs.installed()
    installs.failed("access_denied")
    installs.not_installed()
    for command in Catalog(FEATURES).commands.values():
        ask_missing(command, {})


def _ask_about_a_channel() -> None:
    cohort = Cohort(CohortId(1), "Autumn", True, 5)
    weekly = Recurrence("Europe/Lisbon", 0, 540)
    moving.move_card(
        cohort, Schedule(NOT_KEPT, cohort.id, SUMMARY, "channel", "c", weekly, MemberId(1), True), weekly
    )


def _kinds(said: Any) -> Iterator[str]:
    if isinstance(said, tuple):
        yield "("
        for one in said:
            yield from _kinds(one)
        yield ")"
    elif hasattr(said, "__dataclass_fields__"):
        yield type(said).__name__
        for name in said.__dataclass_fields__:
            yield from _kinds(getattr(said, name))
