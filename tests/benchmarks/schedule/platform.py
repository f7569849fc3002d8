"""A platform to post to: ``python -m tests.benchmarks.schedule.platform``.

A server on loopback that answers after a number of milliseconds and remembers when every post had
arrived, by the system's clock. It does as little as it can for each, because it shares the
machine with the engines it judges: requests and answers are cut and pasted as bytes.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field

_END = b"\r\n\r\n"
_LENGTH = b"Content-Length: "
_THANKS = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"
_NOTHING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@dataclass
class Book:
    """What was posted: the instant of each key's first arrival, and how many came again."""

    delay: float = 0.0
    arrivals: dict[bytes, float] = field(default_factory=dict)
    again: int = 0

    def note(self, key: bytes) -> None:
        """A post has arrived, whole."""
        if key in self.arrivals:
            self.again += 1
        else:
            self.arrivals[key] = time.time()

    def reset(self, delay: float) -> None:
        """Forget everything; answer after ``delay`` seconds from now on."""
        self.delay, self.again = delay, 0
        self.arrivals.clear()

    def told(self) -> bytes:
        """All of it, and the processor seconds used so far, as JSON."""
        arrivals = {key.decode(): at for key, at in self.arrivals.items()}
        return json.dumps(
            {"arrivals": arrivals, "again": self.again, "cpu": time.process_time()}
        ).encode()


class Line(asyncio.Protocol):
    """One connection."""

    def __init__(self, book: Book, loop: asyncio.AbstractEventLoop) -> None:
        self._book = book
        self._loop = loop
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep it."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take every request that is whole by now."""
        self._buffer += data
        while (head := self._buffer.find(_END)) >= 0:
            end = head + len(_END)
            length = self._buffer.find(_LENGTH, 0, head)
            if length >= 0:
                start = length + len(_LENGTH)
                end += int(self._buffer[start : self._buffer.index(b"\r", start)])
            if len(self._buffer) < end:
                return
            target = self._buffer.split(b" ", 2)[1]
            self._buffer = self._buffer[end:]
            self._take(*target[1:].split(b"/", 1))

    def _take(self, what: bytes, name: bytes = b"") -> None:
        if what == b"post":
            self._book.note(name)
            if self._book.delay:
                self._loop.call_later(self._book.delay, self._answer, _THANKS)
            else:
                self._answer(_THANKS)
        elif what == b"found":
            self._answer(_THANKS if name in self._book.arrivals else _NOTHING)
        elif what == b"reset":
            self._book.reset(int(name) / 1000)
            self._answer(_THANKS)
        else:
            count = str(len(self._book.arrivals)).encode()
            text = count if what == b"count" else self._book.told()
            self._answer(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text)

    def _answer(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)


async def main() -> None:
    """Say the port, and serve until the input ends."""
    loop, book = asyncio.get_running_loop(), Book()
    server = await loop.create_server(lambda: Line(book, loop), "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
