"""Whatever ends a verb of `cairn`, in one shape: what is wrong, where, and what to do. No traceback."""

import errno
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.core.errors import BotError, ContentError, TryAgain, UserError

if TYPE_CHECKING:
    from bot.settings import Settings

_WAIT = "Nothing was changed; try again in a moment"
_REMEDIES: Mapping[int, str] = {
    errno.ENOENT: "Correct the path",
    errno.EISDIR: "Name a file in it",
    errno.ENOTDIR: "Name a folder: a part of the path is a file",
    errno.EACCES: "Let Cairn's user read and write it",
    errno.EPERM: "Let Cairn's user read and write it",
    errno.EROFS: "Name a folder on a disk that can be written to",
    errno.ENOSPC: "Make room on the disk",
    errno.EEXIST: "Name another one",
    errno.EMFILE: "Raise the limit of open files (ulimit -n)",
    errno.ENAMETOOLONG: "Name a shorter one",
}


def explain(error: Exception, settings: "Settings | None", *, alone: bool) -> str:
    """Returns what to print. `settings`: None when they could not be read or were not needed; `alone`: it is
    the playground that keeps a file of its own. Whatever Cairn has no words for is logged as a bug."""
    place, content = "the database", os.environ.get("CAIRN_CONTENT", "content")
    if settings is not None:
        place, content = _name_database(settings, alone=alone), str(settings.content)
    told = describe(error, place, content)
    if told is not None:
        return told
    from bot.telemetry import configure_logs, report_bug

    configure_logs("error", "text" if settings is None else settings.log_format)
    reference = report_bug(error, "cairn")
    return _line(
        f"Cairn can't go on, by a mistake of its own ({type(error).__name__}, reference {reference}). The "
        "line above says where; please report both"
    )


def _name_database(settings: "Settings", *, alone: bool) -> str:
    """The setting that names the database in use, and which one that is."""
    from bot.storage.address import name_place

    place = name_place(settings.playground_url if alone else settings.store_url.get_secret_value())
    setting = "CAIRN_DATA" if alone else settings.store_setting
    return f"{setting} ({place})" if place else setting


def describe(error: Exception, place: str, content: str) -> str | None:
    """Returns what to print; None for what Cairn has no words for, which is a bug.

    `place`: which database, by its setting. `content`: the folder of the content.
    """
    match error:
        case ContentError():
            return _describe_content(error, content)
        case UserError():
            return _describe_refusal(error)
        case TryAgain():
            return _line(f"{place}: {error}. {error.do or _WAIT}")
        case BotError():
            return _line(str(error))
        case OSError():
            return _describe_file(error)
    if "sqlalchemy" in sys.modules:
        from bot.storage.remedies import explain_unusable

        if (unusable := explain_unusable(error)) is not None:
            return _line(f"{place}: {unusable[0]}. {unusable[1]}")
    return None


def _describe_content(error: ContentError, content: str) -> str:
    count = len(error.problems)
    found = "1 problem" if count == 1 else f"{count} problems"
    head = _line(
        f"the content in {content} (CAIRN_CONTENT) has {found}, so nothing was started. Correct what is "
        "named here, and look again with `cairn check`"
    )
    return f"{head}\n{error}"


def _describe_refusal(error: UserError) -> str:
    from bot.core.chat.message import plain_text
    from bot.core.views.errors import refusal

    head, *lines = plain_text(refusal(error)).splitlines()
    return _line(" ".join(" ".join(lines or [head]).split()))


def _describe_file(error: OSError) -> str:
    why = error.strerror or type(error).__name__
    named = f"{error.filename}: {why}" if error.filename else why
    do = _REMEDIES.get(error.errno or 0, "Look at it, and try again")
    return _line(f"{named}. {do}")


def _line(text: str) -> str:
    return f"cairn: {text if text.endswith(('.', '?', '!')) else text + '.'}"
