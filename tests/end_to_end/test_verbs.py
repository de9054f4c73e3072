"""The verbs, as processes."""

import json
import socket
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.domain.installs import Install, Tenant
from bot.storage.engine import open_engine
from bot.storage.installs import Installs
from bot.storage.migrate import upgrade
from bot.storage.sealing import Seal
from bot.storage.uploads import Uploads
from tests.end_to_end.process import ROOT, Playground, run_cairn

NOW = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)


def test_ask_prints_rows_matches_and_sources() -> None:
    told = run_cairn("ask", "I run EKS and look after RDS")
    assert told.returncode == 0, told.stderr
    for words in (
        "Container orchestration",
        "Managed database services",
        "EKS",
        "RDS",
        "Sources",
        "https://",
    ):
        assert words in told.stdout


def test_ask_says_when_it_cannot_answer() -> None:
    told = run_cairn("ask", "how do I plant tomatoes")
    assert told.returncode == 0
    assert "My map doesn't cover that" in told.stdout


def test_ask_a_batch_writes_a_json_object_a_line(tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text(
        '{"id": "a", "text": "I don\'t know kubernetes but I do manage databases"}\n\n'
        '{"id": "b", "text": "tell me a joke", "kind": "out"}\n'
    )
    told = run_cairn("ask", "--batch", str(questions))
    first, second = (json.loads(line) for line in told.stdout.splitlines())
    assert first["id"] == "a"
    assert first["skills"] == ["managed-databases"]
    assert first["lacks"] == ["container-orchestration"]
    assert set(first["matched"]) == {"managed-databases", "container-orchestration"}
    assert (first["declined"], second["declined"]) == (False, True)
    assert set(second) == {"id", "skills", "lacks", "declined", "matched"}


@pytest.mark.parametrize("line", ["not json", "[]", '{"id": 1}', '{"text": "a"}'])
def test_ask_names_the_line_that_is_wrong(tmp_path: Path, line: str) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": "a", "text": "b"}\n' + line + "\n")
    told = run_cairn("ask", "--batch", str(questions))
    assert told.returncode == 2
    assert "Line 2" in told.stderr


def test_ask_takes_a_question_or_a_batch() -> None:
    for args in ((), ("EKS", "--batch", "x")):
        told = run_cairn("ask", *args)
        assert told.returncode == 2
        assert "cairn ask" in told.stderr


def test_check_passes_on_what_is_shipped() -> None:
    told = run_cairn("check")
    assert told.returncode == 0, told.stdout
    assert "0 errors" in told.stdout.splitlines()[-1]


def test_check_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "tips").mkdir()
    (tmp_path / "skills.yaml").write_text("skills: &a []\n")
    told = run_cairn("check", CAIRN_CONTENT=str(tmp_path))
    assert told.returncode == 1
    assert "skills.yaml:1: error:" in told.stdout


@pytest.mark.parametrize(
    "piece",
    ["temperature-zero", "content/guide/figures.md", "autoscaling", "cloud-to-ai", "tokens-by-hand"],
)
def test_preview_draws_both_platforms(piece: str) -> None:
    told = run_cairn("preview", piece)
    assert told.returncode == 0, told.stderr
    assert "┌─ Slack" in told.stdout
    assert "┌─ Discord" in told.stdout
    assert "**" not in told.stdout


def test_preview_knows_what_it_does_not_know() -> None:
    told = run_cairn("preview", "nothing")
    assert told.returncode == 2
    assert "I know no piece called nothing" in told.stderr


def test_migrate_up_and_down_and_status(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    before = json.loads(run_cairn("status", "--json", *data).stdout)
    assert before["database"]["dialect"] == "sqlite"
    assert (before["database"]["revision"], before["database"]["current"]) == (None, False)
    assert before["content"]["skills"] == 6
    assert "empty -> " in run_cairn("migrate", *data).stdout
    after = json.loads(run_cairn("status", "--json", *data).stdout)
    assert after["database"]["current"]
    assert after["database"]["revision"] == after["database"]["head"]
    assert "-> empty" in run_cairn("migrate", "--down", "base", *data).stdout
    assert "skills: 6" in run_cairn("status", *data).stdout


def test_slack_s_manifest_is_json_to_paste() -> None:
    by_socket = json.loads(run_cairn("manifest", "slack").stdout)
    assert by_socket["settings"]["socket_mode_enabled"] is True
    over_http = json.loads(
        run_cairn("manifest", "slack", "--url", "https://bot.example", "--prefix", "ai-").stdout
    )
    assert over_http["features"]["slash_commands"][0]["command"] == "/ai-cairn"
    assert over_http["features"]["slash_commands"][0]["url"] == "https://bot.example/slack/events"
    assert "im:write" in run_cairn("manifest", "slack", "--why").stdout


def test_a_printed_manifest_is_remembered_where_slack_is_set_up(tmp_path: Path) -> None:
    run_cairn("migrate", "--data", str(tmp_path), SLACK_BOT_TOKEN="xoxb-1")
    told = run_cairn("manifest", "slack", "--data", str(tmp_path), SLACK_BOT_TOKEN="xoxb-1")
    assert told.returncode == 0, told.stderr
    engine = open_engine(str(tmp_path / "cairn.sqlite3"))
    assert Uploads(engine, "slack").digest()
    engine.dispose()


def test_discord_s_manifest_invites_with_the_least_permissions() -> None:
    told = json.loads(run_cairn("manifest", "discord", "--application", "123456789012345678").stdout)
    assert "client_id=123456789012345678" in told["invite"]
    assert {one["name"] for one in told["commands"]} >= {"cairn", "goal", "lead"}
    assert told["permissions"]["SEND_MESSAGES"]


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ((), "PLATFORM"),
        (("slack", "--url", "http://bot.example"), "https"),
        (("slack", "--url", "https://bot.example", "--socket"), "not allowed with"),
        (("slack", "--prefix", "A"), "at most 12"),
        (("discord", "--application", "me"), "17 to 20 digits"),
    ],
)
def test_manifest_says_what_it_cannot_print(args: tuple[str, ...], says: str) -> None:
    told = run_cairn("manifest", *args)
    assert (told.returncode, told.stdout) == (2, "")
    assert says in told.stderr


def test_when_lists_occurrences_through_a_gap() -> None:
    asked = ("when", "Europe/Lisbon", "sun", "01:30", "--from", "2027-03-21T02:00+00:00", "--count", "2")
    told = run_cairn(*asked)
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines() == [
        "Sun 2027-03-28 02:30+01:00 Europe/Lisbon  2027-03-28T01:30:00Z",
        "Sun 2027-04-04 01:30+01:00 Europe/Lisbon  2027-04-04T00:30:00Z",
    ]
    assert json.loads(run_cairn(*asked, "--json").stdout) == ["2027-03-28T01:30:00Z", "2027-04-04T00:30:00Z"]


def test_when_begins_now_and_lists_five() -> None:
    instants = json.loads(run_cairn("when", "UTC", "Monday", "9", "--json").stdout)
    assert len(instants) == 5
    assert all(instant.endswith("T09:00:00Z") for instant in instants)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("Nowhere", "sun", "9:00"), "Nowhere"),
        (("UTC", "someday", "9:00"), "someday"),
        (("UTC", "sun", "25:00"), "25:00"),
        (("UTC", "sun", "9:00", "--from", "2027-03-21T02:00"), "leaves open"),
        (("UTC", "sun", "9:00", "--from", "soon"), "soon"),
        (("UTC", "sun", "9:00", "--from", "9999-12-31T00:00Z"), "9999"),
        (("Asia/Tokyo", "sun", "9:00", "--from", "0001-01-01T00:00Z"), "0001"),
        (("UTC", "sun", "9:00", "--count", "0"), "1 to 1000"),
        (("UTC", "sun", "9:00", "--count", "1001"), "1 to 1000"),
        (("UTC", "sun", "9:00", "--count", "many"), "many"),
    ],
)
def test_when_says_what_it_cannot_read(args: tuple[str, ...], says: str) -> None:
    told = run_cairn("when", *args)
    assert (told.returncode, told.stdout) == (2, "")
    assert says in told.stderr
    assert "Traceback" not in told.stderr


def test_run_without_tokens_is_the_playground(tmp_path: Path) -> None:
    playground = Playground(tmp_path, verb="run")
    assert playground.get("/session")["members"]
    assert playground.end() == 0


def test_run_with_half_of_slacks_tokens_names_the_other(tmp_path: Path) -> None:
    told = run_cairn("run", "--data", str(tmp_path), SLACK_BOT_TOKEN="xoxb-planted")
    assert told.returncode == 2
    assert "SLACK_APP_TOKEN" in told.stderr
    assert "SLACK_SIGNING_SECRET" in told.stderr
    assert "planted" not in told.stderr


def test_a_busy_port_is_said_plainly(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = run_cairn("play", "--port", str(port), "--data", str(tmp_path))
    assert told.returncode == 2
    assert f"Port {port} is taken" in told.stderr
    assert "Traceback" not in told.stderr


def test_settings_that_are_wrong_are_named_without_their_value(tmp_path: Path) -> None:
    told = run_cairn("status", "--data", str(tmp_path), CAIRN_PORT="many")
    assert told.returncode == 2
    assert "CAIRN_PORT" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text(f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}\n")
    run_cairn("migrate", DATABASE_URL_FILE=str(secret))
    assert (tmp_path / "elsewhere.sqlite3").exists()


def test_keys_are_changed_with_two_commands(tmp_path: Path) -> None:
    old, new = (run_cairn("tokens", "key").stdout.strip() for _ in range(2))
    url = f"sqlite:///{tmp_path / 'installs.sqlite3'}"
    engine = open_engine(url)
    upgrade(engine)
    install = Install(Tenant("", "T1"), "One", "U1", "xoxb-planted", NOW)
    Installs(engine, Seal([old])).keep(install)
    keys = tmp_path / "keys"
    keys.write_text(f"{new}\n{old}\n")
    told = run_cairn("tokens", "rotate", DATABASE_URL=url, CAIRN_KEYS_FILE=str(keys))
    assert (told.returncode, told.stdout.splitlines()) == (
        0,
        ["1 token is sealed with the newest key now, as all others are: the older keys can go."],
    )
    assert Installs(engine, Seal([new])).find("", "T1") == replace(install, version=1)
    engine.dispose()
    wrong = run_cairn("tokens", "rotate", DATABASE_URL=url, CAIRN_KEYS=old)
    assert wrong.returncode == 1
    assert "T1" in wrong.stdout
    for secret in (old, new, "xoxb-planted"):
        assert secret not in told.stdout + told.stderr + wrong.stdout + wrong.stderr


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "cairn tokens key"),
        ({"CAIRN_KEYS": "planted"}, "cairn tokens key"),
        ({"CAIRN_KEYS": ","}, "no key"),
    ],
)
def test_rotate_says_how_a_key_is_made(tmp_path: Path, settings: dict[str, str], says: str) -> None:
    told = run_cairn("tokens", "rotate", "--data", str(tmp_path), cwd=ROOT, **settings)
    assert told.returncode == 2
    assert says in told.stderr
    assert "planted" not in told.stderr
    assert "Traceback" not in told.stderr


def test_rotate_on_a_database_without_tables_says_what_to_do(tmp_path: Path) -> None:
    key = run_cairn("tokens", "key").stdout.strip()
    told = run_cairn("tokens", "rotate", "--data", str(tmp_path), CAIRN_KEYS=key)
    assert told.returncode == 2
    assert "cairn migrate" in told.stderr


def test_python_is_new_enough() -> None:
    assert sys.version_info >= (3, 11)
    assert 'requires-python = ">=3.11"' in (ROOT / "pyproject.toml").read_text()


def test_the_outbox_of_a_new_database_says_what_to_do(tmp_path: Path) -> None:
    told = run_cairn("outbox", "--data", str(tmp_path))
    assert (told.returncode, told.stdout) == (2, "")
    assert "cairn migrate" in told.stderr
    assert "Traceback" not in told.stderr
