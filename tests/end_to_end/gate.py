"""What stands between Cairn and a platform: an address that takes no connection, answers nonsense, falls
silent, or leads to the platform."""

import asyncio
from contextlib import suppress
from typing import Literal

HOST = "127.0.0.1"

State = Literal["refuses", "503", "nonsense", "silent", "open"]

_ANSWERS: dict[State, bytes] = {
    "503": b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "nonsense": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\nConnection: close\r\n"
    b"\r\nhello",
}


class Gate:
    """One port, kept through all states. `open` passes everything on to `target`, another port."""

    def __init__(self) -> None:
        self.state: State = "refuses"
        self.port = 0
        self._target = 0
        self._server: asyncio.Server | None = None
        self._passing: set[asyncio.Task[None]] = set()

    async def start(self, target: int) -> None:
        """From now on the port is this one's, and takes no connection."""
        self._target = target
        await self._listen()
        await self._stop_listening()

    async def turn(self, state: State) -> None:
        """Changes what becomes of new connections, and ends those that are there."""
        self.state = state
        self._end()
        if state == "refuses":
            await self._stop_listening()
        elif self._server is None:
            await self._listen()

    async def stop(self) -> None:
        self._end()
        await self._stop_listening()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._meet, HOST, self.port, reuse_address=True)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _end(self) -> None:
        for task in self._passing:
            task.cancel()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        try:
            if self.state in _ANSWERS:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(_ANSWERS[self.state])
                await writer.drain()
            elif self.state == "silent":
                await asyncio.Event().wait()
            else:
                await self._pass(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._passing.discard(task)
            writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(HOST, self._target)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_copy(reader, there_writer))
                group.create_task(_copy(there_reader, writer))
        except* OSError:
            pass
        finally:
            there_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    with suppress(OSError, RuntimeError):
        writer.write_eof()
