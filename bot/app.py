"""The composition root: everything is made here, once, and handed to what needs it."""

import functools
import os
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot import telemetry
from bot.adapters.discord import render as discord_render
from bot.adapters.playground.adapter import Drawing, PlaygroundAdapter
from bot.adapters.playground.gallery import Gallery
from bot.adapters.slack import render as slack_render
from bot.charts.painter import ThreadPainter
from bot.clock import SteadyClock, SystemClock, TimeMachine
from bot.core.catalog import Catalog
from bot.core.domain.curriculum import Content
from bot.core.domain.questions import Matcher
from bot.core.handlers import FEATURES
from bot.core.ids import PLATFORMS, Platform
from bot.core.locator import Locator
from bot.core.outbox import Messenger
from bot.core.ports import Clock
from bot.core.request import Library
from bot.core.router import Router
from bot.curriculum.cities import CITIES_FILE, load_cities
from bot.curriculum.load import load_content
from bot.delivery.clerk import Clerk, Desk
from bot.delivery.courier import GROUP, Courier
from bot.delivery.hop import Hop
from bot.delivery.inbox import Inbox
from bot.delivery.local import LocalRunner
from bot.delivery.pace import Pace, Rate
from bot.delivery.runner import Runner
from bot.doors import ThreadDoors, Threads
from bot.health import Health
from bot.platform_health import PlatformHealth, watch_platforms
from bot.recovery.watch import keep_journal
from bot.scheduling.planner import Planner
from bot.scheduling.pruner import Pruner
from bot.settings import Settings
from bot.storage.clock import ClockRow
from bot.storage.direct_channels import KeptChannels
from bot.storage.downtimes import Pulse
from bot.storage.engine import connection_string, open_engine
from bot.storage.expiry import Expiry
from bot.storage.installs import Installs
from bot.storage.migrate import upgrade
from bot.storage.outbox import Outbox
from bot.storage.pictures import Pictures
from bot.storage.playground import Transcript
from bot.storage.purge import Purge
from bot.storage.starting_over import StartingOver
from bot.storage.store import DatabaseStore
from bot.storage.uploads import Uploads, owner_of
from bot.threads import (
    Pools,
    ThreadChannels,
    ThreadInstalls,
    ThreadPictures,
    ThreadTime,
    ThreadTranscript,
    ThreadUploads,
    hop,
)
from bot.tokens import open_seal

READERS = 2
# The part of a transaction's deadline within which a call has to begin.
BEGINNING = 0.4
# A shorter silence, such as a deploy or a closed lid, leaves everybody time to do what is due.
A_DOWNTIME = timedelta(days=1)
POSTGRES_WRITERS = 5

# Who meets members, who looks at what is due, and who says it.
ROLES = ("gateway", "planner", "courier")


@dataclass(frozen=True, slots=True)
class App:
    """Cairn, assembled. What is awaited does its work on threads: the database's, and the painter's."""

    settings: Settings
    url: str = field(repr=False)
    catalog: Catalog
    content: Content
    store: DatabaseStore
    router: Router
    hop: Hop
    look: Hop
    wall: SteadyClock
    time: ThreadTime
    doors: ThreadDoors
    inbox: Inbox
    transcript: ThreadTranscript
    uploads: Mapping[Platform, ThreadUploads]
    owners: Mapping[Platform, ThreadUploads]
    channels: Mapping[Platform, ThreadChannels]
    pictures: ThreadPictures
    installs: ThreadInstalls | None
    painter: ThreadPainter
    health: Health
    connections: Mapping[Platform, PlatformHealth]
    pruners: tuple[Pruner, ...]
    close: Callable[[], None]


def build(settings: Settings, url: str, roles: Collection[str] = ROLES, wall: Clock | None = None) -> App:
    """Opens the database at `url`, brings its tables up to date, reads the content and joins the parts.

    `wall`: another clock than this machine's. Raises ContentError and CatalogError for what is wrong there.
    """
    content = load_content(settings.content)
    cities = load_cities(settings.content / CITIES_FILE)
    catalog = Catalog(FEATURES)
    engine = open_engine(url)
    upgrade(engine)
    steady = SteadyClock(wall or SystemClock())
    engine, recovery = keep_journal(engine, settings.journal_folder, settings.journal_days, steady)
    clock = TimeMachine(steady, ClockRow(engine))
    pulse = Pulse(engine)
    if "gateway" in roles:
        pulse.wake(clock.now(), A_DOWNTIME)
    store = DatabaseStore(engine, settings.deadline)
    library = Library(content, Matcher(content.skill_map), tuple(catalog.commands.values()), cities)
    router = Router(catalog, store, clock, library, telemetry.report_bug)
    named = (one.action for feature in catalog.features for one in feature.actions)
    locator = Locator(store, frozenset(one.name for one in named if one.params[:1] == ("plan_id",)))
    # SQLite has one writer at a time: a single thread queues requests better than its lock does.
    most = 1 if engine.dialect.name == "sqlite" else POSTGRES_WRITERS
    pools = Pools(most, READERS)
    hops = writers, readers = pools.writers, pools.readers
    painter = ThreadPainter()
    installs = None
    if settings.cairn_keys is not None:
        installs = ThreadInstalls(Installs(engine, open_seal(settings)), writers, readers)

    def close() -> None:
        painter.close()
        pools.close()
        recovery.close()
        engine.dispose()

    read, write = functools.partial(hop, readers), functools.partial(hop, writers)
    inbox, keep = Inbox(store, clock, settings.lease), timedelta(days=settings.keep_days)
    connections = watch_platforms(settings.served, roles)
    return App(
        settings=settings,
        url=url,
        catalog=catalog,
        content=content,
        store=store,
        router=router,
        hop=write,
        look=functools.partial(hop, pools.maker),
        wall=steady,
        time=ThreadTime(clock, pulse, *hops, StartingOver(engine).forget_all),
        doors=ThreadDoors(
            router,
            locator,
            inbox,
            Threads(writers, most),
            Threads(readers, READERS),
            pools.keeper,
            allowance=settings.calls,
            patience=settings.deadline * BEGINNING,
        ),
        inbox=inbox,
        transcript=ThreadTranscript(Transcript(engine), writers, readers),
        channels={one: ThreadChannels(KeptChannels(engine, one), clock, *hops) for one in PLATFORMS},
        uploads={one: ThreadUploads(Uploads(engine, one), clock, writers, readers) for one in PLATFORMS},
        owners={one: ThreadUploads(Uploads(engine, owner_of(one)), clock, *hops) for one in PLATFORMS},
        pictures=ThreadPictures(Pictures(engine), writers, readers),
        installs=installs,
        painter=painter,
        health=Health(
            store, Outbox(engine, settings.served), content, clock, read, connections, recovery=recovery
        ),
        connections=connections,
        pruners=tuple(
            Pruner(functools.partial(write, step), clock.now, age, steady)
            for step, age in ((Purge(engine).step, keep), (Expiry(engine).step, timedelta()))
        ),
        close=close,
    )


def open_playground(app: App) -> PlaygroundAdapter:
    """The playground on an assembled Cairn, with the drawings of both platforms."""
    drawings = {
        "slack": Drawing(slack_render.message_payload, slack_render.form_payload),
        "discord": Drawing(discord_render.message_payload, discord_render.form_payload),
    }
    gallery = Gallery(app.painter, app.pictures, app.time, telemetry.report_bug)
    return PlaygroundAdapter(app.doors, app.catalog, app.transcript, drawings, app.time, gallery)


def open_runner(app: App, messenger: Messenger, platforms: Collection[str]) -> LocalRunner:
    """Planner and courier in this process alone. What is for a platform that it is not connected to waits."""
    courier = _open_courier(app, messenger, platforms)
    planner = Planner(app.store, app.settings.planned_over)
    return LocalRunner(planner, courier, app.store, app.time, app.hop)


def open_shared_runner(
    app: App, messenger: Messenger, roles: Collection[str], platforms: Collection[str]
) -> Runner:
    """This process's part of planning and sending, beside others on the same PostgreSQL. Its courier leaves
    to others what is for a platform that it is not connected to."""
    # A single process does without it.
    from bot.delivery.pgqueue import QueueRunner

    return QueueRunner(
        connection_string(app.url),
        Planner(app.store, app.settings.planned_over),
        _open_courier(app, messenger, None),
        app.store,
        app.time,
        app.hop,
        plans="planner" in roles,
        sends_to=platforms if "courier" in roles else (),
        lease_seconds=app.settings.lease,
        direct_url=connection_string(app.settings.direct_url or app.url, "DATABASE_DIRECT_URL"),
    )


def open_clerk(app: App, desks: Mapping[Platform, Desk]) -> Clerk:
    """Who carries out, for these platforms, the calls that were kept; it is rung for whenever one was."""
    clerk = Clerk(
        app.inbox,
        desks,
        app.doors.answer,
        app.time,
        app.hop,
        telemetry.report_bug,
        lease_seconds=app.settings.lease,
    )
    app.doors.ring_when_kept(clerk.ring)
    return clerk


def _open_courier(app: App, messenger: Messenger, platforms: Collection[str] | None) -> Courier:
    settings = app.settings
    # Nobody limits the playground, and Discord counts requests instead of messages: its adapter does, too.
    rates = {"slack": Rate(settings.slack_rate, settings.slack_channel_rate), "discord": Rate()}
    return Courier(
        app.store,
        app.router,
        messenger,
        app.time,
        app.hop,
        owner=f"{os.getpid()}-{secrets.token_hex(4)}",
        pace=Pace(rates),
        lease_seconds=settings.lease,
        group=GROUP if messenger.deduplicates else 1,
        in_flight=settings.in_flight,
        platforms=platforms,
        look=app.look,
    )
