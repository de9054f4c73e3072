"""The playground over HTTP: who may talk to it, and what it refuses."""

import json
import random
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from tests.end_to_end.playground import FETCHED, WHERE, Page, ScriptedDoors, Threads, make_adapter, serving


@pytest.fixture
async def page(sqlite_engine: Engine) -> AsyncIterator[Page]:
    doors = ScriptedDoors()
    with ThreadPoolExecutor(1) as threads:
        async with serving(make_adapter(doors, Threads(sqlite_engine, threads)), doors) as served:
            yield served


READS = ("/session", "/transcript", "/home", "/events")
SENDS = ("/call", "/suggest", "/clear")


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "localhost:1", "127.0.0.1.evil.example:{port}", "[::1]:{port}", ""]
)
@pytest.mark.parametrize("path", ["/", "/page.js", *READS])
async def test_a_foreign_host_is_refused(page: Page, host: str, path: str) -> None:
    named = host.replace("{port}", page.url.rsplit(":", 1)[1])
    async with page.http.get(page.url + path, headers=FETCHED | {"Host": named}) as response:
        assert response.status in (400, 421)
        assert "Cairn" not in await response.text()


@pytest.mark.parametrize("path", SENDS)
async def test_a_foreign_origin_or_a_missing_token_sends_nothing(page: Page, path: str) -> None:
    body = json.dumps({"key": str(uuid4()), **WHERE, "what": {"kind": "text", "text": "/say"}})
    port = page.url.rsplit(":", 1)[1]
    foreign = [
        "http://evil.example",
        "null",
        "",
        f"https://127.0.0.1:{port}",
        f"http://localhost:{port}",
        "http://127.0.0.1",
    ]
    refused = [{**page.headers, "Origin": origin} for origin in foreign]
    refused += [{"X-Cairn-Token": page.token}, {"Origin": page.url}]
    refused += [{**page.headers, "X-Cairn-Token": token} for token in ("", "x", page.token[:-1], "\udcff")]
    for headers in refused:
        headers["Content-Type"] = "application/json"
        async with page.http.post(page.url + path, data=body, headers=headers) as response:
            told = await response.json()
            assert (response.status, told["error"]["code"] in ("origin", "token")) == (403, True)
    assert page.doors.calls == []


@pytest.mark.parametrize("path", READS)
async def test_another_site_reads_nothing(page: Page, path: str) -> None:
    for site in (
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ):
        async with page.http.get(page.url + path, headers=site, params=WHERE) as response:
            assert response.status == 403
            assert page.token not in await response.text()
    async with page.http.get(
        page.url + path, headers={"X-Cairn-Token": page.token}, params=WHERE
    ) as response:
        assert response.status == 200


@pytest.mark.parametrize("path", ["/", "/page.js", "/style.css", "/session", "/events", "/nothing", "/call"])
async def test_every_answer_is_hardened(page: Page, path: str) -> None:
    async with page.http.get(page.url + path, headers=FETCHED) as response:
        policy = response.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
        assert "unsafe" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{}", "application/x-www-form-urlencoded", 415),
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b"[" + b"9" * 60_000 + b"]", "application/json", 400),
        (b'"' + b"x" * 65_536 + b'"', "application/json", 413),
        (b"[]", "application/json", 400),
        (b"NaN", "application/json", 400),
    ],
)
@pytest.mark.parametrize("path", SENDS)
async def test_a_body_that_can_t_be_read_is_refused_in_json(
    page: Page, path: str, body: bytes, kind: str, status: int
) -> None:
    headers = page.headers | {"Content-Type": kind}
    async with page.http.post(page.url + path, data=body, headers=headers) as response:
        told = await response.json()
        assert response.status == status
        assert told["error"]["says"].endswith(".")
    assert page.doors.calls == []


async def test_no_mutated_body_breaks_the_playground(page: Page) -> None:
    chance = random.Random(7)
    odd: list[Any] = [
        None,
        True,
        -1,
        10**30,
        1.5,
        "",
        "x" * 5_000,
        "\ud800",
        "\0",
        [],
        {},
        [[]],
        {"a": {}},
        "dm",
        "lead",
        "a.b:%",
    ]
    shapes: list[dict[str, Any]] = [
        {"kind": "text", "text": "/say x"},
        {"kind": "command", "command": "say", "options": {"words": "x"}},
        {"kind": "pressed", "entry": 1, "action": "go.on", "value": None},
        {"kind": "submitted", "entry": None, "action": "go.sent", "values": {"why": "x"}},
    ]
    for _ in range(400):
        what = dict(chance.choice(shapes))
        body: dict[str, Any] = {
            "key": str(uuid4()),
            **WHERE,
            "command": "say",
            "option": "words",
            "text": "",
            "what": what,
        }
        target = chance.choice((body, what))
        target[chance.choice(list(target))] = chance.choice(odd)
        status, told = await page.post(chance.choice(SENDS), body)
        assert status in (200, 400, 404, 409), (status, body)
        assert status == 200 or told["error"]["says"]


async def test_what_isn_t_there_is_told_in_json(page: Page) -> None:
    assert (await page.get("/../bot.py"))[0] == 404
    assert await page.get("/nothing") == (404, {"error": {"code": "http", "says": "Not Found."}})
    assert (await page.get("/call"))[0] == 405
    for query in ({"after": "x"}, {"after": "-1"}, {"place": "dm-member-b"}, {"member": ""}):
        status, told = await page.get("/transcript", **{**WHERE, **query})
        assert (status, told["error"]["code"]) == (400, "request")
