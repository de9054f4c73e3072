"""What Discord refuses in the body of a message, an answer or a command: its documented limits."""

from collections.abc import Iterator
from typing import Any

from tests.end_to_end.discord_world import V2, Payload, Refusal

ROW, BUTTON, SELECT, TEXT, GALLERY, LABEL = 1, 2, 3, 10, 12, 18


def walk(value: Any) -> Iterator[Payload]:
    """All components within, each before those it holds."""
    if isinstance(value, list):
        for one in value:
            yield from walk(one)
    elif isinstance(value, dict):
        if isinstance(value.get("type"), int):
            yield value
        for key in ("components", "accessory", "component"):
            yield from walk(value.get(key))


def check_message(body: Payload, pictures: dict[str, bytes]) -> None:
    """Raises Refusal for a message that Discord would not take."""
    components = list(walk(body.get("components") or []))
    content = body.get("content") or ""
    flags = body.get("flags", 0)
    _require(len(content) <= 2_000, "content of 2000")
    _require(len(components) <= 40, "40 components")
    _require(body.get("allowed_mentions", {}).get("parse") == [], "this bot never lets anything mention")
    ids = [one["custom_id"] for one in components if "custom_id" in one]
    _require(len(set(ids)) == len(ids), "every custom id once")
    _require(all(0 < len(one) <= 100 for one in ids), "custom id of 100")
    if flags & V2:
        _require(not content and not body.get("embeds"), "no content beside components")
        _require(bool(components), "something to show")
        texts = [one["content"] for one in components if one["type"] == TEXT]
        _require(sum(len(text.encode("utf-16-le")) // 2 for text in texts) <= 4_000, "4000 characters")
    else:
        _require(bool(content), "something to say")
        _require({one["type"] for one in components} <= {ROW, BUTTON, SELECT}, "components need a flag")
    shown = [item["media"]["url"] for one in components if one["type"] == GALLERY for item in one["items"]]
    _require({f"attachment://{name}" for name in pictures} >= set(shown), "every picture is attached")
    for one in components:
        if one["type"] == SELECT:
            _require(0 < len(one["options"]) <= 25, "1 to 25 options")


def check_form(data: Payload) -> None:
    labels = data.get("components", [])
    _require(0 < len(data.get("title", "")) <= 45, "title of 45")
    _require(0 < len(data.get("custom_id", "")) <= 100, "custom id of 100")
    _require(0 < len(labels) <= 5, "1 to 5 inputs")
    _require(all(one["type"] == LABEL and len(one["label"]) <= 45 for one in labels), "labels of 45")


def check_choices(data: Payload) -> None:
    choices = data.get("choices", [])
    _require(len(choices) <= 25, "25 choices")
    _require(all(0 < len(one["name"]) <= 100 for one in choices), "names of 100")


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise Refusal(400, 50035, f"Invalid Form Body: {rule}")
