"""What can be wrong when Cairn is started: each case with what somebody typed and set, and what is there."""

import shutil
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

SECRET = "hunter2"
ROOT = Path(__file__).resolve().parents[2]
BOT, APP = f"xoxb-1-{SECRET}", f"xapp-1-{SECRET}"
DISCORD = f"MTAwMDAwMDAwMDAwMDAwMDAx.Gabcde.{SECRET}"
SLACK = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP}
MANY = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": SECRET, "SLACK_SIGNING_SECRET": SECRET}
PAGE = {"CAIRN_PLAYGROUND": "1"}
FILE = PAGE | {"DATABASE_URL": "sqlite:///cairn.db"}
# Stands for a port that is taken.
PORT = "8765"


class Scene:
    """A folder in which Cairn is started. `template`: a database of this release."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder = folder
        self.template = template
        self.open: list[sqlite3.Connection] = []

    def write(self, name: str, data: bytes = b"") -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(data)

    def database(self, name: str = "cairn.db", *statements: str) -> None:
        shutil.copy(self.template, self.folder / name)
        self.run(name, *statements)

    def run(self, name: str, *statements: str) -> sqlite3.Connection:
        """The connection stays open as long as the scene."""
        made = sqlite3.connect(self.folder / name, isolation_level=None)
        self.open.append(made)
        for statement in statements:
            made.execute(statement)
        return made

    def content(self, name: str, data: bytes) -> None:
        shutil.copytree(ROOT / "content", self.folder / "content")
        (self.folder / "content" / name).write_bytes(data)


@dataclass(frozen=True)
class WrongStart:
    """`what`: a title for the page. `names`: what the line has to name. `settings`: the environment.
    `given`: what else is there. `as_nobody`: started by a user who may change nothing."""

    area: str
    what: str
    verb: str
    names: str
    settings: Mapping[str, str] = field(default_factory=dict)
    given: Callable[[Scene], object] = lambda _scene: None
    as_nobody: bool = False

    @property
    def shown(self) -> str:
        settings = " ".join(f"{name}={value}" for name, value in self.settings.items())
        return f"{settings} cairn {self.verb}".strip()
