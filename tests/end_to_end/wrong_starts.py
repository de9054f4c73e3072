"""What can be wrong in what was typed and set."""

from tests.end_to_end.wrong_start import BOT, FILE, PAGE, PORT, SECRET, SLACK, WrongStart

TYPED = "What was typed"
CASES = [
    WrongStart(TYPED, "an unknown verb", "stauts", "status"),
    WrongStart(TYPED, "an unknown option", "run --prot 3", "--port"),
    WrongStart(TYPED, "an option of another verb", "check --json", "--json"),
    WrongStart(TYPED, "a word too many", "status now", "now"),
    WrongStart(TYPED, "a word that is missing", "preview", "piece"),
    WrongStart(TYPED, "an option without its value", "run --port", "--port"),
    WrongStart(TYPED, "an unknown role", "run --role gatway", "gateway"),
    WrongStart(TYPED, "an unknown platform", "manifest slak", "slack"),
    WrongStart(TYPED, "a number that is none", "when UTC sun 9:00 --count many", "--count"),
    WrongStart(TYPED, "a port that is too large", "run --port 99999", "--port"),
    WrongStart(TYPED, "a port below 0", "run --port -1", "--port"),
    WrongStart(TYPED, "a port that is no number", "play --port x", "--port"),
    WrongStart(TYPED, "a batch that isn't there", "ask --batch none.jsonl", "none.jsonl"),
    WrongStart(TYPED, "a batch that is a folder", "ask --batch .", "Name a file"),
    WrongStart(
        TYPED,
        "a batch that isn't text",
        "ask --batch batch",
        "Line 1",
        given=lambda scene: scene.write("batch", b"\xff\xfe{}\n"),
    ),
    WrongStart(TYPED, "content that isn't there", "preview nothing", "nothing"),
    WrongStart(TYPED, "an address without TLS", "manifest slack --url http://bot.example", "--url"),
    WrongStart(TYPED, "a backup that isn't there", "restore none.sqlite3", "none.sqlite3"),
    WrongStart(TYPED, "an unknown migration", "migrate 9999", "9999"),
    WrongStart(TYPED, "an unknown migration to go back to", "migrate --down nope", "nope"),
    WrongStart(TYPED, "the outbox of a new database", "outbox", "cairn migrate"),
]

SET = "Settings"
CASES += [
    WrongStart(SET, "a misspelled setting", "run", "CAIRN_LEASE", {"CAIRN_LEESE": "30"}),
    WrongStart(SET, "a misspelled token", "run", "SLACK_BOT_TOKEN", {"SLACK_BOT_TOEKN": BOT}),
    WrongStart(SET, "a setting that no release has", "status", "CAIRN_COLOUR", {"CAIRN_COLOUR": "red"}),
    WrongStart(SET, "what is no secret, from a file", "run", "CAIRN_PORT", {"CAIRN_PORT_FILE": "port"}),
    WrongStart(SET, "a port that is no number", "run", "CAIRN_PORT", {"CAIRN_PORT": "x"}),
    WrongStart(SET, "a port that is too large", "run", "CAIRN_HEALTH_PORT", {"CAIRN_HEALTH_PORT": "70000"}),
    WrongStart(SET, "a number that is too small", "run", "CAIRN_LEASE", {"CAIRN_LEASE": "0"}),
    WrongStart(SET, "an unknown level", "run", "CAIRN_LOG_LEVEL", {"CAIRN_LOG_LEVEL": "loud"}),
    WrongStart(SET, "neither yes nor no", "run", "CAIRN_PLAYGROUND", {"CAIRN_PLAYGROUND": "maybe"}),
    WrongStart(SET, "a prefix with capitals", "run", "CAIRN_PREFIX", {"CAIRN_PREFIX": "AI!"}),
    WrongStart(SET, "a proxy by name", "run", "CAIRN_TRUSTED_PROXIES", {"CAIRN_TRUSTED_PROXIES": "proxy"}),
    WrongStart(SET, "two servers at one port", "run", "CAIRN_HEALTH_PORT", {"CAIRN_HEALTH_PORT": PORT}),
    WrongStart(SET, "the playground beside a token", "run", "CAIRN_PLAYGROUND", SLACK | PAGE),
    WrongStart(
        SET, "a database that nothing uses", "run", "DATABASE_URL", {"DATABASE_URL": "sqlite:///a.db"}
    ),
    WrongStart(
        SET,
        "a direct way to an SQLite file",
        "run",
        "DATABASE_DIRECT_URL",
        FILE | {"DATABASE_DIRECT_URL": f"postgresql://u:{SECRET}@h/d"},
    ),
    WrongStart(
        SET,
        "a direct way of another kind",
        "run",
        "DATABASE_DIRECT_URL",
        PAGE
        | {
            "DATABASE_URL": "postgresql://u@127.0.0.1:1/d",
            "DATABASE_DIRECT_URL": f"mysql://u:{SECRET}@h/d",
        },
    ),
    WrongStart(SET, "a role on SQLite", "run --role planner", "PostgreSQL", PAGE),
    WrongStart(SET, "a role of nothing", "run --role planner", "--role"),
    WrongStart(
        SET,
        "a journal that is a file",
        "run",
        "CAIRN_JOURNAL",
        {"CAIRN_JOURNAL": "file"},
        given=lambda scene: scene.write("file"),
    ),
    WrongStart(
        SET,
        "a line of .env that is no setting",
        "run",
        ".env, line 2",
        given=lambda scene: scene.write(".env", f"CAIRN_PORT=0\nDISCORD_TOKEN {SECRET}\n".encode()),
    ),
    WrongStart(
        SET,
        "a setting that stands twice in .env",
        "run",
        "line 3",
        given=lambda scene: scene.write(".env", b"CAIRN_BEAT=1\n# again\nCAIRN_BEAT=2\n"),
    ),
    WrongStart(
        SET,
        ".env that isn't UTF-8",
        "run",
        ".env, line 2",
        given=lambda scene: scene.write(".env", b"CAIRN_PORT=0\nCAIRN_DATA=\xe4\n"),
    ),
    WrongStart(SET, ".env that is a folder", "run", ".env", given=lambda scene: scene.write(".env/x")),
]
