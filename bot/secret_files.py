"""Secrets that come in files, as container engines hand them out."""

from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from bot.core.errors import SettingsError

# Several keys may stand in one file, a line each.
OF_LINES = ("cairn_keys",)
MAX_BYTES = 65_536


def is_secret(field: FieldInfo) -> bool:
    """Whether the setting can come from a file."""
    return SecretStr in getattr(field.annotation, "__args__", ())


class SecretFiles(PydanticBaseSettingsSource):
    """Reads `SLACK_BOT_TOKEN` from the file that `SLACK_BOT_TOKEN_FILE` names.

    Raises SettingsError for a file that can't be read. The path is not repeated: it may be the secret itself.
    """

    def __init__(self, settings_cls: type[BaseSettings], *sources: Any) -> None:
        super().__init__(settings_cls)
        self._sources = sources

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The file's text without its last line break, or None when no file is named."""
        name = f"{field_name}_file"
        for source in self._sources:
            path = source.env_vars.get(name)
            if path and is_secret(field):
                return _read(field_name, Path(path)), field_name, False
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """All fields for which a file is named."""
        found = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in found.items() if value is not None}


def _read(field_name: str, path: Path) -> str:
    setting = f"{field_name.upper()}_FILE"
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES)
        text = data.decode().rstrip("\r\n")
    except FileNotFoundError:
        does = "It takes the path of a file that holds the secret, not the secret itself"
        raise SettingsError(f"{setting} names a file that isn't there. {does}") from None
    except IsADirectoryError:
        raise SettingsError(f"{setting} names a folder. Name the file in it") from None
    except UnicodeDecodeError:
        raise SettingsError(
            f"the file that {setting} names isn't text. Write the secret alone into it, as UTF-8"
        ) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no such name is possible"
        raise SettingsError(
            f"the file that {setting} names can't be read: {why}. Let Cairn's user read it"
        ) from None
    if not text.strip():
        raise SettingsError(f"the file that {setting} names is empty. Write the secret into it")
    if "\n" in text and field_name not in OF_LINES:
        raise SettingsError(f"the file that {setting} names has several lines. Write only the secret into it")
    return text
