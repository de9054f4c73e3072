"""Everything that the core says keeps the limits of both platforms; and whatever words stand in it, it calls
nobody and hides no address."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.adapters.discord import render as discord
from bot.adapters.slack import render as slack
from bot.core.chat.chart import picture_name
from bot.core.chat.form import Form
from bot.core.chat.message import Message, charts_of
from bot.core.views.errors import bug
from tests.contract import discord_limits, slack_limits
from tests.contract.examples import EMPTY_FORM, FORM, MESSAGES
from tests.contract.hostile import HOSTILE
from tests.contract.reworded import reword
from tests.contract.surfaces import Payload
from tests.contract.templates import Drawn, Said, every_view, templates
from tests.journeys.conversation import walk
from tests.journeys.core import CoreSurface

SOAKS = bool(os.environ.get("CAIRN_SOAK"))
# The long campaign puts every text into everything; the short one every third, another third each time.
SHARE = 1 if SOAKS else 8
CHECKED = 1 if SOAKS else 20  # every so manyth is checked for limits, too
# Several at once, and short enough for a name.
DENSE = (
    "[bank](https://evil.example) <!channel> @everyone",
    "<https://evil.example|bank> <@U0123ABCD> <#C0123ABCD>",
    "<@123456789012345678> <@&123456789012345678> @here",
    "[b](<https://evil.example>) **x** <!subteam^S0123ABCD>",
)
TYPED = HOSTILE if SOAKS else DENSE
JOURNEY = Path(__file__).parents[1] / "journeys" / "a-cohort.md"
BUG = bug("0badcafe").title
FILE_NAME = re.compile("chart-[0-9a-f]{12}[.]png")


def on_slack(said: Said) -> list[Payload]:
    """All that Slack is sent for it."""
    match said:
        case Message():
            return [slack.message_payload(said), slack.notice_payload(said)]
        case Form():
            return [slack.form_payload(said), slack.form_payload(said, [one.name for one in said.inputs])]
        case blocks:
            return [slack.home_payload(blocks)]


def on_discord(said: Said) -> list[Payload]:
    """All that Discord is sent for it. It has no home."""
    match said:
        case Message():
            files = [picture_name(chart) for chart in charts_of(said.blocks)]
            unpainted = discord.message_payload(discord.in_words(said, ()))
            opening = discord.opening_payload(said, "k" * 24)
            return [discord.message_payload(discord.in_words(said, files)), unpainted, opening]
        case Form():
            return [discord.form_payload(said)]
        case _:
            return []


def check_slack(payload: Payload) -> None:
    (slack_limits.check_view if "type" in payload else slack_limits.check_message)(payload)


def check_discord(payload: Payload) -> None:
    (discord_limits.check_form if "title" in payload else discord_limits.check_message)(payload)


@dataclass(frozen=True)
class Place:
    """A platform as it is sent things, and as it reads them."""

    draw: Callable[[Said], list[Payload]]
    check: Callable[[Payload], None]
    marked: Callable[[Payload], list[str]]
    mentions: Callable[[str], list[str]]
    links: Callable[[str], list[tuple[str, str]]]

    def live(self, said: Said) -> list[object]:
        """Whom it calls, and each address behind words, in the order in which they are drawn."""
        marked = [text for payload in self.draw(said) for text in self.marked(payload)]
        return [one for text in marked for one in (*self.mentions(text), *self.links(text))]


PLACES = {
    "slack": Place(
        on_slack, check_slack, slack_limits.marked_in, slack_limits.mentions_in, slack_limits.links_in
    ),
    "discord": Place(
        on_discord,
        check_discord,
        discord_limits.marked_in,
        discord_limits.mentions_in,
        discord_limits.links_in,
    ),
}


Everything = Callable[[], Iterator[tuple[str, Said]]]


@pytest.fixture
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    shared = "PYTEST_XDIST_WORKER" in os.environ
    return templates(tmp_path_factory.getbasetemp().parent / "templates" if shared else None)


@pytest.fixture
def everything(drawn: Drawn) -> Everything:
    """What the views draw, and the golden messages and forms."""

    def tell() -> Iterator[tuple[str, Said]]:
        for view, shapes in drawn.items():
            for said in shapes:
                yield view, said
        yield from MESSAGES.items()
        yield from (("form", FORM), ("empty_form", EMPTY_FORM))

    return tell


def test_every_view_is_among_what_is_said(drawn: Drawn) -> None:
    """One that is missing is drawn in no journey: write one that comes by."""
    assert every_view() <= drawn.keys()


@pytest.mark.parametrize("name", PLACES)
def test_everything_that_is_said_keeps_the_limits(everything: Everything, name: str) -> None:
    place = PLACES[name]
    for view, said in everything():
        for payload in place.draw(said):
            try:
                place.check(payload)
            except AssertionError as error:
                raise AssertionError(f"{view} on {name}: {error}") from error


@pytest.mark.parametrize("name", PLACES)
def test_no_words_call_anybody_or_hide_an_address(everything: Everything, name: str) -> None:
    place = PLACES[name]
    for turn, (view, said) in enumerate(everything()):
        meant = place.live(said)
        for number, text in enumerate(HOSTILE[turn % SHARE :: SHARE]):
            reworded = reword(said, text)
            assert place.live(reworded) == meant, f"{view} on {name}, with {text!r}"
            if number % CHECKED == 0:
                for payload in place.draw(reworded):
                    place.check(payload)


@pytest.mark.parametrize("text", TYPED)
async def test_what_people_type_calls_nobody_wherever_it_comes_out(text: str, tmp_path: Path) -> None:
    """Members and leads type it into every option and form, and bear it as their names."""
    surface = CoreSurface(tmp_path)
    await surface.start()
    await walk(JOURNEY, surface)
    surface.try_everything(lambda _: text)
    await surface.stop()
    told: list[Said] = [*surface.messages, *surface.forms, *surface.homes]
    assert sum(" ".join(text.split())[:9] in repr(said) for said in told) > 10
    for said in told:
        assert not isinstance(said, Message) or said.title != BUG
        for name, place in PLACES.items():
            live = [one for one in place.live(said) if isinstance(one, str) or "evil" in str(one)]
            assert not live, f"{name}: {said}"


def test_no_words_get_into_the_name_of_a_file(everything: Everything) -> None:
    for _, said in everything():
        for text in HOSTILE if isinstance(said, Message) and charts_of(said.blocks) else ():
            reworded = reword(said, text)
            assert isinstance(reworded, Message)
            for chart in charts_of(reworded.blocks):
                assert FILE_NAME.fullmatch(picture_name(chart))
