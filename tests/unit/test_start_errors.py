"""What is printed when a start goes wrong, where no start can be made to go wrong that way."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import cli
from bot.core.errors import SettingsError
from bot.settings import Settings, read_settings
from bot.start_checks import unused
from bot.start_errors import describe, explain
from bot.storage import transient
from bot.storage.engine import open_engine
from bot.storage.remedies import REMEDIES
from bot.storage.sole_use import hold_alone
from bot.suggesting import suggest
from tests.end_to_end.process import ROOT, environment

PLANTED = "hunter2"


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without any setting."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ.keys() - environment().keys():
        monkeypatch.delenv(name)
    return monkeypatch


def test_every_trouble_with_a_database_has_a_remedy() -> None:
    named = {*transient.SQLITE.values(), *transient.POSTGRES.values(), transient.AWAY, transient.BROKEN}
    named |= {why for _, why in transient._REFUSALS}
    assert named <= REMEDIES.keys()
    assert all(not remedy.endswith(".") for remedy in REMEDIES.values())


def test_a_bug_is_a_line_with_a_reference(capfd: pytest.CaptureFixture[str]) -> None:
    told = explain(RuntimeError(PLANTED), None, alone=False)
    logged = capfd.readouterr().err
    reference = told.partition("reference ")[2][:8]
    assert told.startswith("cairn: ")
    assert "RuntimeError" in told
    assert reference in logged
    assert PLANTED not in told + logged


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), OSError(2, "Gone", "x"), OSError()]
)
def test_an_error_of_the_system_says_what_to_do(error: OSError) -> None:
    told = describe(error, "DATABASE_URL", "content")
    assert told is not None
    assert told.startswith("cairn: ")
    assert told.count(". ") == 1
    assert "Errno" not in told


def test_one_process_has_a_file_for_itself(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'cairn.db'}"
    refused = pytest.raises(SettingsError, match=f"process {os.getpid()} runs Cairn on cairn.db .*Stop")
    with hold_alone(url), refused, hold_alone(url):
        pass
    with hold_alone(url):
        open_engine(url).dispose()
    with hold_alone("postgresql://u@127.0.0.1:1/d"), hold_alone("postgresql://u@127.0.0.1:1/d"):
        pass


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    code = (
        "import sys, os; from bot.storage.sole_use import hold_alone as h\nwith h(sys.argv[1]): os._exit(0)"
    )
    url = f"sqlite:///{tmp_path / 'cairn.db'}"
    assert subprocess.run([sys.executable, "-c", code, url], cwd=ROOT, check=False).returncode == 0
    with hold_alone(url):
        pass


def test_other_programs_settings_are_not_ours(alone: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "DATA", "CONTENT", "CALLS", "SLACK_WEBHOOK_URL", "DATABASE_HOST", "DISCORD_COLOUR"):
        alone.setenv(name, "1")
    settings = read_settings()
    assert (settings.port, settings.data, settings.calls) == (8765, Path("data"), 60)


def test_names_are_read_in_small_letters_too(alone: pytest.MonkeyPatch) -> None:
    alone.setenv("cairn_calls", "7")
    assert read_settings().calls == 7


def test_a_file_of_settings_is_read(alone: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = (
        "# ours",
        "",
        "export CAIRN_CALLS='8'",
        "SLACK_BOT_TOKEN=",
        "POSTGRES_PASSWORD=x",
        "CAIRN_BEAT=3",
    )
    (tmp_path / ".env").write_text("\n".join((*lines, "CAIRN_BEAT=3", "")))
    assert read_settings().calls == 8


def test_what_is_set_for_nothing_is_said(alone: pytest.MonkeyPatch) -> None:
    one = Settings.model_validate(
        {
            "slack_bot_token": "xoxb-1",
            "slack_app_token": "xapp-1",
            "slack_signing_secret": "x",
            "slack_client_id": "1.2",
            "discord_guild": "1" * 18,
            "health_host": "0.0.0.0",
            "port": 9000,
        }
    )
    assert [name for name, _ in unused(one, 1)] == [
        "--port",
        "SLACK_CLIENT_ID",
        "SLACK_SIGNING_SECRET",
        "DISCORD_GUILD",
        "CAIRN_HEALTH_HOST",
        "CAIRN_PORT",
    ]
    assert list(unused(Settings(), None)) == []
    assert list(unused(Settings(port=9000, health_port=1), 80)) == []


def test_the_help_shows_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    options = (
        "--data --port --role --batch --down --json --prefix --url --why --replace --confirm --count --from"
    )
    assert all(f"      {option} " in told for option in options.split())
    assert "cairn tokens accept" in told


def test_only_what_is_alike_is_suggested() -> None:
    assert suggest("stauts", ["status", "run"]) == " Did you mean status?"
    assert suggest("banana", ["status", "run"]) == ""
