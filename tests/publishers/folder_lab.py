"""A hand-off folder under test: what a person sees in it, and processes that die over it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from publishers.errors import Unknown
from publishers.folder import FolderPublisher
from publishers.port import Prepared, Publisher, Receipt
from publishers.testing.faults import DropRequest, Fault, LoseAnswer
from publishers.testing.lab import Lab, Seen
from publishers.testing.posts import NOW

_REPOSITORY = Path(__file__).parents[2]


class FolderLab(Lab):
    deviations = {"lenient": "a person who posts by hand sees the limit on the platform"}

    def __init__(self, base: Path, settings: dict[str, str] | None = None) -> None:
        self.base = base
        self.settings: dict[str, object] = dict(settings or {})

    def publisher(self) -> FolderPublisher:
        return FolderPublisher("it-it-folder", self.settings, self.base)

    @property
    def root(self) -> Path:
        return self.publisher().root

    def folders(self) -> list[Path]:
        """The hand-off folders a person finds, by name."""
        return sorted(path for path in self.root.glob("*/*") if path.parent.name[0] != ".")

    def seen(self) -> list[Seen]:
        return [_seen(folder) for folder in self.folders()]

    def leftovers(self) -> list[Path]:
        return list((self.root / ".clarion" / "staging").glob("*"))

    def through(self, fault: Fault, publisher: Publisher, prepared: Prepared) -> Receipt:
        """The process is killed by the system in the middle of the first file it writes, or once
        it is done and before it can say so."""
        if isinstance(fault, DropRequest):
            child = self.child(prepared, largest_file=8, die_of_it=True)
            assert finish(child) == (-signal.SIGXFSZ, None)
            assert self.leftovers() != []
        else:
            assert isinstance(fault, LoseAnswer)
            assert finish(self.child(prepared, die_after=True)) == (-signal.SIGKILL, None)
        raise Unknown("the process died", phase="answer")

    def child(self, prepared: Prepared, **order: Any) -> subprocess.Popen[str]:
        """A process that is ready to publish and waits for the word."""
        child = subprocess.Popen(
            [sys.executable, "-B", "-m", "tests.publishers.folder_child"],
            cwd=_REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        order |= {"prepared": prepared.to_json(), "base": str(self.base)}
        order |= {"settings": self.settings, "now": NOW.isoformat()}
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(order) + "\n")
        child.stdin.flush()
        if child.stdout.readline() != "ready\n":
            child.communicate()
            raise AssertionError(f"the child ended with {child.returncode} before it was ready")
        return child


def finish(child: subprocess.Popen[str], *, kill_after: float | None = None) -> tuple[int, Any]:
    """Give the word; wait, or kill after so many seconds; how it ended and what it said."""
    try:
        if kill_after is not None:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
            try:
                child.wait(kill_after)
            except subprocess.TimeoutExpired:
                child.kill()
            said, _ = child.communicate(timeout=30)
        else:
            said, _ = child.communicate("go\n", timeout=30)
    finally:
        child.kill()
        child.wait()
    return child.returncode, json.loads(said) if said else None


def _seen(folder: Path) -> Seen:
    request = json.loads((folder / "post.json").read_bytes())["request"]
    alts = [(folder / f"alt-{n}.txt") for n in range(1, len(request["pictures"]) + 1)]
    return Seen(
        (folder / "caption.txt").read_bytes().decode("utf-8"),
        request["language"],
        tuple(alt.read_bytes().decode("utf-8") for alt in alts),
    )
