"""A reminder in a real browser: asked for, waited for, found, answered."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.end_to_end.browser import DRAWINGS, Cairn, Open, draw, opening, running, say, take
from tests.end_to_end.test_time_machine_browser import face, item


@pytest.fixture
def cairn(tmp_path: Path) -> Iterator[Cairn]:
    """A process of its own, whose clock nobody else needs."""
    with running(tmp_path) as process:
        yield process


@pytest.fixture
def open_page(browser: Browser, cairn: Cairn) -> Iterator[Open]:
    with opening(browser, cairn) as made:
        yield made


def test_a_reminder_is_heard_of_and_answered(open_page: Open) -> None:
    page = open_page()
    say(page, "/plan start zone:Europe/Lisbon")
    page.get_by_role("button", name="Remind me each week").last.click()
    expect(page.locator(".entry.message").last).to_contain_text("Reminders are on.")
    news = page.get_by_role("button", name="New: Direct message with Cairn")
    expect(news).to_be_hidden()

    face(page).click()
    item(page, "Next Monday 09:00").click()
    expect(news).to_be_visible()
    page.keyboard.press("Escape")
    news.click()
    reminder = page.locator(".entry.message").last
    expect(reminder).to_contain_text("Your week: 1 of 22")
    expect(news).to_be_hidden()
    for look in DRAWINGS:
        draw(page, look)
        take(page, f"reminder-{look}")
        expect(reminder).to_contain_text("Count the tokens in your own texts")
        expect(reminder.get_by_role("button", name="Why did I get this?")).to_be_visible()
    draw(page, DRAWINGS[0])

    reminder.get_by_role("button", name="Why did I get this?").click()
    expect(page.locator(".entry.message").last).to_contain_text("You asked for a reminder on Mondays")
    page.get_by_role("button", name="Off").last.click()
    expect(page.locator(".entry.message").last).to_contain_text("I never write to you by myself")
    page.get_by_role("button", name="Done", exact=True).first.click()
    expect(page.locator(".entry.message").first).to_contain_text("1 of 3 goals done")
