"""Calls and their answers, written into the transcript in every drawing."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.adapters.playground import render
from bot.adapters.playground.answered import Answered
from bot.adapters.playground.cast import CAIRN, Scene, is_direct, name_of
from bot.adapters.playground.gallery import Gallery
from bot.adapters.playground.guard import Refused
from bot.adapters.playground.transcript import Entry, Kind, Transcript
from bot.core.catalog import Catalog
from bot.core.chat.call import Call, Pressed, Typed
from bot.core.chat.form import Form
from bot.core.chat.message import Message, Update, charts_of
from bot.core.ports import Clock, Doors

ANSWERED_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Drawing:
    """How one platform shows a message and a form: its own JSON for each."""

    message: Callable[[Message], dict[str, Any]]
    form: Callable[[Form], dict[str, Any]]


class Conversation:
    """What was said in the playground, and what a call adds to it."""

    def __init__(
        self,
        doors: Doors,
        catalog: Catalog,
        transcript: Transcript,
        drawings: Mapping[str, Drawing],
        clock: Clock,
        gallery: Gallery,
    ) -> None:
        self._doors = doors
        self._catalog = catalog
        self._transcript = transcript
        self._drawings = drawings
        self._clock = clock
        self._gallery = gallery
        self._answered = Answered(ANSWERED_LIMIT)

    async def read(self, scene: Scene, after: int) -> list[dict[str, Any]]:
        """The entries that the scene's caller may see and that are newer than the revision `after`."""
        space, viewer = scene.space.address.id, scene.caller.address.id
        entries = await self._transcript.since(space, scene.channel, viewer, after)
        return [_entry_payload(entry) for entry in entries]

    async def clear(self, scene: Scene) -> None:
        """Forgets everything that was said in the scene's community."""
        await self._transcript.clear(scene.space.address.id)

    def forget_answers(self) -> None:
        """Forgets which calls were answered, because what they did is gone."""
        self._answered = Answered(ANSWERED_LIMIT)

    async def carry_out(self, call: Call) -> dict[str, Any] | None:
        """Asks the doors and writes the answer down; only a form is handed back, in every drawing.

        A call whose key was seen before gives the same result and does nothing. Raises Refused when the
        pressed message isn't there for the caller or holds no such button, TryAgain as the transcript does.
        """
        key = (call.space.address.id, call.caller.address.id, call.key)
        form: dict[str, Any] | None = await self._answered.once(key, lambda: self._carry_out(call, key))
        return form

    async def tell(self, key: str, space: str, channel: str, audience: str | None, message: Message) -> int:
        """Writes down what Cairn says unasked, once for each key. The id of its entry."""
        body = _keep(await self._draw(message))
        return await self._transcript.tell(key, space, channel, CAIRN, audience, body, self._clock.now())

    async def told(self, key: str) -> Entry | None:
        """What was said unasked under the key."""
        return await self._transcript.told(key)

    async def revision(self) -> int:
        """The revision of the newest change, by whichever process."""
        return await self._transcript.revision()

    async def _carry_out(self, call: Call, key: tuple[str, ...]) -> dict[str, Any] | None:
        source = await self._find_source(call)
        # Kept by itself: when only the writing down fails, another try must not ask the doors again.
        answer = await self._answered.once((*key, "answer"), lambda: self._doors.answer(call))
        if answer is None:
            return None  # done and answered before this process began
        reply = answer.reply
        if isinstance(reply, Form):
            return {name: drawing.form(reply) for name, drawing in self._drawings.items()}
        caller = call.caller.address.id
        audience = caller if answer.private or is_direct(_channel(call)) else None
        if isinstance(call.what, Typed):
            typed = render.typed_payload(call.what, self._catalog.commands.get(call.what.command))
            await self._append(call, caller, audience, "typed", typed)
        if isinstance(reply, Update) and source is not None:
            await self._transcript.replace(source.id, _keep(await self._draw(reply.message)))
        else:
            message = reply.message if isinstance(reply, Update) else reply
            await self._append(call, CAIRN, audience, "message", await self._draw(message))
        return None

    async def _draw(self, message: Message) -> dict[str, Any]:
        """The message in every drawing, and the pictures that any of them can show."""
        drawn = {name: drawing.message(message) for name, drawing in self._drawings.items()}
        return {**drawn, "pictures": await self._gallery.hang(charts_of(message.blocks))}

    async def _append(
        self, call: Call, sender: str, audience: str | None, kind: Kind, body: dict[str, Any]
    ) -> None:
        space, now = call.space.address.id, self._clock.now()
        await self._transcript.append(space, _channel(call), sender, audience, kind, _keep(body), now)

    async def _find_source(self, call: Call) -> Entry | None:
        """The message whose button was pressed or opened the form; None for the home and for commands."""
        at = call.reply_to.message
        if at is None:
            if isinstance(call.what, Pressed):
                home = await self._doors.home(call.space, call.caller)
                _require_button(call.what, render.blocks_payload(home))
            return None
        entry = await self._transcript.find(int(at.id))
        if (
            entry is None
            or entry.kind != "message"
            or (entry.space, entry.channel) != (call.space.address.id, _channel(call))
            or entry.audience not in (None, call.caller.address.id)
        ):
            raise Refused(404, "gone", "That message is not in this conversation any more.")
        if isinstance(call.what, Pressed):
            _require_button(call.what, json.loads(entry.body)["plain"]["blocks"])
        return entry


def _keep(body: dict[str, Any]) -> str:
    # Written out rather than escaped: an escape takes up to twelve characters of the room a body has.
    return json.dumps(body, ensure_ascii=False)


def _channel(call: Call) -> str:
    if call.reply_to.channel is None:
        raise ValueError("every call of the page names its channel")
    return call.reply_to.channel.id


def _require_button(pressed: Pressed, blocks: list[dict[str, Any]]) -> None:
    """Raises Refused unless the button, or the select with that choice, stands in the blocks."""
    for item in _items(blocks):
        if item.get("action") == pressed.action:
            values = [choice["value"] for choice in item.get("choices", ())]
            if pressed.value in values or (not values and pressed.value is None):
                return
    raise Refused(409, "button", "That button has changed meanwhile. Press the one that is shown now.")


def _items(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        yield from block.get("items", ())
        if "button" in block:
            yield block["button"]


def _entry_payload(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "revision": entry.revision,
        "kind": entry.kind,
        "sender": {"id": entry.sender, "name": name_of(entry.sender)},
        "private": entry.audience is not None and not is_direct(entry.channel),
        "at": entry.at.isoformat(),
        "body": json.loads(entry.body),
    }
