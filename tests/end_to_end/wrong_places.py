"""What can be wrong with databases, ports and content."""

from tests.end_to_end.wrong_start import FILE, PAGE, PORT, SECRET, Scene, WrongStart


def _damage(scene: Scene, size: int | None) -> None:
    data = bytearray(scene.template.read_bytes())
    data[4096:40960] = b"\xff" * (40960 - 4096)
    scene.write("cairn.db", bytes(data) if size is None else scene.template.read_bytes()[:size])


def _read_only(scene: Scene) -> None:
    scene.database()
    scene.open.pop().close()
    for file in scene.folder.glob("cairn.db*"):
        file.chmod(0o444)


DATA = "The database"


def _url(url: str) -> dict[str, str]:
    return PAGE | {"DATABASE_URL": url}


CASES = [
    WrongStart(DATA, "another kind of database", "run", "DATABASE_URL", _url(f"mysql://u:{SECRET}@h/d")),
    WrongStart(DATA, "a database in memory", "run", "DATABASE_URL", _url("sqlite:///:memory:")),
    WrongStart(
        DATA,
        "a PostgreSQL that doesn't listen",
        "run",
        "DATABASE_URL (127.0.0.1:1)",
        _url(f"postgresql://u:{SECRET}@127.0.0.1:1/d"),
    ),
    WrongStart(
        DATA, "an @ in the password", "run", "DATABASE_URL", _url(f"postgresql://u:x@{SECRET}@127.0.0.1:1/d")
    ),
    WrongStart(
        DATA, "a : in the password", "run", "DATABASE_URL", _url(f"postgresql://u:x:{SECRET}@127.0.0.1:1/d")
    ),
    WrongStart(
        DATA, "a % in the password", "run", "DATABASE_URL", _url(f"postgresql://u:%{SECRET}@127.0.0.1:1/d")
    ),
    WrongStart(
        DATA,
        "a host that isn't known",
        "run",
        "host",
        _url(f"postgresql://u:{SECRET}@no-such-host.invalid/d"),
    ),
    WrongStart(
        DATA, "a port that is none", "run", "DATABASE_URL", _url(f"postgresql://u:{SECRET}@127.0.0.1:99999/d")
    ),
    WrongStart(
        DATA,
        "a folder",
        "run",
        "DATABASE_URL (folder)",
        _url("sqlite:///folder"),
        given=lambda scene: scene.write("folder/x"),
    ),
    WrongStart(
        DATA,
        "a file that is no database",
        "run",
        "cairn.db",
        FILE,
        given=lambda scene: scene.write("cairn.db", b"text " * 999),
    ),
    WrongStart(DATA, "a damaged file", "run", "cairn.db", FILE, given=lambda scene: _damage(scene, None)),
    WrongStart(DATA, "half a file", "status", "cairn.db", FILE, given=lambda scene: _damage(scene, 20_000)),
    WrongStart(
        DATA, "a file that may not be written", "run", "cairn.db", FILE, given=_read_only, as_nobody=True
    ),
    WrongStart(
        DATA,
        "a file that another program has locked",
        "run",
        "cairn.db",
        FILE,
        given=lambda scene: scene.database("cairn.db", "BEGIN EXCLUSIVE"),
    ),
    WrongStart(
        DATA,
        "a newer release's database",
        "run",
        "9999",
        FILE,
        given=lambda scene: scene.database(
            "cairn.db",
            "UPDATE alembic_version SET version_num = '9999'",
            "UPDATE schema_support SET oldest = '9999'",
        ),
    ),
    WrongStart(
        DATA,
        "another program's migrations",
        "run",
        "ae10",
        FILE,
        given=lambda scene: scene.database("cairn.db", "UPDATE alembic_version SET version_num = 'ae10'"),
    ),
    WrongStart(
        DATA,
        "another program's tables",
        "run",
        "cairn.db",
        FILE,
        given=lambda scene: scene.run("cairn.db", "CREATE TABLE members (id INTEGER)"),
    ),
    WrongStart(
        DATA,
        "a data folder that is a file",
        "run",
        "CAIRN_DATA",
        {"CAIRN_DATA": "file"},
        given=lambda scene: scene.write("file"),
    ),
    WrongStart(
        DATA,
        "a data folder below a file",
        "run --data file/x",
        "file/x",
        given=lambda scene: scene.write("file"),
    ),
    WrongStart(
        DATA,
        "a data folder that may not be made",
        "run --data closed/x",
        "closed/x",
        as_nobody=True,
        given=lambda scene: scene.write("closed/y"),
    ),
    WrongStart(DATA, "nothing to back up", "backup", "playground.sqlite3"),
]

PORTS = "Ports and addresses"
CASES += [
    WrongStart(PORTS, "a port that is taken", f"run --port {PORT}", "--port"),
    WrongStart(
        PORTS,
        "a port of health that is taken",
        "run --port 0",
        "CAIRN_HEALTH_PORT",
        {"CAIRN_HEALTH_PORT": PORT},
    ),
    WrongStart(
        PORTS,
        "another machine's address",
        "run --port 0",
        "CAIRN_HEALTH_HOST",
        {"CAIRN_HEALTH_PORT": "0", "CAIRN_HEALTH_HOST": "192.0.2.1"},
    ),
]

CONTENT = "Content"
OWN = {"CAIRN_CONTENT": "content"}
CASES += [
    WrongStart(CONTENT, "a folder that isn't there", "run", "nowhere", {"CAIRN_CONTENT": "nowhere"}),
    WrongStart(
        CONTENT,
        "a file instead of a folder",
        "ask EKS",
        "file",
        {"CAIRN_CONTENT": "file"},
        given=lambda scene: scene.write("file"),
    ),
    WrongStart(
        CONTENT,
        "YAML that isn't UTF-8",
        "run",
        "skills.yaml:1",
        OWN,
        given=lambda scene: scene.content("skills.yaml", b"skills: \xff\n"),
    ),
    WrongStart(
        CONTENT,
        "YAML that is broken",
        "run",
        "sources.yaml",
        OWN,
        given=lambda scene: scene.content("sources.yaml", b"sources: [\n"),
    ),
    WrongStart(
        CONTENT,
        "a time zone that isn't there",
        "run",
        "cities.csv:2",
        OWN,
        given=lambda scene: scene.content("cities.csv", b"name,country,zone\nBase,Moon,Moon/Base\n"),
    ),
    WrongStart(
        CONTENT,
        "cities that aren't UTF-8",
        "run",
        "cities.csv:1",
        OWN,
        given=lambda scene: scene.content("cities.csv", b"\xff\n"),
    ),
]
