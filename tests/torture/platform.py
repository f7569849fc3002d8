"""A platform in a process of its own: ``python -m tests.torture.platform FILE --port 0``.

Prints its port. Accounts are paths, ``/<kind of trouble>/<class>/posts``, and there are three
classes: ``a`` honours an idempotency key, ``b`` knows no keys but can be read back (after a lag),
``c`` can do neither. Every request carries its key, but only ``a`` acts on it; the others write it
down. FILE is the memory: started again on the same file, the platform knows every post.

It keeps two promises, which are what a settle time relies on: a request is accepted within
``within`` seconds of being sent or never, and on ``b`` a post can be read ``lag`` seconds later.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.torture.faults import ByKey, Fault, Faults, Seeded
from tests.torture.record import Book, Event, Line, read
from tests.torture.supervisor import end_with_parent

REASONS = {200: "OK", 404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error"}
HEAD_LIMIT = 65536


@dataclass(frozen=True)
class Manners:
    """Seconds: ``within`` and ``lag`` as above, ``slow`` is how long a slow request takes to be
    accepted, ``patience`` how long a silent connection is kept open, ``limit`` the longest
    ``Retry-After``."""

    within: float = 2.0
    lag: float = 0.4
    slow: float = 1.6
    patience: float = 4.0
    limit: int = 2


@dataclass(frozen=True)
class Request:
    """One request, read whole."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]

    @property
    def account(self) -> tuple[str, str]:
        """Kind of trouble and class; empty words for a path that is none of ours."""
        words = self.path.strip("/").split("/")
        return (words[0], words[1]) if len(words) == 3 and words[2] == "posts" else ("", "")


@dataclass(frozen=True)
class Answer:
    """What is sent back; None instead of one means that the connection is cut."""

    status: int
    body: object
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """As it goes over the wire."""
        body = json.dumps(self.body).encode()
        fields = {"Content-Type": "application/json", "Connection": "close", **self.headers}
        lines = [f"HTTP/1.1 {self.status} {REASONS[self.status]}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class Platform:
    """The posts, and what is done to requests."""

    def __init__(self, path: Path, faults: Faults, manners: Manners) -> None:
        self._posts: dict[tuple[str, str], list[Line]] = {}
        for line in read(path):
            if line.event is Event.ACCEPTED:
                self._posts.setdefault((line.account, line.key), []).append(line)
        self._book = Book(path)
        self._faults = faults
        self._manners = manners
        self._made = sum(len(posts) for posts in self._posts.values())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        try:
            request = await _request(reader)
            answer = await self.answer(request) if request else None
            if answer is None:
                writer.transport.abort()
            else:
                writer.write(answer.to_bytes())
                await writer.drain()
        except ConnectionError:
            pass  # the sender died; what it asked for stands
        finally:
            writer.close()

    async def answer(self, request: Request) -> Answer | None:
        """What comes back."""
        kind, klass = request.account
        if not klass:
            return Answer(404, {"error": "there is no such account"})
        account = f"{kind}/{klass}"
        if request.method == "POST":
            return await self._post(request, account, kind, by_key=klass == "a")
        if klass != "b":
            return Answer(404, {"error": "posts cannot be read here"})
        return self._look(account, request.query.get("key", [""])[0])

    async def _post(
        self, request: Request, account: str, kind: str, *, by_key: bool
    ) -> Answer | None:
        key = request.headers.get("idempotency-key", "")
        sent = float(request.headers.get("sent", "0"))
        fault = self._faults.of(kind, key)
        digest = request.headers.get("digest", "")
        come = Line(time.time(), Event.RECEIVED, account, key, digest, sent, fault.value)
        self._book.add(come)
        if fault in (Fault.LIMIT_SECONDS, Fault.LIMIT_DATE):
            return self._limited(come, as_date=fault is Fault.LIMIT_DATE)
        if fault is Fault.SLOW:
            await asyncio.sleep(self._manners.slow)
        made = fault not in (Fault.CUT_BEFORE, Fault.SILENT) and self._accept(come, by_key=by_key)
        if fault in (Fault.SILENT, Fault.SILENT_AFTER, Fault.SLOW):
            await asyncio.sleep(self._manners.patience)
        if not made or fault not in (Fault.NONE, Fault.ERROR_AFTER):
            return None
        if fault is Fault.ERROR_AFTER:
            return Answer(500, {"error": "something went wrong"})
        return Answer(200, _public(made))

    def _accept(self, come: Line, *, by_key: bool) -> Line | None:
        """The post that is live because of this request; None when it came too late."""
        now = time.time()
        if come.sent and now > come.sent + self._manners.within:
            self._book.add(Line(now, Event.STALE, come.account, come.key, come.digest, come.sent))
            return None
        posts = self._posts.setdefault((come.account, come.key), [])
        if by_key and posts:
            self._book.add(Line(now, Event.SAME, come.account, come.key, id=posts[0].id))
            return posts[0]
        self._made += 1
        name = f"{come.account.replace('/', '-')}-{self._made}"
        line = Line(now, Event.ACCEPTED, come.account, come.key, come.digest, come.sent, id=name)
        self._book.add(line, safe=True)
        posts.append(line)
        return line

    def _limited(self, come: Line, *, as_date: bool) -> Answer:
        seconds = 1 + hash_of(come.key) % self._manners.limit
        now = time.time()
        # a date has whole seconds: the next whole one, so that it is never less than was said
        until = float(int(now) + seconds + 1) if as_date else now + seconds
        value = formatdate(until, usegmt=True) if as_date else str(seconds)
        self._book.add(Line(now, Event.LIMITED, come.account, come.key, until=until))
        return Answer(429, {"error": "slow down"}, {"Retry-After": value})

    def _look(self, account: str, key: str) -> Answer:
        seen = time.time() - self._manners.lag
        posts = [line for line in self._posts.get((account, key), []) if line.at <= seen]
        return Answer(200, {"posts": [_public(line) for line in posts]})


def hash_of(key: str) -> int:
    """A number that depends on nothing but the key."""
    return sum(key.encode())


def _public(line: Line) -> dict[str, object]:
    return {"id": line.id, "at": line.at, "key": line.key}


async def _request(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        pairs = (line.partition(":") for line in head[1:] if line)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        await reader.readexactly(int(headers.get("content-length", "0")))
    except (asyncio.IncompleteReadError, ConnectionError, ValueError):
        return None  # cut off in the middle: it never came
    parts = urlsplit(target)
    return Request(method, parts.path, parse_qs(parts.query), headers)


async def run(path: Path, port: int, faults: Faults, manners: Manners) -> None:
    """Serve until the process ends."""
    platform = Platform(path, faults, manners)
    server = await asyncio.start_server(
        platform.serve, "127.0.0.1", port, limit=HEAD_LIMIT, backlog=512
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


def main(words: Sequence[str] | None = None) -> None:
    """The process."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.platform")
    parser.add_argument("file", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--chance", type=float, default=0.0)
    parser.add_argument("--by-key", action="store_true", help="keys say what is done to them")
    asked = parser.parse_args(words)
    end_with_parent()
    faults: Faults = ByKey() if asked.by_key else Seeded(asked.seed, asked.chance)
    asyncio.run(run(asked.file, asked.port, faults, Manners()))


if __name__ == "__main__":
    main()
