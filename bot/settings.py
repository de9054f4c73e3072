"""Every setting, read once from the environment and `.env`. `.env.example` documents each of them."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.core.errors import SettingsError
from bot.core.ids import PLATFORMS, Platform
from bot.secret_files import SecretFiles, is_secret
from bot.setting_names import check_names, read_env_file
from bot.setting_words import expected, name_of
from bot.web.limits import HttpLimits, parse_networks

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Names without `CAIRN_` are the ecosystem's own. A secret can come as `NAME_FILE`, a path, instead."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", populate_by_name=True
    )

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    discord_token: SecretStr | None = None
    database_url: SecretStr | None = None
    database_direct_url: SecretStr | None = None
    cairn_keys: SecretStr | None = None

    slack_api_url: str = "https://slack.com/api/"
    slack_authorize_url: str = "https://slack.com/oauth/v2/authorize"
    slack_host: str = Field(default="127.0.0.1", validation_alias="CAIRN_SLACK_HOST")
    slack_port: int = Field(default=3000, ge=0, le=65535, validation_alias="CAIRN_SLACK_PORT")
    discord_api_url: str = ""
    discord_gateway_url: str = ""
    discord_guild: str = ""
    discord_shards: int | None = Field(default=None, ge=1)
    discord_shard_ids: str = ""
    prefix: str = Field(default="", pattern=r"^[a-z0-9_-]{0,12}$", validation_alias="CAIRN_PREFIX")
    data: Path = Field(default=Path("data"), validation_alias="CAIRN_DATA")
    journal: Path | None = Field(default=None, validation_alias="CAIRN_JOURNAL")
    journal_days: int = Field(default=60, ge=1, le=3650, validation_alias="CAIRN_JOURNAL_DAYS")
    pg_tools: Path | None = Field(default=None, validation_alias="CAIRN_PG_TOOLS")
    content: Path = Field(default=ROOT / "content", validation_alias="CAIRN_CONTENT")
    port: int = Field(default=8765, ge=0, le=65535, validation_alias="CAIRN_PORT")
    playground: bool = Field(default=False, validation_alias="CAIRN_PLAYGROUND")
    health_host: str = Field(default="127.0.0.1", validation_alias="CAIRN_HEALTH_HOST")
    http_connections: int = Field(default=512, ge=1, validation_alias="CAIRN_HTTP_CONNECTIONS")
    http_per_address: int = Field(default=128, ge=1, validation_alias="CAIRN_HTTP_PER_ADDRESS")
    http_seconds: float = Field(default=10.0, gt=0, le=300, validation_alias="CAIRN_HTTP_SECONDS")
    trusted_proxies: str = Field(default="", validation_alias="CAIRN_TRUSTED_PROXIES")
    health_port: int | None = Field(default=None, ge=0, le=65535, validation_alias="CAIRN_HEALTH_PORT")
    deadline: float = Field(default=1.5, gt=0, le=10, validation_alias="CAIRN_DEADLINE")
    calls: int = Field(default=60, ge=1, validation_alias="CAIRN_CALLS")
    beat: float = Field(default=2.0, gt=0, le=30, validation_alias="CAIRN_BEAT")
    keep_days: int = Field(default=30, ge=1, le=365, validation_alias="CAIRN_KEEP_DAYS")
    spread: float = Field(default=60.0, ge=0, le=900, validation_alias="CAIRN_SPREAD")
    lease: float = Field(default=30.0, ge=1, le=300, validation_alias="CAIRN_LEASE")
    in_flight: int = Field(default=16, ge=1, le=32, validation_alias="CAIRN_IN_FLIGHT")
    proof: float = Field(default=60.0, ge=0, le=3600, validation_alias="CAIRN_PROOF")
    slack_rate: float = Field(default=5.0, gt=0, validation_alias="CAIRN_SLACK_RATE")
    slack_channel_rate: float = Field(default=0.9, gt=0, validation_alias="CAIRN_SLACK_CHANNEL_RATE")
    discord_rate: float = Field(default=45.0, gt=0, validation_alias="CAIRN_DISCORD_RATE")
    slack_openings: int = Field(default=45, ge=1, validation_alias="CAIRN_SLACK_OPENINGS")
    discord_openings: int = Field(default=10, ge=1, le=100, validation_alias="CAIRN_DISCORD_OPENINGS")
    discord_member_seconds: float = Field(
        default=30.0, ge=0, le=3600, validation_alias="CAIRN_MEMBER_SECONDS"
    )
    log_format: Literal["text", "json"] = Field(default="text", validation_alias="CAIRN_LOG_FORMAT")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", validation_alias="CAIRN_LOG_LEVEL"
    )

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms for which the environment holds a token or a secret."""
        slack = self.slack_bot_token or self.slack_app_token or self.slack_signing_secret
        named = (("Slack", slack or self.slack_client_id), ("Discord", self.discord_token))
        return tuple(name for name, given in named if given)

    @property
    def is_playground(self) -> bool:
        """Whether the playground is served, rather than a platform."""
        return self.playground or not self.platforms

    @property
    def served(self) -> tuple[Platform, ...]:
        """The platforms that this Cairn serves: those that are configured, or the playground."""
        named = {"playground"} if self.is_playground else {name.lower() for name in self.platforms}
        return tuple(one for one in PLATFORMS if one in named)

    @property
    def planned_over(self) -> timedelta:
        """How far what is due at one instant is drawn apart. Nobody is hurt by a burst in the playground, and
        who skips time there wants to see it."""
        return timedelta(seconds=0 if self.is_playground else self.spread)

    @property
    def shard_ids(self) -> tuple[int, ...] | None:
        """The shards of this process; None: all of them. Raises SettingsError for anything but numbers."""
        if not self.discord_shard_ids:
            return None
        given = self.discord_shard_ids.split(",")
        if self.discord_shards is None or not all(one.strip().isdecimal() for one in given):
            raise SettingsError(
                "DISCORD_SHARD_IDS goes with DISCORD_SHARDS. Set both, the ids as numbers such as 0,1"
            )
        return tuple(int(one) for one in given)

    @property
    def http_limits(self) -> HttpLimits:
        """What the HTTP servers let strangers do. Raises SettingsError for proxies that are no addresses."""
        return HttpLimits(
            connections=self.http_connections,
            per_address=self.http_per_address,
            head_seconds=self.http_seconds,
            body_seconds=self.http_seconds,
            trusted_proxies=parse_networks(self.trusted_proxies),
        )

    @property
    def playground_url(self) -> str:
        """The playground's database: a SQLite file of its own."""
        return f"sqlite:///{self.data / 'playground.sqlite3'}"

    @property
    def store_url(self) -> SecretStr:
        """The database in use: DATABASE_URL, else a SQLite file in the data folder."""
        if self.database_url is not None:
            return SecretStr(self.database_url.get_secret_value().strip())
        return SecretStr(
            f"sqlite:///{self.data / 'cairn.sqlite3'}" if self.platforms else self.playground_url
        )

    @property
    def store_setting(self) -> str:
        """The setting that names the database in use."""
        return "CAIRN_DATA" if self.database_url is None else "DATABASE_URL"

    @property
    def journal_folder(self) -> Path:
        """Where the journal's files are: CAIRN_JOURNAL, else a folder in the data folder."""
        return self.journal or self.data / "journal"

    @property
    def direct_url(self) -> str:
        """The same PostgreSQL without a pooler in front; empty when none is named."""
        direct = self.database_direct_url
        return "" if direct is None else direct.get_secret_value()

    @property
    def shares_database(self) -> bool:
        """Whether several processes can work on the database together."""
        return self.store_url.get_secret_value().startswith("postgres")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The order in which a value is looked up; the secrets folder of pydantic-settings is not used."""
        del file_secret_settings
        # The sources would also take the names of the fields, such as PORT, which are other programs'.
        for source in (env_settings, dotenv_settings):
            names = {name_of(name, field).lower() for name, field in settings_cls.model_fields.items()}
            names |= {name + "_file" for name in names}
            read = source.env_vars.items()  # type: ignore[attr-defined]
            source.env_vars = {name: value for name, value in read if name.lower() in names}  # type: ignore[attr-defined]
        files = SecretFiles(settings_cls, env_settings, dotenv_settings)
        return init_settings, env_settings, dotenv_settings, files


def read_settings(data: Path | None = None) -> Settings:
    """The settings, with another data folder where one is given.

    Raises SettingsError that names what is wrong and where, never its value: it may be a secret.
    """
    fields = {name_of(name, field): field for name, field in Settings.model_fields.items()}
    given = read_env_file(Path(".env"))
    check_names({name: is_secret(field) for name, field in fields.items()}, os.environ, given)
    try:
        return Settings() if data is None else Settings(data=data)
    except ValidationError as error:
        wrong = sorted({str(one["loc"][0]).upper() for one in error.errors()})
    here = {name.upper() for name, value in os.environ.items() if value}
    says = (
        f"{name}, in {'the environment' if name in here else '.env'}, takes {expected(fields[name])}"
        for name in wrong
    )
    raise SettingsError(". ".join((*says, "Correct it, or take it out for the default"))) from None
