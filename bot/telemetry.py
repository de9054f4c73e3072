"""What an operator sees of the running process. Nothing that a person typed, and nobody's name, gets in."""

import logging
import os
import re
import secrets
import sys
import traceback
from typing import Any

import structlog

from bot.core.chat.call import Call, Caller, Pressed, Submitted, Typed, Typing
from bot.core.chat.chart import Chart
from bot.core.domain.ledger import Occurrence

FRAMES = 12
_NAME = re.compile(r"[a-z][a-z0-9_. ]{0,60}")


def configure_logs(level: str, log_format: str) -> None:
    """Logs to standard error, as text for people or as one JSON object a line."""
    number = logging.getLevelNamesMapping()[level.upper()]
    draw: Any = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty() and not os.environ.get("NO_COLOR"))
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            draw,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(stream=sys.stderr, level=max(number, logging.WARNING))
    # It warns of every beat that came while the one before was still running.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


Asked = Call | Typing | Caller | Chart | Occurrence | str


def report_bug(error: Exception, call: Asked) -> str:
    """Logs where a bug happened and answers with a reference to it. `call` as text is a path of our own.

    An exception's own message is left out: it may quote what a person typed.
    """
    reference = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    structlog.get_logger().error(
        "bug",
        reference=reference,
        error=type(error).__name__,
        asked=name_of(call),
        at=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    )
    return reference


def name_of(call: Asked) -> str:
    """What was asked, without any value: `/skillgap`, `tip.next`, `suggest /tip topic`, `paint Levels`."""
    match call:
        case Typing(command=command, option=option):
            return f"suggest /{_known(command)} {_known(option)}"
        case Call(what=Typed(command)):
            return f"/{_known(command)}"
        case Call(what=Pressed(action) | Submitted(action)):
            return _known(action.split(":", 1)[0])
        case Occurrence(kind=kind):
            return kind
        case str():
            return call
        case Chart(data=data):
            return f"paint {type(data).__name__}"
        case _:
            return "home"


def _known(name: str) -> str:
    return name if _NAME.fullmatch(name) else "?"
