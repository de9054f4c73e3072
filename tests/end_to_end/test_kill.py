"""Killed in the middle: what was answered is there after the next start."""

import signal
import threading
from pathlib import Path

import pytest

from bot.core.domain.caps import UNANSWERED
from bot.storage.engine import open_engine
from bot.storage.store import DatabaseStore
from tests.end_to_end.process import Playground

# As many as are kept of one member in a day.
COMMANDS = UNANSWERED.most


@pytest.mark.parametrize("survivors", [3, 9, 16])
def test_every_answered_command_is_there_after_a_kill(tmp_path: Path, survivors: int) -> None:
    playground = Playground(tmp_path)
    answered: list[str] = []
    enough = threading.Event()

    def ask() -> None:
        for number in range(COMMANDS):
            text = f"does my cheese number {number} ripen"
            try:
                playground.call({"kind": "command", "command": "skillgap", "options": {"question": text}})
            except OSError:
                return
            answered.append(text)
            if len(answered) == survivors:
                enough.set()

    asking = threading.Thread(target=ask)
    asking.start()
    assert enough.wait(30)
    playground.end(signal.SIGKILL)
    asking.join()
    assert survivors <= len(answered) < COMMANDS

    again = Playground(tmp_path)
    assert again.call({"kind": "command", "command": "cairn", "options": {}}) == {"form": None}
    assert again.end() == 0
    engine = open_engine(f"sqlite:///{tmp_path / 'playground.sqlite3'}")
    with DatabaseStore(engine).read() as tx, engine.connect() as connection:
        spaces = connection.exec_driver_sql("SELECT id FROM spaces").scalars().all()
        queued = {one.text for space in spaces for one in tx.questions.queued(space)}
    engine.dispose()
    assert set(answered) <= queued
