"""The store: units of work on a database, SQLite or PostgreSQL."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from bot.core.budget import CallBudget
from bot.core.domain.ledger import Refused
from bot.core.errors import TryAgain
from bot.core.ports import Transaction
from bot.storage.cohorts import StoredCohorts
from bot.storage.day_counts import StoredDayCounts
from bot.storage.downtimes import StoredDowntimes
from bot.storage.evidence import StoredEvidence
from bot.storage.homes import StoredHomes
from bot.storage.inbox import StoredInbox
from bot.storage.leads import StoredLeads
from bot.storage.leases import StoredLeases
from bot.storage.ledger import StoredLedger
from bot.storage.members import StoredMembers
from bot.storage.plans import StoredPlans
from bot.storage.probe import write_trouble
from bot.storage.profiles import StoredProfiles
from bot.storage.questions import StoredQuestions
from bot.storage.reach import StoredReach
from bot.storage.reminders import StoredReminders
from bot.storage.repairs import StoredRepairs
from bot.storage.schedules import StoredSchedules
from bot.storage.schema import read_oldest, works_on
from bot.storage.slots import StoredSlots
from bot.storage.spaces import StoredSpaces
from bot.storage.tip_posts import StoredTipPosts
from bot.storage.tips import StoredTips
from bot.storage.transaction import only_reading, open_transaction, savepoint

DEADLINE_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Work:
    """The rows that one transaction may touch."""

    members: StoredMembers
    questions: StoredQuestions
    tips: StoredTips
    profiles: StoredProfiles
    plans: StoredPlans
    evidence: StoredEvidence
    downtimes: StoredDowntimes
    reminders: StoredReminders
    cohorts: StoredCohorts
    leads: StoredLeads
    schedules: StoredSchedules
    tip_posts: StoredTipPosts
    homes: StoredHomes
    spaces: StoredSpaces
    reach: StoredReach
    day_counts: StoredDayCounts
    inbox: StoredInbox
    slots: StoredSlots
    repairs: StoredRepairs
    ledger: StoredLedger
    leases: StoredLeases
    connection: Connection

    @classmethod
    def on(cls, connection: Connection) -> "Work":
        return cls(
            StoredMembers(connection),
            StoredQuestions(connection),
            StoredTips(connection),
            StoredProfiles(connection),
            StoredPlans(connection),
            StoredEvidence(connection),
            StoredDowntimes(connection),
            StoredReminders(connection),
            StoredCohorts(connection),
            StoredLeads(connection),
            StoredSchedules(connection),
            StoredTipPosts(connection),
            StoredHomes(connection),
            StoredSpaces(connection),
            StoredReach(connection),
            StoredDayCounts(connection),
            StoredInbox(connection),
            StoredSlots(connection),
            StoredRepairs(connection),
            StoredLedger(connection),
            StoredLeases(connection),
            connection,
        )

    def reading(self) -> AbstractContextManager[None]:
        return only_reading(self.connection)

    def apart(self) -> AbstractContextManager[None]:
        return savepoint(self.connection)


@dataclass(frozen=True, slots=True)
class Status:
    """`revision` is the newest migration the database has (None: none at all), `head` the newest that this
    release knows, `oldest` the newest of the oldest release that works on the database."""

    dialect: str
    server: str
    revision: str | None
    head: str
    oldest: str | None

    @property
    def is_current(self) -> bool:
        return self.revision == self.head

    @property
    def works(self) -> bool:
        """Whether this release works on it: the schema is its own, or one that keeps what this one needs."""
        return self.revision is not None and works_on(self.revision, self.oldest, self.head)


class DatabaseStore:
    """Opens transactions on `engine` that are given up after `deadline` seconds. Any thread may ask."""

    def __init__(self, engine: Engine, deadline: float = DEADLINE_SECONDS) -> None:
        self._engine = engine
        self._deadline = deadline

    @contextmanager
    def write(self, budget: CallBudget | None = None) -> Iterator[Transaction]:
        """A transaction that commits at the end of the block and rolls back when the block raises.

        Raises TryAgain when it was given up: past its deadline or `budget`, or the database is busy or away.
        """
        seconds = self._deadline if budget is None else min(self._deadline, budget.left())
        if seconds <= 0:
            raise TryAgain("the platform waits no longer")
        with open_transaction(self._engine, seconds, writes=True) as connection:
            yield Work.on(connection)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction in which every attempt to write is an error. Raises TryAgain as `write` does."""
        with open_transaction(self._engine, self._deadline, writes=False) as connection:
            yield Work.on(connection)

    def write_trouble(self) -> str:
        """Why nothing can be written, in a few words; empty after a write was committed."""
        return write_trouble(self._engine, self._deadline)

    def count_refused(self) -> Refused:
        """In how many spaces their platform refuses Cairn. Raises TryAgain as `read` does."""
        with self.read() as tx:
            return tx.spaces.count_refused()

    def status(self) -> Status:
        """What the database is and which migrations it has. Raises TryAgain when it is away."""
        # Alembic takes longer to import than the rest of a small command takes to run.
        from bot.storage import migrate

        with open_transaction(self._engine, self._deadline, writes=False) as connection:
            version = ".".join(str(part) for part in connection.dialect.server_version_info or ())
            return Status(
                connection.dialect.name,
                version,
                migrate.read_revision(connection),
                migrate.head(),
                read_oldest(connection),
            )
