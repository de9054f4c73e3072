"""What Discord refuses in the body of a message, an answer or an upload: its documented limits."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.contract import discord_limits as limits
from tests.end_to_end.discord_world import Payload, Refusal


def check_message(body: Payload, pictures: dict[str, bytes]) -> None:
    """Raises Refusal for a message that Discord would not take."""
    with _refusing():
        limits.check_message(body, tuple(pictures))
        limits.check_files(pictures)


def check_form(data: Payload) -> None:
    with _refusing():
        limits.check_form(data)


def check_choices(data: Payload) -> None:
    with _refusing():
        limits.check_choices(data)


def check_commands(commands: list[Payload]) -> None:
    with _refusing():
        limits.check_commands(commands)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except (AssertionError, KeyError, TypeError) as error:
        raise Refusal(400, 50035, f"Invalid Form Body: {error}") from error
