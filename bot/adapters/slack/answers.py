"""Answers of Slack's Web API that say "ok" and hold nothing: each is an error like any other, and no bug."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackClientError

# What an answer to these methods has to hold, and of which type; whoever asked for it relies on that.
_NEEDED: Mapping[str, tuple[tuple[tuple[str, ...], type], ...]] = {
    "apps.connections.open": ((("url",), str),),
    "auth.test": ((("team_id",), str), (("team",), str), (("user_id",), str)),
    "chat.postMessage": ((("channel",), str), (("ts",), str)),
    # Without its messages a conversation seems to be empty, and what is there would be said again.
    "conversations.history": ((("messages",), list),),
    "conversations.open": ((("channel", "id"), str),),
    "users.info": ((("user",), dict),),
}


class OddAnswer(SlackClientError):
    """An answer without what it has to hold, or not of Slack's shape at all."""


def check_answer(method: str, data: object) -> None:
    """Raises OddAnswer, with a word about what is missing and nothing that was answered."""
    for path, expected in _NEEDED.get(method, ()):
        value: Any = data
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if not isinstance(value, expected) or value == "":
            raise OddAnswer(f"no {'.'.join(path)}")
