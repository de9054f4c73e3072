"""In channels that companies share: who is at home elsewhere is never taken for a member with the same id."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.slack.envelope import Envelope, read_envelope
from bot.adapters.slack.origin import Malformed
from bot.adapters.slack.people import is_guest, member_id, user_of
from bot.adapters.slack.receive import Reader
from bot.core.catalog import Catalog
from bot.core.chat.call import Caller, Space
from bot.core.handlers import FEATURES
from bot.core.ids import FOREIGN_ID_LIMIT, Address
from tests.contract import slack_payloads as sent
from tests.contract.slack_payloads import BOT, HOOKS, TEAM, USER, Payload

ELSEWHERE, ORG = "T9999ZZZZ", "E0123ABCD"
READER = Reader(Space(Address("slack", TEAM), "Example"), BOT, "", HOOKS, Catalog(FEATURES).commands)

users = st.text("U0123456789", min_size=1, max_size=4).map("U".__add__)
teams = st.text("0123456789", min_size=1, max_size=3).map("T".__add__)
orgs = st.just("") | st.text("0123456789", min_size=1, max_size=3).map("E".__add__)


def event_of(base: Payload, **event: object) -> Payload:
    return base | {"event": base["event"] | event}


def interaction_of(base: Payload, **user: object) -> Payload:
    return base | {"user": base["user"] | user}


def caller_of(read: object) -> Caller:
    """Who a reader's result says it was."""
    call = getattr(read, "call", read)
    caller = call if isinstance(call, Caller) else call.caller  # type: ignore[attr-defined]
    assert isinstance(caller, Caller)
    return caller


Read = Callable[[Payload], object]

EVENTS: dict[str, tuple[Read, Payload]] = {
    "mention": (READER.question, sent.MENTION),
    "direct": (READER.question, sent.DIRECT),
    "opened": (READER.opened, sent.OPENED),
}
INTERACTIONS: dict[str, tuple[Read, Payload]] = {
    "button": (READER.action, sent.BUTTON),
    "select": (READER.action, sent.SELECT),
    "home": (READER.action, sent.HOME_BUTTON),
    "submission": (READER.submission, sent.SUBMISSION),
    "run": (READER.submission, sent.RUN_SUBMISSION),
    "suggestion": (READER.suggestion, sent.SUGGESTION),
}


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize("field", ["user_team", "source_team", "team"])
def test_an_event_of_somebody_from_elsewhere_is_theirs_alone(name: str, field: str) -> None:
    read, payload = EVENTS[name]
    shared = event_of(payload, **{field: ELSEWHERE}) | {"is_ext_shared_channel": True}
    assert caller_of(read(shared)).address.id == f"{USER}.{ELSEWHERE}"
    # Without a word on the channel nobody can tell, so they are kept apart as well.
    unsaid = {key: value for key, value in shared.items() if key != "is_ext_shared_channel"}
    assert caller_of(read(unsaid)).address.id == f"{USER}.{ELSEWHERE}"
    # Of an organization's channel it is known that ids are one person's throughout.
    assert caller_of(read(shared | {"is_ext_shared_channel": False})).address.id == USER
    assert caller_of(read(event_of(shared, **{field: TEAM}))).address.id == USER


@pytest.mark.parametrize("name", INTERACTIONS)
def test_what_somebody_from_elsewhere_does_is_theirs_alone(name: str) -> None:
    read, payload = INTERACTIONS[name]
    assert caller_of(read(payload)).address.id == USER
    assert caller_of(read(interaction_of(payload, team_id=ELSEWHERE))).address.id == f"{USER}.{ELSEWHERE}"


@pytest.mark.parametrize("name", INTERACTIONS)
def test_in_an_organization_its_people_are_at_home_in_every_workspace(name: str) -> None:
    read, payload = INTERACTIONS[name]
    org = {"enterprise": {"id": ORG, "name": "Org"}, "is_enterprise_install": True}
    assert caller_of(read(interaction_of(payload, team_id=ORG) | org)).address.id == USER
    away = interaction_of(payload, team_id="E9999ZZZZ") | org
    assert caller_of(read(away)).address.id == f"{USER}.E9999ZZZZ"


@pytest.mark.parametrize("name", INTERACTIONS | EVENTS)
@pytest.mark.parametrize("odd", ["U1", "T1.T2", "T1 ", "", "x" * 40, 5, ["T1"], {"id": "T1"}, "т1"])
def test_a_home_of_no_shape_makes_nobody_else_s_id(name: str, odd: object) -> None:
    read, payload = (INTERACTIONS | EVENTS)[name]
    told = event_of(payload, user_team=odd) if name in EVENTS else interaction_of(payload, team_id=odd)
    try:
        known = caller_of(read(told)).address.id
    except Malformed:
        return
    assert known == (USER if odd == "" else f"{USER}.{odd}")


@given(teams, orgs, st.booleans(), st.tuples(users, teams | orgs), st.tuples(users, teams | orgs))
def test_two_people_never_share_an_id(
    team: str, org: str, guests: bool, one: tuple[str, str], other: tuple[str, str]
) -> None:
    envelope = Envelope(team, org, guests)
    known = [member_id(user, home, envelope) for user, home in (one, other)]
    if known[0] == known[1] and one != other:
        # Only people of the workspace, or of its organization, whose ids are one person's throughout.
        assert one[0] == other[0]
        assert all(envelope.owns(home) for _, home in (one, other))
    for (user, home), member in zip((one, other), known, strict=True):
        assert user_of(member) == user
        assert is_guest(member) is not envelope.owns(home)


def test_an_id_of_both_fits_the_database() -> None:
    longest = "U" + "A" * 30
    assert len(member_id(longest, "T" + "B" * 30, Envelope(TEAM))) <= FOREIGN_ID_LIMIT


@pytest.mark.parametrize(
    ("change", "team", "enterprise"),
    [
        ({}, TEAM, ""),
        ({"authorizations": [{"team_id": ELSEWHERE, "enterprise_id": None}]}, ELSEWHERE, ""),
        ({"authorizations": [{"team_id": ELSEWHERE, "enterprise_id": ORG}], "team_id": TEAM}, ELSEWHERE, ORG),
        (
            {
                "authorizations": [{"team_id": None, "enterprise_id": ORG, "is_enterprise_install": True}],
                "context_team_id": ELSEWHERE,
                "is_ext_shared_channel": True,
            },
            ELSEWHERE,
            ORG,
        ),
        (
            {
                "authorizations": [{"team_id": None, "enterprise_id": ORG, "is_enterprise_install": True}],
                "is_ext_shared_channel": False,
            },
            TEAM,
            ORG,
        ),
    ],
)
def test_an_event_is_for_the_workspace_that_authorized_it(
    change: Payload, team: str, enterprise: str
) -> None:
    read = read_envelope(sent.MENTION | change)
    assert (read.team, read.enterprise) == (team, enterprise)


def test_nothing_that_is_typed_or_carried_by_a_button_names_the_workspace() -> None:
    for payload in (sent.BUTTON, sent.SUBMISSION, sent.COMMAND, sent.MENTION):
        told = dict(payload)
        for name in ("actions", "state", "text", "container", "channel"):
            if name in told:
                told[name] = {"team_id": ELSEWHERE, "team": {"id": ELSEWHERE}}
        if "event" in told:
            told["event"] = told["event"] | {"team_id": ELSEWHERE, "text": f"team_id={ELSEWHERE}"}
        assert read_envelope(told).team == TEAM
