"""`cairn run` with a clock on the wall that somebody sets: by as many seconds as stand in a file."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bot.clock
from bot.app import ROLES
from bot.serving import serve
from bot.settings import read_settings
from bot.telemetry import configure_logs

# A clock that is set is believed sooner than usual.
HOLD_SECONDS = 1.0


class FileClock:
    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        ahead = float(self._file.read_text(encoding="utf-8") or 0)
        return datetime.now(UTC) + timedelta(seconds=ahead)


def main() -> None:
    bot.clock.HOLD_SECONDS = HOLD_SECONDS
    settings = read_settings()
    configure_logs(settings.log_level, settings.log_format)
    url = settings.store_url.get_secret_value()
    wall = FileClock(Path(os.environ["WALL_CLOCK"]))
    asyncio.run(serve(settings, url, ROLES, 0, lambda _what, _at: None, wall))


if __name__ == "__main__":
    main()
