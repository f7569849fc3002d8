"""A headless Chromium of our own, driven through a pipe: no port is opened, nothing is fetched."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import selectors
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.reference.page import write_stage

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-extensions", "--disable-default-apps", "--hide-scrollbars", "--mute-audio",
    "--allow-file-access-from-files", "--force-color-profile=srgb", "--remote-debugging-pipe",
)  # fmt: skip
_PATIENCE = 30.0
_LAUNCH = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); "
    "os.execvp(sys.argv[3], sys.argv[3:])"
)
"""Chromium reads commands from file descriptor 3 and answers on 4."""

_SHOW = """(html) => {
  document.body.innerHTML = html;
  document.body.offsetHeight;
  return document.fonts.status === 'loaded' ? true : document.fonts.ready.then(() => true);
}"""
_LINES = """() => [...document.querySelectorAll('p')].map(p => {
  const lines = [], range = document.createRange();
  const height = parseFloat(getComputedStyle(p).lineHeight);
  const top = p.getBoundingClientRect().top;
  const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const text = node.data;
    for (let i = 0; i < text.length; i++) {
      range.setStart(node, i); range.setEnd(node, i + 1);
      const box = range.getClientRects()[0];
      const line = box && (box.width || box.height)
        ? Math.floor(((box.top + box.bottom) / 2 - top) / height) : lines.length - 1;
      const at = Math.max(line, lines.length - 1, 0);
      while (lines.length <= at) lines.push('');
      lines[at] += text[i];
    }
  }
  return lines;
})"""


class ChromiumFailed(Exception):
    """The browser is missing, did not answer, or answered with an error."""


def find() -> str | None:
    """The browser's program, if there is one."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


class Chromium:
    """One page, reused for every card. A context manager: leaving it ends the browser."""

    def __init__(self) -> None:
        program = find()
        if program is None:
            raise ChromiumFailed(f"none of {', '.join(_NAMES)} is installed")
        self._folder = tempfile.TemporaryDirectory(prefix="reference-")
        self._process, self._read, self._write = _launch(program, Path(self._folder.name))
        self._buffer = b""
        self._number = 0
        self._session = ""
        self._size = (0, 0)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._read, selectors.EVENT_READ)
        try:
            self.version = self.call("Browser.getVersion")["product"]
            self._open(write_stage(Path(self._folder.name)))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Chromium:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def show(self, html: str, width: int, height: int) -> None:
        """Put a card on the page and wait for its fonts."""
        if self._size != (width, height):
            self.call(
                "Emulation.setDeviceMetricsOverride",
                width=width, height=height, deviceScaleFactor=1, mobile=False,
            )  # fmt: skip
            self._size = (width, height)
        self._evaluate(f"({_SHOW})({json.dumps(html)})")

    def lines(self) -> list[list[str]]:
        """How the texts on the page are broken, text by text."""
        found: list[list[str]] = self._evaluate(f"({_LINES})()")
        return found

    def shot(self, encoding: str) -> bytes:
        """The page as ``jpeg`` of quality 90 or as ``png``."""
        quality = {"quality": 90} if encoding == "jpeg" else {}
        answer = self.call("Page.captureScreenshot", format=encoding, **quality)
        return base64.b64decode(answer["data"])

    def close(self) -> None:
        """End the browser: ask first, insist after some seconds."""
        if self._process.poll() is None:
            try:
                self._send("Browser.close", {})
            except OSError:
                self._process.terminate()
        os.close(self._write)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._selector.close()
        os.close(self._read)
        self._folder.cleanup()

    def call(self, method: str, **parameters: Any) -> Any:
        """One command of the DevTools protocol and its result."""
        number = self._send(method, parameters)
        while True:
            message = self._receive(time.monotonic() + _PATIENCE)
            if message.get("id") == number:
                if "error" in message:
                    raise ChromiumFailed(f"{method}: {message['error']['message']}")
                return message["result"]

    def _open(self, stage: Path) -> None:
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        answer = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = answer["sessionId"]
        self.call("Page.enable")
        self.call("Page.navigate", url=stage.as_uri())
        deadline = time.monotonic() + _PATIENCE
        while self._receive(deadline).get("method") != "Page.loadEventFired":
            pass

    def _evaluate(self, expression: str) -> Any:
        answer = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise ChromiumFailed(str(answer["exceptionDetails"].get("exception", answer)))
        return answer["result"].get("value")

    def _send(self, method: str, parameters: dict[str, Any]) -> int:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session and not method.startswith("Browser."):
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._write, data) :]
        return self._number

    def _receive(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._buffer[-65536:]:
            if not self._selector.select(max(0.0, deadline - time.monotonic())):
                raise ChromiumFailed(f"no answer for {_PATIENCE:.0f} s")
            chunk = os.read(self._read, 1 << 20)
            if not chunk:
                raise ChromiumFailed("it ended by itself")
            self._buffer += chunk
        data, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(data)
        return message


def _launch(program: str, folder: Path) -> tuple[subprocess.Popen[bytes], int, int]:
    """The process, and the ends of the pipes that we read from and write to."""
    commands, ours = os.pipe()
    answers, theirs = os.pipe()
    high: Sequence[int] = [fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in (commands, theirs)]
    arguments = [program, *_FLAGS, f"--user-data-dir={folder / 'profile'}", "about:blank"]
    process = subprocess.Popen(
        [sys.executable, "-c", _LAUNCH, *map(str, high), *arguments],
        pass_fds=high,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for fd in (commands, theirs, *high):
        os.close(fd)
    return process, answers, ours
