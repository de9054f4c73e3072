"""A browser and a playground for the tests that need them. Neither outlives its module: while the browser's
driver runs, no other test can have an event loop of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.end_to_end.browser import Cairn, Open, launching, opening, running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launching() as opened:
        yield opened


@pytest.fixture(scope="module")
def cairn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cairn]:
    with running(tmp_path_factory.mktemp("playground")) as process:
        yield process


@pytest.fixture
def open_page(browser: Browser, cairn: Cairn) -> Iterator[Open]:
    with opening(browser, cairn) as made:
        yield made
