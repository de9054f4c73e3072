"""The playground over HTTP: what a call leaves behind, and who gets to see it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from bot.adapters.discord import render as discord
from bot.adapters.playground.transcript import Entry
from bot.adapters.slack import render as slack
from bot.core.chat.call import Typed
from bot.core.errors import TryAgain
from bot.storage import playground as storage
from tests.end_to_end.playground import (
    CARD,
    FETCHED,
    FORM,
    FixedClock,
    Page,
    ScriptedDoors,
    Threads,
    make_adapter,
    serving,
)


@pytest.fixture
def transcript(sqlite_engine: Engine) -> Iterator[Threads]:
    with ThreadPoolExecutor(1) as threads:
        yield Threads(sqlite_engine, threads)


@pytest.fixture
async def page(transcript: Threads) -> AsyncIterator[Page]:
    doors = ScriptedDoors()
    async with serving(make_adapter(doors, transcript), doors) as served:
        yield served


async def test_a_command_and_its_answer_stand_in_the_transcript_in_every_drawing(page: Page) -> None:
    assert await page.say("/say hello") == {"form": None}
    typed, answer = await page.entries()
    assert (typed["kind"], typed["sender"]["name"], typed["body"]) == (
        "typed",
        "Member A",
        {"text": "/say hello"},
    )
    assert (answer["kind"], answer["sender"]["name"], answer["private"]) == ("message", "Cairn", False)
    assert answer["body"]["plain"]["title"] == "Card"
    assert answer["body"]["slack"] == slack.message_payload(CARD)
    assert answer["body"]["discord"] == discord.message_payload(CARD)
    assert answer["at"] == "2027-03-01T09:30:00+00:00"
    assert await page.entries(after=answer["revision"]) == []
    (call,) = page.doors.calls
    assert (call.caller.name, call.space.name, call.what) == (
        "Member A",
        "Cloud to AI community",
        Typed("say", {"words": "hello"}),
    )


async def test_an_update_replaces_its_message_and_after_a_command_it_is_one(page: Page) -> None:
    await page.say("/change")
    await page.say("/say")
    card = (await page.entries())[-1]
    assert await page.press(card["id"], "go.on") == 200
    assert await page.titles() == ["/change", "Note", "/say", "Note"]
    (changed,) = await page.entries(after=card["revision"])
    assert (changed["id"], changed["private"]) == (card["id"], False)


async def test_private_answers_and_direct_messages_reach_nobody_else(page: Page) -> None:
    await page.say("/whisper")
    await page.say("/say", place="dm")
    assert [entry["private"] for entry in await page.entries()] == [True, True]
    assert [entry["private"] for entry in await page.entries(place="dm")] == [False, False]
    for change in ({"member": "member-b"}, {"member": "lead"}, {"space": "second"}):
        assert await page.entries(**change) == []
        assert await page.entries(**{**change, "place": "dm"}) == []


async def test_a_form_is_handed_out_in_every_drawing_and_its_answer_replaces_the_source(page: Page) -> None:
    await page.say("/say")
    card = (await page.entries())[-1]
    status, told = await page.call({"kind": "pressed", "entry": card["id"], "action": "go.ask"})
    assert status == 200
    assert told["form"]["slack"] == slack.form_payload(FORM)
    assert told["form"]["discord"] == discord.form_payload(FORM)
    assert told["form"]["plain"]["inputs"][0]["name"] == "why"
    assert await page.titles() == ["/say", "Card"]
    sent = {"kind": "submitted", "entry": card["id"], "action": "go.sent", "values": {"why": "so"}}
    assert (await page.call(sent))[0] == 200
    assert await page.titles() == ["/say", "Note"]


async def test_only_a_button_that_stands_there_can_be_pressed(page: Page) -> None:
    await page.say("/say")
    await page.say("/whisper")
    typed, card, _, secret = await page.entries()
    assert await page.press(card["id"], "go.pick", "2") == 200
    asked = len(page.doors.calls)
    assert await page.press(card["id"], "go.pick", "3") == 409
    assert await page.press(card["id"], "go.pick") == 409
    assert await page.press(card["id"], "go.on", "1") == 409
    assert await page.press(card["id"], "go.home") == 409
    assert await page.press(typed["id"], "go.on") == 404
    assert await page.press(10**14, "go.on") == 404
    assert await page.press(card["id"], "go.on", space="second") == 404
    assert await page.press(card["id"], "go.on", place="dm") == 404
    assert await page.press(secret["id"], "go.on", member="member-b") == 404
    sent = {"kind": "submitted", "entry": secret["id"], "action": "go.sent", "values": {}}
    assert (await page.call(sent, member="member-b"))[0] == 404
    assert await page.press(None, "go.on") == 409
    assert len(page.doors.calls) == asked
    assert await page.press(None, "go.home") == 200
    assert await page.press(card["id"], "go.on", member="member-b") == 200


async def test_the_same_key_has_one_effect(page: Page) -> None:
    key, what = str(uuid4()), {"kind": "text", "text": "/say"}
    page.doors.gate = asyncio.Event()
    both = [asyncio.create_task(page.call(what, key=key)) for _ in range(2)]
    await page.doors.entered.wait()
    page.doors.gate.set()
    assert [status for status, _ in await asyncio.gather(*both)] == [200, 200]
    assert (await page.call(what, key=key))[0] == 200
    assert (len(page.doors.calls), await page.titles()) == (1, ["/say", "Card"])
    await page.call(what, key=key, member="member-b")
    assert len(page.doors.calls) == 2


def fail_once(transcript: Threads) -> Callable[..., Awaitable[int]]:
    """An `append` that can't write the first time."""
    works = transcript.append

    async def fail(*_: object) -> int:
        transcript.append = works
        raise TryAgain

    return fail


async def test_a_busy_transcript_can_be_tried_again_without_asking_twice(
    transcript: Threads,
) -> None:
    doors = ScriptedDoors()
    transcript.append = fail_once(transcript)  # type: ignore[assignment]  # awaited with the same arguments
    async with serving(make_adapter(doors, transcript), doors) as page:
        key, what = str(uuid4()), {"kind": "text", "text": "/say"}
        status, told = await page.call(what, key=key)
        assert (status, told["error"]["code"]) == (503, "busy")
        assert (await page.call(what, key=key))[0] == 200
        assert (len(doors.calls), await page.titles()) == (1, ["/say", "Card"])


async def test_suggestions_and_the_home_are_the_caller_s(page: Page) -> None:
    asked = {"member": "member-c", "space": "second", "command": "say", "option": "words", "text": "he"}
    assert await page.post("/suggest", asked) == (200, {"choices": [{"label": "Member C: he", "value": "x"}]})
    status, told = await page.get("/home", member="lead", space="second")
    assert status == 200
    assert told["blocks"][0]["lines"][0]["spans"][0]["text"] == "Lead in Second community"


async def test_open_pages_hear_that_something_is_new_and_starting_over(page: Page) -> None:
    async with page.http.get(page.url + "/events", headers=FETCHED) as stream:
        assert stream.content_type == "text/event-stream"
        assert await stream.content.readuntil(b"\n\n") == b"retry: 1000\n\n"
        await page.say("/say")
        assert await stream.content.readuntil(b"\n\n") == b"event: message\ndata: cloud-to-ai\n\n"
        assert await page.post("/clear", {"member": "member-a", "space": "cloud-to-ai"}) == (200, {})
        assert await stream.content.readuntil(b"\n\n") == b"event: cleared\ndata: cloud-to-ai\n\n"
    assert await page.entries() == []


async def test_a_conversation_goes_on_after_a_restart(transcript: Threads) -> None:
    before, after = ScriptedDoors(), ScriptedDoors()
    async with serving(make_adapter(before, transcript), before) as page:
        await page.say("/say")
        old = page.token
        stream = await page.http.get(page.url + "/events", headers=FETCHED)
    await stream.release()
    async with serving(make_adapter(after, transcript), after) as page:
        (_, card) = await page.entries()
        status, told = await page.call({"kind": "text", "text": "/say"})
        assert status == 200
        assert await page.press(card["id"], "go.on") == 200
        assert (await page.titles())[:2] == ["/say", "Note"]
        status, told = await page.post("/call", {}, **{"X-Cairn-Token": old})
        assert (status, told["error"]["code"]) == (403, "token")


async def test_only_this_machine_is_served(transcript: Threads) -> None:
    adapter = make_adapter(ScriptedDoors(), transcript)
    for host in ("0.0.0.0", "192.0.2.1", "::", "localhost", ""):
        with pytest.raises(ValueError, match="this machine only"):
            await adapter.serve(host, 0, ready=print)


async def test_a_taken_port_is_an_os_error(page: Page, transcript: Threads) -> None:
    port = int(page.url.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="address already in use"):
        await make_adapter(ScriptedDoors(), transcript).serve("127.0.0.1", port, ready=print)


def test_entries_are_what_the_adapter_reads(sqlite_engine: Engine) -> None:
    kept = storage.Transcript(sqlite_engine)
    number = kept.append("s", "c", "u", None, "typed", "{}", FixedClock().now())
    entry: Entry | None = kept.find(number)
    assert entry is not None
    assert entry.at == FixedClock().now()


async def test_open_pages_hear_what_another_process_says(transcript: Threads) -> None:
    doors = ScriptedDoors()
    adapter = make_adapter(doors, transcript)
    async with serving(adapter, doors) as page:
        watching = asyncio.create_task(adapter.watch())
        async with page.http.get(page.url + "/events", headers=FETCHED) as stream:
            await stream.content.readuntil(b"\n\n")
            await transcript.append("second", "general", "cairn", None, "message", "{}", FixedClock().now())
            async with asyncio.timeout(10):
                while await stream.content.readuntil(b"\n\n") != b"event: message\ndata: second\n\n":
                    pass
        watching.cancel()
        await asyncio.wait((watching,))
