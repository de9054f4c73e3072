"""Cairn as a process that is killed, and a database that takes too long for one thing: to keep a question."""

import asyncio
import functools
import re
import resource
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine, func, select

from bot.storage.engine import open_engine
from bot.storage.tables import inbox, questions
from bot.storage.transient import READ_ONLY
from tests.end_to_end.process import ROOT, START_SECONDS, environment

END_SECONDS = 10

_SLOW = {
    "sqlite": (
        """CREATE VIEW slowly AS WITH RECURSIVE steps(step) AS (
            SELECT 1 UNION ALL SELECT step + 1 FROM steps LIMIT 1000000000
        ) SELECT step FROM steps""",
        "CREATE TRIGGER slow BEFORE INSERT ON questions BEGIN SELECT max(step) FROM slowly; END",
    ),
    "postgresql": (
        """CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_sleep(60); RETURN NEW; END'""",
        "CREATE TRIGGER slow BEFORE INSERT ON questions FOR EACH ROW EXECUTE FUNCTION slowly()",
    ),
}
_QUICK = {
    "sqlite": ("DROP TRIGGER slow", "DROP VIEW slowly"),
    "postgresql": ("DROP TRIGGER slow ON questions", "DROP FUNCTION slowly"),
}


class Database:
    """The one that the process works on, looked at from outside."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine: Engine = open_engine(url)

    def slow_down(self) -> None:
        """From now on keeping a question takes a minute."""
        self._run(*_SLOW[self._engine.dialect.name])

    def speed_up(self) -> None:
        self._run(*_QUICK[self._engine.dialect.name])

    def questions(self) -> list[str]:
        with self._engine.connect().execution_options(**READ_ONLY) as connection:
            return sorted(connection.execute(select(questions.c.text)).scalars())

    def waiting(self) -> int:
        waits = select(func.count()).select_from(inbox).where(inbox.c.state != "done")
        with self._engine.connect().execution_options(**READ_ONLY) as connection:
            return connection.scalar(waits) or 0

    def close(self) -> None:
        self._engine.dispose()

    def _run(self, *statements: str) -> None:
        with self._engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


class Process:
    """One `cairn run`. `told`: its first words; `address`: where it is met, when that is an address."""

    def __init__(self, process: asyncio.subprocess.Process, told: str) -> None:
        self._process = process
        self.told = told
        found = re.search(r"http://\S+", told)
        self.address = found[0] if found else ""

    @classmethod
    async def start(cls, data: Path, **settings: str) -> "Process":
        return await cls.start_limited(data, None, settings)

    @classmethod
    async def start_limited(cls, data: Path, files: int | None, settings: Mapping[str, str]) -> "Process":
        """`files`: how many the process may hold open."""
        named = {"CAIRN_DATA": str(data), "CAIRN_BEAT": "0.2", "CAIRN_LEASE": "1", "CAIRN_DEADLINE": "1.5"}
        named |= settings
        with (data / "log").open("a", encoding="utf-8") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run"),
                cwd=ROOT,
                env=environment(**named),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                preexec_fn=None if files is None else functools.partial(_limit_files, files),
            )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(START_SECONDS):
                told = (await process.stdout.readline()).decode()
            assert told, (data / "log").read_text(encoding="utf-8")
        except BaseException:
            # It waits for a platform as long as it takes, so nothing else would end it.
            await cls(process, "").kill()
            raise
        return cls(process, told)

    @property
    def id(self) -> int:
        return self._process.pid

    async def kill(self) -> None:
        """Ends it at once, as a crash does."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.communicate()

    async def stop(self) -> int:
        """Asks it to end, which it has to within END_SECONDS. Its status."""
        self._process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(END_SECONDS):
            status = await self._process.wait()
        await self._process.communicate()
        return status


def _limit_files(most: int) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
