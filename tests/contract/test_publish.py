from collections.abc import Callable
from datetime import date
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.adapters.discord.publish import (
    PERMISSIONS,
    application_of,
    commands,
)
from bot.adapters.discord.publish import manifest as discord_manifest
from bot.adapters.slack.publish import EVENTS, REQUEST_PATH, SCOPES, manifest
from bot.core.catalog import Catalog
from bot.core.chat.command import Option
from bot.core.chat.control import Choice
from bot.core.feature import Feature
from bot.core.handlers import FEATURES
from tests.contract import discord_limits, slack_limits
from tests.contract.surfaces import check_golden

# What an event needs before Slack sends it; those about the app itself need nothing.
SCOPE_OF_EVENT = {
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "app_uninstalled": None,
    "message.im": "im:history",
    "tokens_revoked": None,
}
STRING, INTEGER, BOOLEAN, SUBCOMMAND = 3, 4, 5, 1


def suggest(*_: Any) -> tuple[Choice, ...]:
    return ()


def every_kind() -> Catalog:
    """A command alone, a group, commands for leads only, and an option of each kind."""
    feature = Feature("things", ModuleType("views"))
    levels = (Choice("New to it", "1"), Choice("Daily", "2"))
    options = (
        Option("name", "Its name", required=True, limit=40),
        Option("skill", "Which skill", suggest=suggest),
        Option("level", "How well", kind=int, choices=levels),
        Option("weeks", "How many weeks", kind=int),
        Option("loud", "Tell everybody", kind=bool),
        Option("due", "The last day " + "x" * 87, kind=date),
    )

    @feature.command("thing", "Shows a thing", private=True, options=options)
    def show(
        request: object, ctx: object, *, name: str, skill: str | None = None, level: int | None = None,
        weeks: int | None = None, loud: bool | None = None, due: date | None = None,
    ) -> None: ...  # fmt: skip

    @feature.command("plan start", "Starts a plan", private=True, options=(Option("track", "Which one"),))
    def start(request: object, ctx: object, *, track: str | None = None) -> None: ...

    @feature.command("plan stop", "Stops the plan", private=False)
    def stop(request: object, ctx: object) -> None: ...

    @feature.command("cohort open", "Opens a cohort", private=True, lead=True)
    def open_cohort(request: object, ctx: object) -> None: ...

    @feature.command("cohort end", "Ends a cohort", private=True, lead=True)
    def end_cohort(request: object, ctx: object) -> None: ...

    return Catalog((feature,))


def ours() -> Catalog:
    return Catalog(FEATURES)


CATALOGS = [every_kind, ours]


@pytest.mark.parametrize("build", CATALOGS)
def test_discord_takes_every_command(build: Callable[[], Catalog]) -> None:
    catalog = build()
    payloads = commands(catalog)
    assert [one["name"] for one in payloads] == list(catalog.roots)
    discord_limits.check_commands(payloads)
    for payload in payloads:
        members = [one["name"] for one in payload["options"] if one["type"] == SUBCOMMAND]
        named = [command.name for command in catalog.roots[payload["name"]]]
        assert named == [f"{payload['name']} {member}" for member in members] or (
            named == [payload["name"]] and not members
        )


def test_a_root_for_leads_alone_is_hidden_from_others() -> None:
    hidden = {
        one["name"]: (one.get("default_member_permissions"), one["contexts"])
        for one in commands(every_kind())
    }
    assert hidden == {"thing": (None, [0, 1]), "plan": (None, [0, 1]), "cohort": ("32", [0])}


def test_discord_is_told_every_option() -> None:
    thing = commands(every_kind())[0]["options"]
    assert [one["type"] for one in thing] == [STRING, STRING, INTEGER, INTEGER, BOOLEAN, STRING]
    assert thing[1]["autocomplete"] is True
    assert [choice["value"] for choice in thing[2]["choices"]] == [1, 2]
    assert thing[5]["description"].endswith(" (YYYY-MM-DD)")
    check_golden("discord/commands", commands(every_kind()))


def test_discord_is_asked_for_what_has_a_reason_and_nothing_more() -> None:
    told = discord_manifest(every_kind(), "123")
    asked = parse_qs(urlsplit(told["invite"]).query)
    assert asked["client_id"] == ["123"]
    assert asked["scope"] == ["bot applications.commands"]
    assert asked["permissions"] == [str(sum(bit for bit, _ in PERMISSIONS.values()))]
    assert told["permissions"].keys() == PERMISSIONS.keys()
    assert all(told["permissions"].values())
    assert not {"ADMINISTRATOR", "MANAGE_GUILD", "MENTION_EVERYONE", "MANAGE_MESSAGES"} & PERMISSIONS.keys()
    assert told["commands"] == commands(every_kind())


def test_discords_manifest_looks_as_agreed() -> None:
    check_golden("discord/manifest", {**discord_manifest(every_kind()), "commands": []})


@pytest.mark.parametrize(
    ("token", "application"),
    [
        ("MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.secret", "123456789012345678"),
        ("bm90IGEgbnVtYmVy.x.y", None),
        ("", None),
        ("€.x.y", None),
        ("A.x.y", None),
    ],
)
def test_a_token_says_whose_it_is(token: str, application: str | None) -> None:
    assert application_of(token) == application


@pytest.mark.parametrize("build", CATALOGS)
@pytest.mark.parametrize("url", [None, "https://bot.example/below"])
def test_slack_takes_the_manifest(build: Callable[[], Catalog], url: str | None) -> None:
    catalog = build()
    told = manifest(catalog, url=url)
    slack_limits.check_manifest(told)
    drawn = told["features"]["slash_commands"]
    assert [one["command"] for one in drawn] == [f"/{root}" for root in catalog.roots]
    for one in drawn:
        assert one.get("url") == (None if url is None else url + REQUEST_PATH)
    assert told["settings"]["socket_mode_enabled"] is (url is None)


def test_over_http_slack_knows_where_to_send_everything() -> None:
    told = manifest(every_kind(), url="https://bot.example/below")
    requests = "https://bot.example/below/slack/events"
    settings = told["settings"]
    assert settings["event_subscriptions"]["request_url"] == requests
    interactivity = {"is_enabled": True, "request_url": requests, "message_menu_options_url": requests}
    assert settings["interactivity"] == interactivity
    assert told["oauth_config"]["redirect_urls"] == ["https://bot.example/below/slack/oauth_redirect"]


def test_by_socket_slack_knows_no_address() -> None:
    assert "://" not in str(manifest(every_kind()))


def test_the_scopes_are_those_with_a_reason_and_cover_the_events() -> None:
    assert manifest(every_kind())["oauth_config"]["scopes"] == {"bot": list(SCOPES)}
    assert all(SCOPES.values())
    assert all(EVENTS.values())
    needed = {SCOPE_OF_EVENT[event] for event in EVENTS} - {None}
    assert needed <= SCOPES.keys()
    # Cairn reads in public channels and its own direct messages, and nowhere changes the workspace.
    wide = ("groups:", "mpim:", "admin", "users:write", "chat:write.", "channels:write", "channels:manage")
    assert not {scope for scope in SCOPES if scope.startswith(wide)}


def test_a_prefix_stands_before_every_command() -> None:
    drawn = manifest(every_kind(), prefix="ai-")["features"]["slash_commands"]
    assert [one["command"] for one in drawn] == ["/ai-thing", "/ai-plan", "/ai-cohort"]


def test_a_prefix_that_makes_a_name_too_long_is_refused() -> None:
    manifest(every_kind(), prefix="x" * 25)
    with pytest.raises(ValueError, match="32 characters"):
        manifest(every_kind(), prefix="x" * 26)


def test_the_manifest_looks_as_agreed() -> None:
    check_golden("slack/manifest", manifest(every_kind(), name="Trail", url="https://bot.example"))
