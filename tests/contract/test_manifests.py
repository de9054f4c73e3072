"""`cairn manifest`, and what a start says about a manifest that is older than Cairn."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.core.errors import SettingsError, TryAgain
from bot.manifests import compare_slack, discord_manifest, keep_as_told, slack_manifest, slack_reasons
from bot.settings import Settings
from bot.storage.engine import open_engine
from bot.storage.uploads import Uploads

SOCKET = {"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1"}
HTTP = {"slack_bot_token": "xoxb-1", "slack_signing_secret": "secret"}
TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.secret"

Make = Callable[..., Settings]


class Memory:
    """The row of Slack, awaited."""

    def __init__(self, settings: Settings) -> None:
        self._engine = open_engine(settings.store_url.get_secret_value())
        self._rows = Uploads(self._engine, "slack")

    async def digest(self) -> str | None:
        return self._rows.digest()

    async def keep(self, digest: str) -> None:
        self._rows.keep(digest)

    def close(self) -> None:
        self._engine.dispose()


@pytest.fixture(params=("sqlite_url", "postgres_url"))
def make(request: pytest.FixtureRequest) -> Make:
    """Settings on a migrated database."""
    url = request.getfixturevalue(request.param)
    return lambda **given: Settings(database_url=url, **given)


@pytest.fixture
def memory(make: Make) -> Iterator[Memory]:
    made = Memory(make())
    yield made
    made.close()


async def heard(settings: Settings, memory: Memory) -> list[str]:
    """What a start with these settings has to say."""
    with capture_logs() as logs:
        await compare_slack(settings, memory)
    return [one["do"] for one in logs if one["event"] == "slack manifest outdated"]


async def test_the_first_start_has_nothing_to_say(make: Make, memory: Memory) -> None:
    for _ in range(2):
        assert await heard(make(**SOCKET), memory) == []


async def test_another_manifest_is_asked_for_at_each_start_until_it_is_printed(
    make: Make, memory: Memory
) -> None:
    await heard(make(**SOCKET), memory)
    changed = make(**SOCKET, prefix="ai-")
    for _ in range(2):
        (do,) = await heard(changed, memory)
        assert "`cairn manifest slack`" in do
    keep_as_told(changed, None, over_http=False)
    assert await heard(changed, memory) == []
    assert await heard(make(**SOCKET), memory) != []


async def test_an_app_that_is_met_another_way_needs_another_manifest(make: Make, memory: Memory) -> None:
    await heard(make(**SOCKET), memory)
    (do,) = await heard(make(**HTTP), memory)
    assert "`cairn manifest slack --url https://...`" in do
    keep_as_told(make(**HTTP), None, over_http=True)
    assert await heard(make(**HTTP), memory) == []


async def test_many_workspaces_are_met_over_http(make: Make, memory: Memory) -> None:
    many = make(slack_client_id="1.2", slack_app_token="xapp-1")
    keep_as_told(many, None, over_http=True)
    assert await heard(many, memory) == []


async def test_a_command_that_was_added_is_noticed(make: Make, memory: Memory) -> None:
    """A digest of what an older Cairn would have printed."""
    await memory.keep("0" * 64)
    assert await heard(make(**SOCKET), memory) != []


async def test_what_is_printed_before_slack_is_set_up_is_not_kept(make: Make, memory: Memory) -> None:
    keep_as_told(make(), None, over_http=False)
    assert await memory.digest() is None


def test_printing_makes_no_tables(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    keep_as_told(Settings(database_url=url, **SOCKET), None, over_http=False)  # type: ignore[arg-type]


def test_a_database_that_is_away_is_told() -> None:
    url = "postgresql://nobody@127.0.0.1:1/none"
    with pytest.raises(TryAgain, match="next start"):
        keep_as_told(Settings(database_url=url, **SOCKET), None, over_http=False)  # type: ignore[arg-type]


async def test_a_start_goes_on_without_its_memory() -> None:
    class Away(Memory):
        def __init__(self) -> None: ...

        async def digest(self) -> str | None:
            raise TryAgain

    assert await heard(Settings(**SOCKET), Away()) == []  # type: ignore[arg-type]


def test_the_prefix_of_the_settings_is_taken_unless_another_is_given() -> None:
    def named(told: dict[str, Any]) -> str:
        return str(told["features"]["slash_commands"][0]["command"])

    settings = Settings(prefix="ai-")
    assert named(slack_manifest(settings)) == "/ai-cairn"
    assert named(slack_manifest(settings, "my")) == "/mycairn"
    assert named(slack_manifest(settings, "")) == "/cairn"


@pytest.mark.parametrize("prefix", ["Ai-", "x" * 13, "a b", "/", "é"])
def test_a_prefix_that_slack_would_not_take_is_refused(prefix: str) -> None:
    with pytest.raises(SettingsError, match="at most 12"):
        slack_manifest(Settings(), prefix)


@pytest.mark.parametrize(
    "url", ["https://bot.example/a", "https://bot.example/a/", "https://bot.example/a/slack/events"]
)
def test_an_address_is_taken_however_it_ends(url: str) -> None:
    told = slack_manifest(Settings(), url=url)
    assert told["settings"]["interactivity"]["request_url"] == "https://bot.example/a/slack/events"


@pytest.mark.parametrize(
    "url",
    [
        "http://bot.example",
        "bot.example",
        "https://",
        "https://a@bot.example",
        "https://a.example?b",
        "https://[",
    ],
)
def test_an_address_that_slack_can_t_use_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="https address"):
        slack_manifest(Settings(), url=url)


def test_each_scope_and_event_is_explained() -> None:
    told, why = slack_manifest(Settings()), slack_reasons()
    asked = told["oauth_config"]["scopes"]["bot"] + told["settings"]["event_subscriptions"]["bot_events"]
    explained = dict(line.strip().split(maxsplit=1) for line in why.splitlines() if line.startswith(" "))
    assert explained.keys() == set(asked)


@pytest.mark.parametrize(
    ("settings", "application", "shown"),
    [
        (Settings(), None, "YOUR_APPLICATION_ID"),
        (Settings(discord_token=TOKEN), None, "123456789012345678"),  # type: ignore[arg-type]
        (Settings(discord_token=TOKEN), "876543210987654321", "876543210987654321"),  # type: ignore[arg-type]
        (Settings(discord_token="no token"), None, "YOUR_APPLICATION_ID"),  # type: ignore[arg-type]
    ],
)
def test_the_link_names_the_application(settings: Settings, application: str | None, shown: str) -> None:
    told = discord_manifest(settings, application)
    assert f"client_id={shown}&" in told["invite"]
    assert TOKEN not in json.dumps(told)


@pytest.mark.parametrize("application", ["", "cairn", "1234", "12345678901234567a"])
def test_an_id_that_is_none_is_refused(application: str) -> None:
    with pytest.raises(SettingsError, match="digits"):
        discord_manifest(Settings(), application)
