"""For which workspace Slack sent something, and whether who did it belongs there. What Slack signed is all
that is believed: nothing that a person typed, and nothing that a button carries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.adapters.slack.origin import Malformed, read_optional_id

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Envelope:
    """The workspace `team`, and its organization `enterprise`, empty where there is none.

    The team is empty for what is about a whole organization. `guests`: it happened in a channel that is
    shared with other companies, or Slack doesn't say. `everywhere`: the install is that of the organization.
    """

    team: str
    enterprise: str = ""
    guests: bool = True
    everywhere: bool = False

    def owns(self, home: str) -> bool:
        """Whether a person whose home is this workspace or organization belongs here. Slack names no home
        for whoever can be nobody else, and within an organization no two people have one id."""
        return home in ("", self.team, self.enterprise) or not self.guests


def read_envelope(body: Payload) -> Envelope:
    """Whose the payload is. Raises Malformed when it says neither a workspace nor an organization."""
    asked = body.get("authorizations")
    if isinstance(asked, list) and asked and isinstance(asked[0], dict):
        # In a channel that workspaces share, only this says for which of them the event was sent.
        read = _of_event(body, asked[0])
    elif isinstance(body.get("event"), dict) or isinstance(body.get("team_id"), str):
        read = Envelope(read_optional_id(body, "team_id"), read_optional_id(body, "enterprise_id"))
    else:
        read = _of_interaction(body)
    if not (read.team or read.enterprise):
        raise Malformed("team: a workspace is expected")
    return read


def _of_event(body: Payload, asked: Payload) -> Envelope:
    team, guests = read_optional_id(asked, "team_id"), body.get("is_ext_shared_channel") is not False
    everywhere = asked.get("is_enterprise_install") is True
    if not team and everywhere:
        # The organization has it for all its workspaces; the event says in which of them it happened.
        team = read_optional_id(body, "context_team_id") or (
            "" if guests else read_optional_id(body, "team_id")
        )
    return Envelope(team, read_optional_id(asked, "enterprise_id"), guests, everywhere)


def _of_interaction(body: Payload) -> Envelope:
    team, user, view = _part(body, "team"), _part(body, "user"), _part(body, "view")
    enterprise = read_optional_id(_part(body, "enterprise"), "id") or read_optional_id(team, "enterprise_id")
    # A modal that was opened from a shared channel belongs to the workspace that has Cairn.
    owner = read_optional_id(view, "app_installed_team_id") or read_optional_id(team, "id")
    if (
        not owner
        and body.get("is_enterprise_install") is True
        and read_optional_id(user, "team_id") != enterprise
    ):
        # Outside of every workspace, such as in a message to Cairn: the person's own it is.
        owner = read_optional_id(user, "team_id")
    return Envelope(owner, enterprise)


def _part(body: Payload, name: str) -> Payload:
    part = body.get(name)
    return part if isinstance(part, dict) else {}
