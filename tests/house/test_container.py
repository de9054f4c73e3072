"""The image and compose.yaml, as far as they can be read where no engine runs them."""

import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
OURS = {name: one for name, one in COMPOSE["services"].items() if name != "postgres"}


def test_the_script_starts_what_compose_starts() -> None:
    started = [
        one["command"][-1]
        for one in OURS.values()
        if "--role" in one["command"]
        for _ in range(one.get("deploy", {}).get("replicas", 1))
    ]
    assert tuple(started) == runpy.run_path(str(ROOT / "scripts" / "run_roles.py"))["ROLES"]
    assert OURS["migrate"]["command"] == ["migrate"]


@pytest.mark.parametrize("name", OURS)
def test_a_container_may_do_little(name: str) -> None:
    one = OURS[name]
    assert (one["user"], one["read_only"], one["cap_drop"]) == ("10001:10001", True, ["ALL"])
    assert "no-new-privileges:true" in one["security_opt"]
    assert {volume.partition(":")[2] for volume in one.get("volumes", ())} <= {"/data"}
    assert set(one["secrets"]) <= set(COMPOSE["secrets"])


def test_only_settings_that_exist_are_set() -> None:
    known = {str(field.validation_alias or name).upper() for name, field in Settings.model_fields.items()}
    told = set(re.findall(r"\b(CAIRN_[A-Z_]+)=", DOCKERFILE))
    for one in OURS.values():
        told |= {setting.removesuffix("_FILE") for setting in one["environment"]}
    assert told <= known


def test_the_tokens_of_the_machine_reach_every_role() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    for one in OURS.values():
        assert one["env_file"] == [{"path": ".env", "required": False}]
        settings = one["environment"]
        # What is copied from the example and filled in with a token serves that platform.
        assert settings["CAIRN_PLAYGROUND"] == "${CAIRN_PLAYGROUND-1}"
        assert "\nCAIRN_PLAYGROUND=\n" in example
        # Paths and ports of the machine would not work inside.
        assert settings["CAIRN_DATA"] == "/data"
        assert settings["CAIRN_HEALTH_PORT"] in DOCKERFILE
        assert (settings["DATABASE_URL"], settings["CAIRN_JOURNAL"], settings["CAIRN_CONTENT"]) == (
            "",
            "",
            "",
        )


def test_the_image_is_locked_and_runs_as_nobody_in_particular() -> None:
    assert "--require-hashes -r requirements.lock" in DOCKERFILE
    assert re.search(r"^USER 10001$", DOCKERFILE, re.M)
    for word in ("ENTRYPOINT", "CMD"):
        found = re.search(rf"^{word} (.+)$", DOCKERFILE, re.M)
        assert found
        assert isinstance(json.loads(found[1]), list)
