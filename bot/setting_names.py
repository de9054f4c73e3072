"""The names of settings, in the environment and in `.env`: one that nothing reads is refused, not ignored."""

import io
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import parse_stream

from bot.core.errors import SettingsError
from bot.suggesting import suggest

FILE = "_FILE"
OURS = "CAIRN_"
# Other programs have settings of these names, too, so only what is nearly one of ours is refused.
SHARED = ("SLACK_", "DISCORD_", "DATABASE_")
NEARLY = 0.8
# Switches of the tests, which are set for everything that they run.
OF_TESTS = frozenset({"CAIRN_SOAK", "CAIRN_GOLDEN"})


def read_env_file(file: Path) -> dict[str, str]:
    """Returns what the file sets; nothing when there is no such file. Raises SettingsError with the line that
    can't be read, never with its text: it may hold a secret."""
    if not file.exists():
        return {}
    if file.is_dir():
        raise SettingsError(f"{file} is a folder. Make it a file of settings, such as a copy of .env.example")
    try:
        data = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file} can't be read: {error.strerror}. Let Cairn's user read it") from None
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{file}, line {line}: this isn't UTF-8 text. Save the file as UTF-8") from None
    lines: dict[str, int] = {}
    found: dict[str, str] = {}
    for one in parse_stream(io.StringIO(text)):
        line = one.original.line + len(one.original.string) - len(one.original.string.lstrip("\n"))
        if one.error or (one.key is not None and one.value is None):
            raise SettingsError(
                f"{file}, line {line}: this is no setting. Write NAME=value, or # in front of a comment"
            )
        if one.key is None or not one.value:
            continue
        name = one.key.upper()
        if found.get(name, one.value) != one.value:
            raise SettingsError(
                f"{name} is set twice in {file}, in line {lines[name]} and line {line}. Take one of them out"
            )
        lines[name], found[name] = line, one.value
    return found


def check_names(known: Mapping[str, bool], environment: Mapping[str, str], file: Mapping[str, str]) -> None:
    """Raises SettingsError for a name that no setting has, and for a secret that is given twice.

    `known`: each setting, and whether it is a secret, which can come from a file that `NAME_FILE` names.
    """
    given = {name.upper(): place for place, names in _places(environment, file) for name in names}
    files = {name + FILE for name, is_secret in known.items() if is_secret}
    allowed = known.keys() | files | OF_TESTS
    for name in sorted(given.keys() - allowed):
        close = suggest(name, allowed - OF_TESTS - given.keys(), NEARLY)
        if name.removesuffix(FILE) in known:
            raise SettingsError(
                f"{name}, in {given[name]}, is not a setting: only secrets can come from a file. Set "
                f"{name.removesuffix(FILE)}"
            )
        if name.startswith(OURS) or (close and name.startswith(SHARED)):
            raise SettingsError(
                f"{name}, in {given[name]}, is not a setting of Cairn.{close or ''} "
                ".env.example lists all of them"
            )
    for name in sorted(files & given.keys()):
        if name.removesuffix(FILE) in given:
            raise SettingsError(
                f"{name.removesuffix(FILE)} and {name} are both set, and only one can count. Take one out"
            )


def _places(
    environment: Mapping[str, str], file: Mapping[str, str]
) -> tuple[tuple[str, list[str]], tuple[str, list[str]]]:
    """What is set, and where; the environment comes before the file."""
    return (".env", list(file)), ("the environment", [name for name, value in environment.items() if value])
