"""A real browser and a real process for tests: Cairn at an address, and pages that look at it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests.conftest import PATIENCE
from tests.end_to_end.process import ROOT, environment

PICTURES = ROOT / "artefacts"
CHROMIUM = Path("/usr/bin/chromium")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DRAWINGS = ("Plain", "Slack", "Discord")
WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 390, "height": 844}


class Cairn:
    """The real process, which can be stopped and started again at the same address."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = 0
        self.process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "bot", "play", "--port", str(self.port), "--data", str(self.data)]
        with (self.data / "log").open("a", encoding="utf-8") as log:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=ROOT, env=environment()
            )
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())
        if found is None:
            with process:
                process.kill()
            pytest.fail((self.data / "log").read_text("utf-8"))
        self.port, self.process = int(found[1]), process

    def stop(self) -> None:
        """Asks it to end, as a service manager would; it must do so while a page is open."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        with self.process as ending:
            assert ending.wait(timeout=PATIENCE) == 0
        self.process = None


@contextmanager
def running(data: Path) -> Iterator[Cairn]:
    """Cairn with its files in `data`."""
    cairn = Cairn(data)
    cairn.start()
    try:
        yield cairn
    finally:
        cairn.stop()


@contextmanager
def launching() -> Iterator[Browser]:
    """Chromium. Without it a test is skipped, or fails where the whole suite has to pass."""
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail("the browser tests need the Debian package chromium")
        pytest.skip("install the Debian package chromium for the browser tests")
    expect.set_options(timeout=PATIENCE * 1_000)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES, headless=True)
        yield opened
        opened.close()


CLEAR = """async () => {
  const { token, spaces } = await (await fetch("/session")).json();
  const headers = { "Content-Type": "application/json", "X-Cairn-Token": token };
  for (const { id: space } of spaces) {
    await fetch("/clear", { method: "POST", headers, body: JSON.stringify({ member: "lead", space }) });
  }
}"""
Open = Callable[..., Page]


@contextmanager
def opening(browser: Browser, cairn: Cairn) -> Iterator[Open]:
    """Opens pages, the first of them on an empty conversation. Afterwards nothing may have gone wrong in any:
    no script failed, no dialog came up, nothing was asked of another address, no rule of the page was broken.
    """
    wrong: list[str] = []
    contexts: list[BrowserContext] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
        page.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
        page.on("request", lambda asked: wrong.append(asked.url) if is_foreign(asked.url) else None)
        page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)

    def is_foreign(url: str) -> bool:
        return not url.startswith((cairn.url, "data:", "blob:"))

    def open_page(member: str = "member-a", **options: object) -> Page:
        settings: dict[str, object] = {"viewport": WIDE, "color_scheme": "light", "reduced_motion": "reduce"}
        context = browser.new_context(**{**settings, **options})  # type: ignore[arg-type]  # named above
        contexts.append(context)
        context.on("page", watch)
        page = context.new_page()
        page.goto(cairn.url)
        expect(page.locator("html[data-ready]")).to_be_attached()
        if len(contexts) == 1:
            page.evaluate(CLEAR)
            expect(page.locator(".entry")).to_have_count(0)
        page.get_by_label("You are").select_option(member)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def say(page: Page, text: str) -> Locator:
    """Types a whole line and sends it; the newest answer."""
    before = page.locator(".entry").count()
    field = page.get_by_label("Message to Cairn")
    field.fill(text)
    field.press("Escape")
    field.press("Enter")
    expect(page.locator(".entry")).not_to_have_count(before)
    expect(page.locator("#thinking")).to_be_hidden()
    return page.locator(".entry.message").last


def draw(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).check(force=True)


def take(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")
