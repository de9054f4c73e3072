"""How the fake lets an app in: the page where people agree, codes, and tokens that last or end.

The shapes are those of Slack's pages on `oauth.v2.access`, on token rotation and on installs into a whole
organization.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.end_to_end.slack_workspace import ApiError, Payload, Workspace

CODE_SECONDS = 600.0
TOKEN_SECONDS = 43_200


@dataclass(eq=False)
class Org:
    """An organization that takes an app in for all its workspaces."""

    id: str
    name: str
    workspaces: list[Workspace]
    token: str = ""

    def serving(self, args: Payload) -> Workspace:
        """The workspace that a call with the organization's token is about: ids are its own throughout."""
        told = [
            str(args.get(name))
            for name in ("channel", "channel_id", "user", "users", "user_id", "trigger_id")
        ]
        for one in self.workspaces:
            if any(name in one.channels or name in one.people or f".{one.id}." in name for name in told):
                return one
        return self.workspaces[0]


@dataclass
class OAuth:
    """One app as Slack knows it. `rotates`: its tokens end, and are renewed."""

    client_id: str = "1234.5678"
    client_secret: str = "c1ient-s3cret-planted"
    redirect_url: str = ""
    rotates: bool = False
    orgs: list[Org] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    _codes: dict[str, tuple[Workspace | Org, float]] = field(default_factory=dict)
    _renewals: dict[str, Workspace | Org] = field(default_factory=dict)
    _number: int = 0

    def agree(self, who: Workspace | Org, asked: Payload) -> str:
        """Where the browser is led once somebody agreed."""
        if asked.get("client_id") != self.client_id:
            raise ApiError("invalid_client_id")
        code = self._make("code")
        self._codes[code] = (who, time.monotonic() + CODE_SECONDS)
        return f"{self.redirect_url}?{urlencode({'code': code, 'state': asked['state']})}"

    def access(self, args: Payload) -> Payload:
        """`oauth.v2.access`, with a code or to renew a token."""
        if args.get("client_id") != self.client_id:
            raise ApiError("invalid_client_id")
        if args.get("client_secret") != self.client_secret:
            raise ApiError("bad_client_secret")
        if args.get("grant_type") == "refresh_token":
            who = self._renewals.pop(str(args.get("refresh_token")), None)
            if who is None:
                raise ApiError("invalid_refresh_token")
            return self._give(who)
        who, expires = self._codes.pop(str(args.get("code")), (None, 0.0))
        if who is None or time.monotonic() > expires:
            raise ApiError("invalid_code")
        return self._give(who)

    def revoke(self, who: Workspace | Org) -> None:
        """Slack takes the token no more, and nothing renews it."""
        who.token = ""
        self._renewals = {name: one for name, one in self._renewals.items() if one is not who}

    def find_org(self, token: str) -> Org | None:
        return next((one for one in self.orgs if one.token == token), None)

    def _give(self, who: Workspace | Org) -> Payload:
        who.token = self._make("xoxe.xoxb" if self.rotates else "xoxb")
        ends: Payload = {}
        if self.rotates:
            renewal = self._make("xoxe")
            self._renewals[renewal] = who
            ends = {"expires_in": TOKEN_SECONDS, "refresh_token": renewal}
        scopes = who.workspaces[0].scopes if isinstance(who, Org) else who.scopes
        return {
            "app_id": "ACAIRN",
            "authed_user": {"id": "U0000000"},
            "scope": ",".join(sorted(scopes)),
            "token_type": "bot",
            "access_token": who.token,
            "bot_user_id": "UCAIRN",
            "team": None if isinstance(who, Org) else {"id": who.id, "name": who.name},
            "enterprise": {"id": who.id, "name": who.name} if isinstance(who, Org) else None,
            "is_enterprise_install": isinstance(who, Org),
            **ends,
        }

    def _make(self, kind: str) -> str:
        self._number += 1
        made = f"{kind}-{self._number:06d}-planted-{self._number * 7919:08d}"
        self.given.append(made)
        return made


def enterprise_of(orgs: Iterable[Org], workspace: Workspace) -> Org | None:
    return next((one for one in orgs if workspace in one.workspaces), None)
