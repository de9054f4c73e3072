"""Installs as rows: each tenant's token is sealed, and read by nobody who has only the database."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, delete, func, or_, select, update

from bot.core.chat.typed import clean_line
from bot.core.domain.installs import Install, Tenant
from bot.core.domain.members import NAME_LIMIT
from bot.core.errors import SealBroken
from bot.storage.install_states import InstallStates
from bot.storage.notes import digest_of, note
from bot.storage.sealing import Seal, Secrets
from bot.storage.tables import install_teams, installs
from bot.storage.transaction import open_transaction
from bot.storage.upsert import upsert

DEADLINE_SECONDS = 5.0
# So long one process has the right to renew a token: longer than the platform is waited for.
RENEWING = timedelta(seconds=30)
BATCH = 100

_ENTERPRISE_OF = (
    select(install_teams.c.enterprise).where(install_teams.c.team == bindparam("team")).scalar_subquery()
)
# A workspace's own install comes before that of its organization: only the latter's team is empty.
_FOUND = (
    select(installs, _ENTERPRISE_OF.label("known"))
    .where(
        or_(
            installs.c.tenant == bindparam("team"),
            installs.c.tenant == func.coalesce(func.nullif(bindparam("enterprise"), ""), _ENTERPRISE_OF),
        )
    )
    .order_by((installs.c.tenant == bindparam("team")).desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Resealed:
    """`done`: rows that were sealed anew, `left`: those that no key opens, by their tenants."""

    done: int
    left: tuple[str, ...]


class Installs:
    """Each method is a transaction of its own, with the store's TryAgain. `states` are those of installs that
    begin."""

    def __init__(self, engine: Engine, seal: Seal) -> None:
        self.states = InstallStates(engine, seal)
        self._engine = engine
        self._seal = seal

    def find(self, enterprise: str, team: str) -> Install | None:
        """What serves the workspace: its own install, or that of its organization.

        Without `enterprise`, the organization is the one that the platform named last. Raises SealBroken.
        """
        place = {"enterprise": enterprise, "team": team}
        with self._begin(writes=False) as connection:
            row = connection.execute(_FOUND, place).one_or_none()
        if row is None:
            return None
        serves_all = row.tenant != team
        if serves_all and enterprise and team and row.known != enterprise:
            self._learn(team, enterprise)
        return self._read(row)

    def keep(self, install: Install) -> None:
        """The tenant's install from now on, in the place of an older one."""
        with self._begin(writes=True) as connection:
            replaced = ("enterprise", "name", "bot_user", "sealed", "sealed_with", "expires_at")
            kept = upsert(
                connection.dialect.name,
                installs,
                key=("tenant",),
                replaced=(*replaced, "renewing_until", "installed_at"),
                added=("version",),
            )
            name = clean_line(install.name, NAME_LIMIT) or install.tenant.key
            row = {"tenant": install.tenant.key, "enterprise": install.tenant.enterprise, "name": name}
            told = {"bot_user": install.user, "installed_at": install.installed_at, "renewing_until": None}
            connection.execute(kept, {**row, **told, **self._close(install), "version": 1})

    def forget(self, install: Install) -> bool:
        """Deletes the token, unless the tenant has installed Cairn anew meanwhile."""
        same = (installs.c.tenant == install.tenant.key) & (installs.c.installed_at == install.installed_at)
        with self._begin(writes=True) as connection:
            note(connection, "uninstalled", digest_of(install.tenant.key), install.installed_at.isoformat())
            return connection.execute(delete(installs).where(same)).rowcount == 1

    def teams(self, tenant: Tenant) -> tuple[str, ...]:
        """The workspaces that the tenant's install serves, as far as anybody there has used it."""
        if tenant.team:
            return (tenant.team,)
        own = select(installs.c.tenant)
        served = select(install_teams.c.team).where(
            install_teams.c.enterprise == tenant.enterprise, install_teams.c.team.not_in(own)
        )
        with self._begin(writes=False) as connection:
            return tuple(connection.scalars(served.order_by(install_teams.c.team)))

    def begin_renewal(self, install: Install, now: datetime) -> bool:
        """Whether the caller, and nobody else for a while, is to renew the token."""
        claimed = (
            update(installs)
            .where(installs.c.tenant == install.tenant.key, installs.c.version == install.version)
            .where(
                or_(
                    installs.c.renewing_until.is_(None),
                    installs.c.renewing_until <= now,
                    # A clock that was far ahead said so. Two gateways' clocks may differ by a little.
                    installs.c.renewing_until > now + 2 * RENEWING,
                )
            )
        )
        with self._begin(writes=True) as connection:
            return connection.execute(claimed.values(renewing_until=now + RENEWING)).rowcount == 1

    def renew(self, install: Install) -> bool:
        """Keeps a new token in the place of the one that had the same version. False when that is gone."""
        renewed = update(installs).where(
            installs.c.tenant == install.tenant.key, installs.c.version == install.version
        )
        values = {**self._close(install), "version": install.version + 1, "renewing_until": None}
        with self._begin(writes=True) as connection:
            return connection.execute(renewed.values(values)).rowcount == 1

    def reseal(self) -> Resealed:
        """Seals every row with the newest key that is not yet. It may be stopped anywhere and begun again;
        who reads meanwhile needs the old keys as well."""
        done, after, left = 0, "", list[str]()
        while rows := self._old_rows(after):
            after = rows[-1].tenant
            for row in rows:
                try:
                    done += self._reseal(row)
                except SealBroken:
                    left.append(row.tenant)
        return Resealed(done, tuple(left))

    def _begin(self, *, writes: bool) -> AbstractContextManager[Connection]:
        return open_transaction(self._engine, DEADLINE_SECONDS, writes=writes)

    def _learn(self, team: str, enterprise: str) -> None:
        with self._begin(writes=True) as connection:
            kept = upsert(connection.dialect.name, install_teams, key=("team",), replaced=("enterprise",))
            connection.execute(kept, {"team": team, "enterprise": enterprise})

    def _old_rows(self, after: str) -> list[Row[Any]]:
        old = select(installs).where(installs.c.sealed_with != self._seal.newest, installs.c.tenant > after)
        with self._begin(writes=False) as connection:
            return list(connection.execute(old.order_by(installs.c.tenant).limit(BATCH)))

    def _reseal(self, row: Row[Any]) -> int:
        """One, or none when the row has changed meanwhile: then it has the newest key anyway."""
        values = self._close(self._read(row))
        same = (installs.c.tenant == row.tenant) & (installs.c.sealed == row.sealed)
        with self._begin(writes=True) as connection:
            return int(connection.execute(update(installs).where(same).values(values)).rowcount)

    def _close(self, install: Install) -> dict[str, Any]:
        sealed = self._seal.close(install.tenant, Secrets(install.token, install.renewal))
        return {"sealed": sealed, "sealed_with": self._seal.newest, "expires_at": install.expires_at}

    def _read(self, row: Row[Any]) -> Install:
        """Raises SealBroken, also for a row that was made another tenant's."""
        tenant = Tenant(row.enterprise, "" if row.tenant == row.enterprise else row.tenant)
        held = self._seal.open(tenant, row.sealed)
        install = Install(tenant, row.name, row.bot_user, held.token, row.installed_at, held.renewal)
        return replace(install, expires_at=row.expires_at, version=row.version)
