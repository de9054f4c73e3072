"""What can be wrong with tokens and secrets."""

from tests.end_to_end.wrong_start import APP, BOT, DISCORD, MANY, SECRET, SLACK, WrongStart

TOKENS = "Tokens and secrets"
CASES = [
    WrongStart(TOKENS, "half of Slack", "run", "SLACK_APP_TOKEN", {"SLACK_BOT_TOKEN": BOT}),
    WrongStart(TOKENS, "the other half of Slack", "run", "SLACK_BOT_TOKEN", {"SLACK_APP_TOKEN": APP}),
    WrongStart(
        TOKENS, "xoxb- as the app's token", "run", "SLACK_APP_TOKEN", SLACK | {"SLACK_APP_TOKEN": BOT}
    ),
    WrongStart(
        TOKENS, "xapp- as the bot's token", "run", "SLACK_BOT_TOKEN", SLACK | {"SLACK_BOT_TOKEN": APP}
    ),
    WrongStart(TOKENS, "a Slack token for Discord", "run", "DISCORD_TOKEN", {"DISCORD_TOKEN": BOT}),
    WrongStart(TOKENS, "a token with quotes", "run", "DISCORD_TOKEN", {"DISCORD_TOKEN": f'"{DISCORD}"'}),
    WrongStart(TOKENS, "a token with a space", "run", "DISCORD_TOKEN", {"DISCORD_TOKEN": f"{DISCORD} x"}),
    WrongStart(TOKENS, "a token behind Bot", "run", "DISCORD_TOKEN", {"DISCORD_TOKEN": f"Bot {DISCORD}"}),
    WrongStart(TOKENS, "the public key as a token", "run", "DISCORD_TOKEN", {"DISCORD_TOKEN": SECRET * 4}),
    WrongStart(
        TOKENS, "many workspaces, no secret", "run", "SLACK_CLIENT_SECRET", {"SLACK_CLIENT_ID": "1.2"}
    ),
    WrongStart(TOKENS, "many workspaces, no key", "run", "CAIRN_KEYS", MANY),
    WrongStart(TOKENS, "a key that is none", "run", "CAIRN_KEYS", MANY | {"CAIRN_KEYS": SECRET}),
    WrongStart(TOKENS, "keys that are only commas", "tokens rotate", "CAIRN_KEYS", {"CAIRN_KEYS": ","}),
    WrongStart(
        TOKENS,
        "a server by its name",
        "run",
        "DISCORD_GUILD",
        {"DISCORD_TOKEN": DISCORD, "DISCORD_GUILD": "us"},
    ),
    WrongStart(
        TOKENS,
        "a shard that isn't there",
        "run",
        "DISCORD_SHARD_IDS",
        {"DISCORD_TOKEN": DISCORD, "DISCORD_SHARDS": "2", "DISCORD_SHARD_IDS": "2"},
    ),
    WrongStart(
        TOKENS,
        "shards that are no numbers",
        "run",
        "DISCORD_SHARD_IDS",
        {"DISCORD_TOKEN": DISCORD, "DISCORD_SHARD_IDS": "all"},
    ),
    WrongStart(TOKENS, "an address that is none", "run", "SLACK_API_URL", SLACK | {"SLACK_API_URL": "slack"}),
    WrongStart(
        TOKENS,
        "a gateway without wss",
        "run",
        "DISCORD_GATEWAY_URL",
        {"DISCORD_TOKEN": DISCORD, "DISCORD_GATEWAY_URL": "http://h"},
    ),
    WrongStart(
        TOKENS,
        "a secret and its file",
        "run",
        "SLACK_BOT_TOKEN_FILE",
        SLACK | {"SLACK_BOT_TOKEN_FILE": "token"},
    ),
    WrongStart(
        TOKENS,
        "a secret's file that isn't there",
        "run",
        "DISCORD_TOKEN_FILE",
        {"DISCORD_TOKEN_FILE": SECRET},
    ),
    WrongStart(
        TOKENS, "a secret's file that is a folder", "run", "DISCORD_TOKEN_FILE", {"DISCORD_TOKEN_FILE": "."}
    ),
    WrongStart(
        TOKENS,
        "a secret's file that is empty",
        "run",
        "DISCORD_TOKEN_FILE",
        {"DISCORD_TOKEN_FILE": "token"},
        given=lambda scene: scene.write("token", b"\n"),
    ),
    WrongStart(
        TOKENS,
        "a secret's file that isn't text",
        "run",
        "DISCORD_TOKEN_FILE",
        {"DISCORD_TOKEN_FILE": "token"},
        given=lambda scene: scene.write("token", b"\xff\xfe\x00"),
    ),
    WrongStart(
        TOKENS,
        "a secret's file of several lines",
        "run",
        "DISCORD_TOKEN_FILE",
        {"DISCORD_TOKEN_FILE": "token"},
        given=lambda scene: scene.write("token", f"{SECRET}\n{SECRET}\n".encode()),
    ),
    WrongStart(
        TOKENS,
        "a secret's file that may not be read",
        "run",
        "DISCORD_TOKEN_FILE",
        {"DISCORD_TOKEN_FILE": "/etc/shadow"},
        as_nobody=True,
    ),
]
