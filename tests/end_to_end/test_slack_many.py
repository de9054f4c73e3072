"""One process for all workspaces: what is broken in one, ends in one, or is renewed, and what is logged."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
from sqlalchemy import select, update

from bot.adapters.slack.publish import REDIRECT_PATH, REQUEST_PATH
from bot.core.chat.message import Message, Text
from bot.core.chat.notice import Found, Notice
from bot.core.chat.part import Plain
from bot.core.domain.ledger import Occurrence, OccurrenceId
from bot.core.errors import DeliveryError, RetryLater, Unreachable
from bot.core.ids import Address, SpaceId
from bot.storage.engine import open_engine
from bot.storage.tables import installs, spaces
from bot.telemetry import configure_logs
from tests.contract.test_installs import dump_of
from tests.end_to_end.slack_bot import GENERAL, SECRET
from tests.end_to_end.slack_fake import SlackFake
from tests.end_to_end.slack_faults import BROKEN, Fault
from tests.end_to_end.slack_lines import HttpLine, Unacknowledged
from tests.end_to_end.slack_many import KEY, Many, many, serving, settings_for
from tests.end_to_end.slack_oauth import Org
from tests.end_to_end.slack_people import Person
from tests.end_to_end.slack_workspace import Payload, Workspace

NOTE = Message("Your week", (Text((Plain("Two goals are open."),)),))
PATIENCE = 60.0  # seconds
GATEWAYS = 3


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
async def met(tmp_path: Path, url: str) -> AsyncIterator[Many]:
    async with many(settings_for(tmp_path), url) as cairn:
        yield cairn


def row_for(workspace: Workspace, to: str, place: str = "direct") -> tuple[Occurrence, Notice]:
    now, space = datetime.now(UTC), Address("slack", workspace.id)
    row = Occurrence(
        OccurrenceId(1), SpaceId(1), space, "reminder.weekly", 1, date(2027, 3, 1), 0, now,
        place=place, to_id=to,
    )  # fmt: skip
    return row, Notice("channel" if place == "channel" else "direct", Address("slack", to), NOTE)


async def say(met: Many, person: Person) -> str:
    """What came of saying something unasked: "said", or the kind of error, or of not finding it."""
    row, notice = row_for(person.workspace, person.id)
    try:
        await met.adapter.messenger.post(row, notice)
        found = await met.adapter.messenger.find(row)
    except DeliveryError as error:
        return type(error).__name__
    return "said" if isinstance(found, Found) else type(found).__name__


async def settle(met: Many, *names: str) -> list[Person]:
    people = []
    for name in names:
        workspace = met.found(name)
        assert (await met.install(workspace)).status == 200
        people.append(met.person(workspace, "Member A"))
    return people


def is_gone(met: Many, workspace: Workspace) -> bool | None:
    """Whether nothing is said there any more; None when nobody was there yet."""
    engine = open_engine(met.app.url)
    with engine.connect() as connection:
        query = select(spaces.c.id, spaces.c.gone_at).where(spaces.c.foreign_id == workspace.id)
        row = connection.execute(query).one_or_none()
    engine.dispose()
    return None if row is None else row.gone_at is not None


async def report(person: Person, event: Payload, at: datetime, **change: Any) -> None:
    told = person.event_payload(event) | {"event_time": int(at.timestamp())} | change
    await person.line.send("events_api", told)


async def test_one_that_is_broken_stops_no_other(met: Many) -> None:
    ridge, valley = await settle(met, "Ridge", "Valley")
    met.fake.oauth.revoke(ridge.workspace)
    assert await say(met, ridge) == "Unreachable"
    await ridge.open_home()
    await ridge.mention("I run EKS")
    assert await say(met, valley) == "said"
    await valley.mention("I run EKS")
    await valley.workspace.wait_for(lambda: len(valley.workspace.posts) > 1)
    assert ridge.workspace.posts == []


async def test_a_limit_is_that_of_its_own_workspace(met: Many) -> None:
    ridge, valley = await settle(met, "Ridge", "Valley")
    met.fake.faults.plan("chat.postMessage", Fault("refuse", 429, "ratelimited", retry_after=30))
    row, notice = row_for(ridge.workspace, ridge.id)
    with pytest.raises(RetryLater) as raised:
        await met.adapter.messenger.post(row, notice)
    assert raised.value.after == 30
    assert await say(met, valley) == "said"


async def test_who_takes_cairn_out_is_told_nothing_more_until_they_are_back(met: Many) -> None:
    ridge, valley = await settle(met, "Ridge", "Valley")
    for person in (ridge, valley):
        await person.type("/cairn", "")
    later = datetime.now(UTC) + timedelta(minutes=5)
    await report(ridge, {"type": "app_uninstalled"}, later)
    assert is_gone(met, ridge.workspace)
    assert not is_gone(met, valley.workspace)
    told = await ridge.type("/cairn", "")
    assert told["blocks"][0]["text"]["text"] == "I'm not set up here"
    with pytest.raises(Unreachable):
        await met.adapter.messenger.post(*row_for(ridge.workspace, ridge.id))
    engine = open_engine(met.app.url)
    assert ridge.workspace.id not in [row[0] for row in rows(engine)]
    engine.dispose()
    assert (await met.install(ridge.workspace)).status == 200
    assert not is_gone(met, ridge.workspace)
    assert await say(met, ridge) == "said"


def rows(engine: Any) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(installs.c.tenant, installs.c.sealed)))


async def test_events_older_than_the_install_change_nothing(met: Many) -> None:
    (ridge,) = await settle(met, "Ridge")
    await ridge.type("/cairn", "")
    now = datetime.now(UTC)
    # Long ago; and so near that Slack has to be asked, and says that the token is good.
    for at in (now - timedelta(hours=1), now):
        await report(ridge, {"type": "app_uninstalled"}, at)
        await report(ridge, {"type": "tokens_revoked", "tokens": {"bot": ["UCAIRN"]}}, at)
        assert await say(met, ridge) == "said"
    await report(ridge, {"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}, now + timedelta(hours=1))
    assert await say(met, ridge) == "said"
    met.fake.oauth.revoke(ridge.workspace)
    await report(ridge, {"type": "tokens_revoked", "tokens": {"bot": ["UCAIRN"]}}, now)
    assert is_gone(met, ridge.workspace)


async def test_the_end_of_an_older_token_does_not_end_the_one_that_renewed_it(met: Many) -> None:
    met.fake.oauth.rotates = True
    (ridge,) = await settle(met, "Ridge")
    later = datetime.now(UTC) + timedelta(hours=1)
    await report(ridge, {"type": "tokens_revoked", "tokens": {"bot": ["UCAIRN"]}}, later)
    assert await say(met, ridge) == "said"
    met.fake.oauth.revoke(ridge.workspace)
    await report(ridge, {"type": "app_uninstalled"}, later)
    assert is_gone(met, ridge.workspace) is not False
    assert "not set up" in str(await ridge.type("/cairn", ""))


async def test_a_departure_that_could_not_be_kept_is_said_again_by_slack(met: Many) -> None:
    (ridge,) = await settle(met, "Ridge")
    met.fake.faults.plan("auth.test", BROKEN)  # it is in doubt, and Slack doesn't say
    event = ridge.event_payload({"type": "app_uninstalled"}) | {
        "event_time": int(datetime.now(UTC).timestamp())
    }
    with pytest.raises(Unacknowledged, match="503"):
        await ridge.line.send("events_api", event)
    met.fake.oauth.revoke(ridge.workspace)
    await ridge.line.send("events_api", event)
    assert "not set up" in str(await ridge.type("/cairn", ""))


async def test_slack_s_question_whether_the_address_is_ours_is_answered(met: Many) -> None:
    told = await met.line.send("events_api", {"type": "url_verification", "challenge": "3eZbrw1aB10"})
    assert "3eZbrw1aB10" in str(told)


async def test_a_whole_organization_is_served_by_one_install(met: Many) -> None:
    workspaces = [met.found("Ridge"), met.found("Valley")]
    org = Org("E1000000", "Peaks", workspaces)
    met.fake.oauth.orgs.append(org)
    people = []
    for number, workspace in enumerate(workspaces):
        channel = f"C{number}HALL"
        workspace.people[f"W{number}000"] = {"id": f"W{number}000", "name": "member", "is_admin": False}
        workspace.add_channel(channel, f"W{number}000")
        people.append(Person(workspace, met.line, f"W{number}000", channel))
    assert (await met.install(org)).status == 200
    whole = {"is_enterprise_install": True, "enterprise_id": org.id}
    for person in people:
        told = await person.type("/cairn", "", enterprise_id=org.id, is_enterprise_install="true")
        assert told["blocks"][0]["text"]["text"] == "Hello, I'm Cairn"
        assert await say(met, person) == "said"
    # In a press, Slack names the organization as a person's home, and sometimes no workspace but theirs.
    await people[0].type("/tip", "", enterprise_id=org.id, is_enterprise_install="true")
    asked = [{"team_id": workspaces[1].id, "user_id": "UCAIRN", **whole}]
    event = {"type": "app_home_opened", "user": people[1].id, "tab": "home"}
    await people[1].line.send("events_api", people[1].event_payload(event) | {"authorizations": asked})
    await workspaces[1].wait_for(lambda: people[1].id in workspaces[1].homes)
    # One workspace's word doesn't end it for all, the organization's does.
    later = datetime.now(UTC) + timedelta(hours=1)
    await report(people[0], {"type": "app_uninstalled"}, later)
    assert await say(met, people[0]) == "said"
    await report(people[0], {"type": "app_uninstalled"}, later, authorizations=asked)
    assert [await say(met, person) for person in people] == ["Unreachable", "Unreachable"]
    assert [is_gone(met, workspace) for workspace in workspaces] == [True, True]


def end_tokens(url: str, left: timedelta) -> None:
    """All tokens end so soon."""
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(update(installs).values(expires_at=datetime.now(UTC) + left))
    engine.dispose()


@pytest.mark.parametrize("left", [timedelta(hours=1), -timedelta(hours=1)], ids=["ending", "ended"])
async def test_gateways_that_renew_a_token_at_once_don_t_lose_it(
    tmp_path: Path, url: str, left: timedelta
) -> None:
    fake = SlackFake()
    await fake.start()
    fake.oauth.rotates = True
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        gateways = [
            await stack.enter_async_context(serving(fake, settings_for(tmp_path), url))
            for _ in range(GATEWAYS)
        ]
        fake.oauth.redirect_url = gateways[0][2] + REDIRECT_PATH
        meets = [Many(fake, app, adapter, base, session) for app, adapter, base in gateways]
        (person,) = await settle(meets[0], "Ridge")
        for _ in range(3):
            asked, token = fake.calls["oauth.v2.access"], person.workspace.token
            end_tokens(url, left)
            lines = [HttpLine(one.base + REQUEST_PATH, SECRET) for one in meets for _ in range(3)]
            people = [Person(person.workspace, line, person.id, GENERAL) for line in lines]
            said = await asyncio.gather(*(say(met, person) for met in meets for _ in range(3)))
            await asyncio.gather(*(one.type("/cairn", "") for one in people))
            # A token that still lasts is renewed while it is used.
            await person.workspace.wait_for(lambda token=token: person.workspace.token != token)  # type: ignore[misc]
            assert fake.calls["oauth.v2.access"] == asked + 1
            # Who still had the old one while Slack had taken the new one in may have to come back.
            assert set(said) <= {"said", "RetryLater", "Unreachable", "CantTell"}
            # One that was refused while the tokens changed looks again after a second or two.
            for _ in range(int(PATIENCE)):
                heard = [await say(met, person) for met in meets]
                if heard == ["said"] * GATEWAYS:
                    break
                await asyncio.sleep(1.0)
            assert heard == ["said"] * GATEWAYS
    await fake.stop()


async def test_a_renewal_that_slack_refuses_leaves_the_token_as_long_as_it_lasts(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with many(settings_for(tmp_path), sqlite_url) as met:
        met.fake.oauth.rotates = True
        (person,) = await settle(met, "Ridge")
        end_tokens(sqlite_url, timedelta(hours=1))
        met.fake.faults.plan("oauth.v2.access", Fault("refuse", 200, "invalid_refresh_token"))
        assert await say(met, person) == "said"
        assert (await met.install(person.workspace)).status == 200
        assert await say(met, person) == "said"


class Kept(logging.Handler):
    """Every line that any library logs."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.ours = io.StringIO()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def logged() -> Iterator[Kept]:
    root, kept, level = logging.getLogger(), Kept(), logging.getLogger().level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    configure_logs("debug", "json")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(kept.ours))
    yield kept
    structlog.reset_defaults()
    root.removeHandler(kept)
    root.setLevel(level)


async def test_no_secret_is_logged_or_kept_readable(tmp_path: Path, url: str, logged: Kept) -> None:
    async with many(settings_for(tmp_path), url) as met:
        met.fake.oauth.rotates = True
        (person,) = await settle(met, "Ridge")
        met.fake.agreeing = person.workspace
        browser = met.browser()
        back = await browser.agree(met.base)
        await browser.open(back.replace("code=code", "code=wrong"))
        end_tokens(url, timedelta(hours=1))
        assert await say(met, person) == "said"
        end_tokens(url, timedelta(hours=1))
        met.fake.faults.plan("oauth.v2.access", Fault("refuse", 200, "invalid_refresh_token"))
        await person.type("/skillgap", "I run EKS")
        met.fake.oauth.revoke(person.workspace)
        await say(met, person)
        await person.mention("I run EKS")
        await report(person, {"type": "app_uninstalled"}, datetime.now(UTC))
        engine = open_engine(url)
        dump = dump_of(engine)
        engine.dispose()
        secrets = [
            *met.fake.oauth.given,
            met.fake.oauth.client_secret,
            KEY,
            SECRET,
            *browser.cookies.values(),
        ]
    everything = "\n".join((*logged.lines, logged.ours.getvalue()))
    assert len(secrets) > 6
    assert "call" in everything
    for place in (everything, dump):
        assert [secret for secret in secrets if secret and secret in place] == []


async def test_gateways_on_one_database_are_one_cairn(tmp_path: Path, postgres_url: str) -> None:
    """An install begins at one of them, comes back to another, and is used at the third."""
    fake = SlackFake()
    await fake.start()
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        first, second, third = [
            Many(
                fake,
                *await stack.enter_async_context(serving(fake, settings_for(tmp_path), postgres_url)),
                session,
            )
            for _ in range(GATEWAYS)
        ]
        fake.oauth.redirect_url = second.base + REDIRECT_PATH
        workspace = fake.agreeing = first.found("Ridge")
        browser = first.browser()
        back = await browser.agree(first.base)
        cookies = dict(browser.cookies)
        assert (await browser.open(back)).status == 200
        browser.cookies = cookies
        assert (await browser.open(back.replace(second.base, third.base))).status == 401
        person = third.person(workspace, "Member A")
        assert (await person.type("/cairn", ""))["blocks"][0]["text"]["text"] == "Hello, I'm Cairn"
        later = datetime.now(UTC) + timedelta(minutes=5)
        at_first = Person(workspace, first.line, person.id, GENERAL)
        await report(at_first, {"type": "app_uninstalled"}, later)
        assert (await person.type("/cairn", ""))["blocks"][0]["text"]["text"] == "I'm not set up here"
        assert await say(third, person) == "Unreachable"
    await fake.stop()
