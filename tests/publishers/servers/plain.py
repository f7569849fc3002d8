"""The part that the fakes of platforms have in common: HTTP on loopback, and forms in parts."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import policy
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from PIL import Image


@dataclass(frozen=True)
class Asked:
    """A request, as it came. Header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Said:
    """An answer. A body that is no bytes is sent as JSON."""

    status: int
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """One part of a form. `file` is its file name, empty for a plain field."""

    name: str
    file: str
    media_type: str
    data: bytes = field(repr=False)


class FakeServer:
    """Listens on a free port of this machine from `with` to its end. Subclasses write `answer`."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.forced: list[Said] = []
        self.lock = threading.RLock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def take(self, asked: Asked) -> Said:
        with self.lock:
            self.asked.append(asked)
            return self.forced.pop(0) if self.forced else self.answer(asked)

    def answer(self, asked: Asked) -> Said:
        raise NotImplementedError


def parts_of(asked: Asked) -> list[Part]:
    """The parts of a `multipart/form-data` body."""
    head = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode()
    whole = BytesParser(policy=policy.HTTP).parsebytes(head + asked.body)
    return [
        Part(
            str(part.get_param("name", "", "content-disposition")),
            part.get_filename() or "",
            part.get_content_type(),
            part.get_payload(decode=True),  # type: ignore[arg-type]
        )
        for part in whole.iter_parts()  # type: ignore[attr-defined]
    ]


def as_json(asked: Asked) -> dict[str, Any]:
    """The fields of a request, also of a form: a file stands there by its name, and JSON within a
    field as what it means."""
    if media_type(asked) != "multipart/form-data":
        return dict(json.loads(asked.body)) if asked.body else dict(asked.query)
    fields: dict[str, Any] = {}
    for part in parts_of(asked):
        text = part.file or part.data.decode()
        fields[part.name] = json.loads(text) if text[:1] in ("[", "{") else text
    return fields


def media_type(asked: Asked) -> str:
    return asked.headers.get("content-type", "").partition(";")[0]


def picture_of(data: bytes) -> tuple[str, tuple[int, int]]:
    """Media type, width and height of a PNG or a JPEG; empty where it is none."""
    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG")) as image:
            return image.get_format_mimetype() or "", image.size
    except (OSError, SyntaxError):
        return "", (0, 0)


def _handler(fake: FakeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = fake.take(Asked(self.command, parts.path, query, headers, body))
            data = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
            told = {"Content-Type": "application/json"} | dict(said.headers)
            self.send_response(said.status)
            for name, value in told.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _take

        def log_message(self, *args: object) -> None:
            pass

    return Handler
