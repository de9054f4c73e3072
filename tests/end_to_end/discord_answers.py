"""What the fake does with answers to interactions, in the order in which Discord allows them."""

from time import monotonic

from tests.end_to_end.discord_rules import check_choices, check_form, check_message
from tests.end_to_end.discord_world import (
    EPHEMERAL,
    LOADING,
    Interaction,
    Message,
    Payload,
    Refusal,
    World,
)

MESSAGE, LATER, LATER_UPDATE, UPDATE, SUGGESTIONS, FORM = 4, 5, 6, 7, 8, 9


def take_first(world: World, interaction: str, body: Payload, pictures: dict[str, bytes]) -> None:
    """The first answer, of any kind."""
    waiting = world.interactions.get(interaction)
    if waiting is None:
        raise Refusal(404, 10062, "Unknown interaction")
    if waiting.answered is not None:
        raise Refusal(400, 40060, "Interaction has already been acknowledged.")
    kind, data = body["type"], body.get("data", {})
    if kind == MESSAGE:
        check_message(data, pictures)
        _original(world, waiting, data, pictures)
    elif kind == LATER:
        _original(world, waiting, {"flags": data.get("flags", 0) | LOADING}, {})
    elif kind == LATER_UPDATE:
        waiting.original = _source(waiting)
    elif kind == UPDATE:
        check_message(data, pictures)
        waiting.original = _source(waiting)
        world.change(world.messages[waiting.original], data, pictures)
        waiting.seen.append(waiting.original)
    elif kind == SUGGESTIONS:
        check_choices(data)
        waiting.choices = data["choices"]
    elif kind == FORM:
        check_form(data)
        waiting.form = data
    else:
        raise Refusal(400, 50035, "an unknown type")
    waiting.answered = kind
    waiting.known_at = monotonic() + world.late
    if kind not in (LATER, LATER_UPDATE):
        waiting.settled.set()


def take_follow_up(world: World, token: str, body: Payload, pictures: dict[str, bytes]) -> Message:
    waiting = _waiting(world, token)
    check_message(body, pictures)
    if waiting.original and world.messages[waiting.original].body.get("flags", 0) & LOADING:
        return _change(world, waiting, body, pictures)
    told = _say(world, waiting, body, pictures)
    waiting.settled.set()
    return told


def change_original(world: World, token: str, body: Payload, pictures: dict[str, bytes]) -> Message:
    waiting = _waiting(world, token)
    check_message(body, pictures)
    return _change(world, waiting, body, pictures)


def delete_original(world: World, token: str) -> None:
    waiting = _waiting(world, token)
    if waiting.original is None:
        raise Refusal(404, 10008, "Unknown Message")
    del world.messages[waiting.original]
    waiting.original = None


def _waiting(world: World, token: str) -> Interaction:
    waiting = next((one for one in world.interactions.values() if one.token == token), None)
    if waiting is None or waiting.answered is None or monotonic() < waiting.known_at:
        raise Refusal(404, 10015, "Unknown Webhook")
    return waiting


def _source(waiting: Interaction) -> str:
    if waiting.source is None:
        raise Refusal(400, 50035, "there is no message to change")
    return waiting.source


def _original(world: World, waiting: Interaction, data: Payload, pictures: dict[str, bytes]) -> None:
    waiting.original = _say(world, waiting, data, pictures).id


def _say(world: World, waiting: Interaction, data: Payload, pictures: dict[str, bytes]) -> Message:
    audience = waiting.user.id if data.get("flags", 0) & EPHEMERAL else None
    told = world.say(waiting.channel, world.bot, data, pictures, audience=audience, interaction=waiting.id)
    waiting.seen.append(told.id)
    return told


def _change(world: World, waiting: Interaction, body: Payload, pictures: dict[str, bytes]) -> Message:
    if waiting.original is None:
        raise Refusal(404, 10008, "Unknown Message")
    message = world.messages[waiting.original]
    world.change(message, body, pictures)
    waiting.seen.append(message.id)
    waiting.settled.set()
    return message
