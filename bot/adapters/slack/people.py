"""Who somebody is in a workspace. Slack's ids of people are their home's own: in a channel that companies
share, two people can have one id. So whoever is at home elsewhere is called by both ids, `U1.T9`."""

from collections.abc import Mapping
from typing import Any

from bot.adapters.slack.envelope import Envelope
from bot.adapters.slack.origin import read_optional_id

# What Slack calls a person's home: in an event, and in the `user` of an interaction.
_HOMES = ("user_team", "source_team", "team", "team_id")


def member_id(user: str, home: str, envelope: Envelope) -> str:
    """The id under which we know the user in the envelope's workspace."""
    return user if envelope.owns(home) else f"{user}.{home}"


def user_of(member: str) -> str:
    """The user's id as Slack takes it."""
    return member.partition(".")[0]


def is_guest(member: str) -> bool:
    """Whether the member is at home in another workspace."""
    return "." in member


def home_in(told: Mapping[str, Any] | None) -> str:
    """The workspace or organization where the person of an event, or an interaction's `user`, is at home;
    empty when Slack names none. Raises Malformed."""
    named = (read_optional_id(told or {}, name) for name in _HOMES)
    return next(filter(None, named), "")
