"""How workspaces take Cairn in, through browsers, and what is refused there."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.adapters.slack.publish import INSTALL_PATH, REDIRECT_PATH
from tests.end_to_end.slack_faults import BROKEN, RESET
from tests.end_to_end.slack_many import Many, many, settings_for

pytestmark = pytest.mark.usefixtures("patient_slack")

ODD = '"><script>alert(1)</script>'


@pytest.fixture
async def met(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Many]:
    async with many(settings_for(tmp_path), sqlite_url) as cairn:
        yield cairn


async def test_two_workspaces_install_and_each_is_answered_in_its_own(met: Many) -> None:
    for name in ("Ridge", "Valley"):
        workspace = met.found(name)
        page = await met.install(workspace)
        assert page.status == 200, page
        assert "Cairn is in your workspace" in page.text
        person = met.person(workspace, "Member A")
        told = await person.type("/cairn", "")
        assert told["blocks"][0]["text"]["text"] == "Hello, I'm Cairn"
        await person.open_home()
        await workspace.wait_for(lambda: person.id in workspace.homes)  # noqa: B023
    assert met.fake.calls["oauth.v2.access"] == 2


async def test_a_workspace_without_an_install_is_told_so(met: Many) -> None:
    person = met.person(met.found("Ridge"), "Member A")
    told = await person.type("/cairn", "")
    assert told["blocks"][0]["text"]["text"] == "I'm not set up here"
    assert told["response_type"] == "ephemeral"
    await person.open_home()
    await person.mention("I run EKS")
    assert not met.fake.calls


async def test_a_state_is_good_once(met: Many) -> None:
    met.fake.agreeing = met.found("Ridge")
    browser = met.browser()
    back = await browser.agree(met.base)
    kept = dict(browser.cookies)
    assert (await browser.open(back)).status == 200
    browser.cookies = kept
    page = await browser.open(back)
    assert page.status == 401
    assert "used already" in page.text
    assert met.fake.calls["oauth.v2.access"] == 1


async def test_another_browser_can_t_finish_an_install(met: Many) -> None:
    met.fake.agreeing = met.found("Ridge")
    back = await met.browser().agree(met.base)
    other = met.browser()
    await other.begin(met.base)
    for browser in (met.browser(), other):
        page = await browser.open(back)
        assert page.status == 400
        assert "another browser" in page.text
    assert met.fake.calls["oauth.v2.access"] == 0


async def test_a_forged_state_is_refused(met: Many) -> None:
    browser = met.browser()
    browser.cookies["slack-app-oauth-state"] = "forged"
    page = await browser.open(f"{met.base}{REDIRECT_PATH}?code=x&state=forged")
    assert page.status == 401
    assert met.fake.calls["oauth.v2.access"] == 0


async def test_a_state_ends_after_ten_minutes(met: Many) -> None:
    assert met.app.installs is not None
    now = datetime.now(UTC)
    state = met.app.installs.issue(now - timedelta(minutes=10))
    assert not await met.app.installs.consume(state, now)
    state = met.app.installs.issue(now - timedelta(minutes=9, seconds=59))
    assert await met.app.installs.consume(state, now)


async def test_who_says_no_and_who_brings_a_wrong_code_is_told_kindly(met: Many) -> None:
    browser = met.browser()
    page = await browser.open(await browser.agree(met.base))
    assert (page.status, "You chose not to go on" in page.text) == (200, True)
    met.fake.agreeing = met.found("Ridge")
    back = await browser.agree(met.base)
    page = await browser.open(back.replace("code=code", "code=wrong"))
    assert (page.status, "Please begin again" in page.text) == (401, True)


@pytest.mark.parametrize("fault", [BROKEN, RESET])
async def test_a_slack_that_does_not_answer_is_no_bug(met: Many, fault: object) -> None:
    met.fake.agreeing = met.found("Ridge")
    met.fake.faults.plan("oauth.v2.access", fault)  # type: ignore[arg-type]
    browser = met.browser()
    page = await browser.open(await browser.agree(met.base))
    assert page.status in (401, 502)
    assert "begin again" in page.text.lower()


async def test_the_pages_show_nothing_that_they_are_given_and_load_nothing(met: Many) -> None:
    browser = met.browser()
    for path in (
        f"{INSTALL_PATH}?team={ODD}&x={ODD}",
        f"{REDIRECT_PATH}?error={ODD}",
        f"{REDIRECT_PATH}?code={ODD}&state={ODD}",
        REDIRECT_PATH,
    ):
        page = await browser.open(met.base + path)
        assert "<script" not in page.text
        assert "alert" not in page.text or "alert" in parse_qs(urlsplit(path).query).get("team", [""])[0]
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Content-Type"].startswith("text/html")


async def test_the_cookie_is_for_this_site_alone(met: Many) -> None:
    page = await met.browser().open(met.base + INSTALL_PATH)
    cookie = page.headers["Set-Cookie"]
    for word in ("HttpOnly", "Secure", "SameSite=Lax", "Max-Age=600"):
        assert word in cookie
