"""The playground as journeys use it: the real server on loopback, asked as its page asks it."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from bot.adapters.playground.cast import DIRECT, GENERAL, MEMBERS, PLACES
from bot.app import App, build, open_playground, open_runner
from bot.settings import Settings
from tests.journeys.conversation import HOME, Manner, Seen, Speaker

Payload = dict[str, Any]
GENERAL_NAME = PLACES[GENERAL]


class PlaygroundSurface:
    """One playground on a database of its own. `restart` stops it and starts another one on the same file."""

    def __init__(self, data: Path) -> None:
        self._settings = Settings(data=data)
        self._forms: dict[Speaker, tuple[Payload, int, str]] = {}
        self._heard: dict[Speaker, int] = {}

    async def start(self) -> None:
        self._app: App = build(self._settings, self._settings.playground_url)
        adapter = open_playground(self._app)
        # Nothing beats by itself: what is due is said when time is skipped.
        runner = open_runner(self._app, adapter.messenger, ("playground",))
        adapter.live_through(runner.travel)
        await runner.wake()
        server = TestServer(adapter.application(), host="127.0.0.1")
        self._client: TestClient[Request, Application] = TestClient(server)
        await self._client.start_server()
        self._origin = f"http://127.0.0.1:{server.port}"
        session = await (await self._client.get("/session", headers={"Sec-Fetch-Site": "same-origin"})).json()
        self._headers = {session["token_header"]: session["token"], "Origin": self._origin}
        self._members = {one["name"]: one["id"] for one in session["members"]}
        self._spaces = {one["name"]: one["id"] for one in session["spaces"]}

    async def stop(self) -> None:
        await self._client.close()
        self._app.close()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def type(self, speaker: Speaker, command: str, options: Mapping[str, str]) -> Seen:
        return await self._call(speaker, {"kind": "command", "command": command, "options": dict(options)})

    async def press(self, speaker: Speaker, label: str) -> Seen:
        place, entry, item = await self._find(speaker, "label", label)
        return await self._call(speaker, {"kind": "pressed", "action": item["action"], "entry": entry}, place)

    async def pick(self, speaker: Speaker, label: str, placeholder: str) -> Seen:
        place, entry, item = await self._find(speaker, "placeholder", placeholder)
        value = next(choice["value"] for choice in item["choices"] if choice["label"] == label)
        what = {"kind": "pressed", "action": item["action"], "value": value, "entry": entry}
        return await self._call(speaker, what, place)

    async def send(self, speaker: Speaker, values: Mapping[str, str]) -> Seen:
        form, entry, place = self._forms[speaker]
        kinds = {one["name"]: one["kind"] for one in form["inputs"]}
        given = {
            name: value.split(", ") if kinds[name] == "multi_select" else value
            for name, value in values.items()
        }
        what = {"kind": "submitted", "action": form["action"], "values": given, "entry": entry}
        return await self._call(speaker, what, place)

    async def hear(self, speaker: Speaker) -> tuple[str, ...] | None:
        place = GENERAL if speaker.name == GENERAL_NAME else DIRECT
        entries = await self._read(speaker, place)
        told = [one for one in entries if one["kind"] == "message" and not one["private"]]
        fresh = [one for one in told if one["id"] > self._heard.get(speaker, 0)]
        if not fresh:
            return None
        self._heard[speaker] = fresh[-1]["id"]
        return tuple(_texts(fresh[-1]["body"]["plain"]))

    async def live_until(self, instant: datetime) -> None:
        body = {"to": instant.isoformat()}
        response = await self._client.post("/time", json=body, headers=self._headers)
        assert response.status == 200, await response.text()

    async def sleep_until(self, instant: datetime) -> None:
        await self._app.time.travel(instant)

    async def _call(self, speaker: Speaker, what: Payload, place: str = GENERAL) -> Seen:
        before = await self._read(speaker, place)
        scene = {**self._scene(speaker), "place": place}
        body = {**scene, "key": str(uuid.uuid4()), "what": what}
        response = await self._client.post("/call", json=body, headers=self._headers)
        answer = await response.json()
        assert response.status == 200, answer
        if answer["form"]:
            form = answer["form"]["plain"]
            self._forms[speaker] = (form, what["entry"], place)
            return Seen("asks", tuple(_texts(form)))
        after = await self._read(speaker, place)
        # An answer there is nothing unasked.
        self._heard[Speaker(GENERAL_NAME, speaker.space) if place == GENERAL else speaker] = after[-1]["id"]
        return self._newest(before, after, place)

    def _newest(self, before: list[Payload], after: list[Payload], place: str) -> Seen:
        old = {entry["id"]: entry["body"] for entry in before}
        told = [one for one in after if one["kind"] == "message" and old.get(one["id"]) != one["body"]]
        entry = told[-1]
        manner: Manner = "alone" if entry["private"] or place == DIRECT else "openly"
        if entry["id"] in old:
            manner = "changed"
        return Seen(manner, tuple(_texts(entry["body"]["plain"])))

    async def _read(self, speaker: Speaker, place: str = GENERAL) -> list[Payload]:
        params = {**self._scene(speaker), "place": place, "after": "0"}
        response = await self._client.get("/transcript", params=params, headers=self._headers)
        entries: list[Payload] = (await response.json())["entries"]
        return entries

    def _scene(self, speaker: Speaker) -> dict[str, str]:
        space = self._spaces[speaker.space or HOME]
        # A channel is read by whoever is in it: what is private to them is left out.
        name = MEMBERS[0].name if speaker.name == GENERAL_NAME else speaker.name
        return {"member": self._members[name], "space": space, "place": GENERAL}

    async def _find(self, speaker: Speaker, field: str, text: str) -> tuple[str, int, Payload]:
        """The newest message with such a button or select: its place, itself, and the button or select."""
        places = {place: await self._read(speaker, place) for place in (GENERAL, DIRECT)}
        told = [(entry["id"], place, entry) for place, entries in places.items() for entry in entries]
        for number, place, entry in sorted(told, key=lambda one: one[0], reverse=True):
            for item in _items(entry["body"].get("plain")):
                if item.get(field) == text:
                    return place, number, item
        raise AssertionError(f"{speaker.name} sees no {text!r}")


def _items(drawn: Any) -> Iterator[Payload]:
    """All buttons and selects of a message, in the order in which they are drawn."""
    if isinstance(drawn, dict):
        if "action" in drawn:
            yield drawn
        for value in drawn.values():
            yield from _items(value)
    elif isinstance(drawn, list):
        for one in drawn:
            yield from _items(one)


def _texts(drawn: Any) -> Iterator[str]:
    """What a reader sees, a line each: the spans of one line belong together."""
    if isinstance(drawn, dict):
        if "spans" in drawn:
            yield "".join(span["text"] for span in drawn["spans"])
            return
        yield from (
            drawn[name] for name in ("title", "label", "placeholder", "hint", "alt") if drawn.get(name)
        )
        for name, value in drawn.items():
            if isinstance(value, dict | list) and name != "choices":
                yield from _texts(value)
    elif isinstance(drawn, list):
        for one in drawn:
            yield from _texts(one)
