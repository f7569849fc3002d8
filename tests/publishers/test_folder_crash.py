"""A process killed while it hands over: afterwards there is no folder or a whole one, `find`
knows which, and one more publish makes it exactly one."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from publishers.port import Absent, Found, Post, Prepared
from publishers.testing.contract import NOW, a_picture, a_post
from tests.publishers.folder_lab import FolderLab, finish

_KILLS = 16


@pytest.fixture
def lab(tmp_path: Path) -> FolderLab:
    return FolderLab(tmp_path / "workspace")


def large_post(folder: Path) -> Post:
    pictures = tuple(a_picture(folder, f"large {n}", size=1_000_000) for n in range(6))
    return a_post(pictures=pictures)


def test_killed_while_it_copies_a_picture(lab: FolderLab, tmp_path: Path) -> None:
    """The second picture comes through a pipe, so the process surely waits there when it dies."""
    first, second = a_picture(tmp_path, "first"), a_picture(tmp_path, "second")
    publisher = lab.publisher()
    prepared = publisher.prepare(a_post(pictures=(first, second)))
    data = second.path.read_bytes()
    second.path.unlink()
    os.mkfifo(second.path)
    child = lab.child(prepared)
    assert child.stdin is not None
    child.stdin.write("go\n")
    child.stdin.flush()
    with second.path.open("wb", buffering=0) as pipe:  # opens once the process has begun to read
        pipe.write(data[:10])
        child.kill()
        assert child.wait(30) == -signal.SIGKILL
    child.communicate()
    (left,) = lab.leftovers()
    assert {path.name for path in left.iterdir()} >= {"1.png", "alt-1.txt"}
    assert lab.folders() == []
    second.path.unlink()
    second.path.write_bytes(data)
    settle(lab, prepared, visible=False)


def test_killed_at_any_moment(lab: FolderLab, tmp_path: Path) -> None:
    """Kills spread over the time that one hand-over takes, measured first."""
    post = large_post(tmp_path)
    duration = measured(lab, post)
    ended: set[int] = set()
    for number in range(_KILLS):
        child_lab = FolderLab(tmp_path / f"workspace-{number}")
        prepared = child_lab.publisher().prepare(post)
        child = child_lab.child(prepared)
        code, _ = finish(child, kill_after=duration * 1.2 * number / (_KILLS - 1))
        ended.add(code)
        visible = len(child_lab.folders()) == 1
        settle(child_lab, prepared, visible=visible)
    assert -signal.SIGKILL in ended


def test_killed_again_and_again_over_the_same_post(lab: FolderLab, tmp_path: Path) -> None:
    """Each attempt starts over what the last one left."""
    post = large_post(tmp_path)
    prepared = lab.publisher().prepare(post)
    for number in range(6):
        finish(lab.child(prepared), kill_after=0.004 * number)
        assert len(lab.folders()) <= 1
    settle(lab, prepared, visible=len(lab.folders()) == 1)


def test_four_processes_with_the_same_request(lab: FolderLab, tmp_path: Path) -> None:
    prepared = lab.publisher().prepare(large_post(tmp_path))
    children = [lab.child(prepared) for _ in range(4)]
    answers: list[object] = []
    threads = [
        threading.Thread(target=lambda child=child: answers.append(finish(child)))
        for child in children
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [(0, {"done": prepared.key})] * 4
    assert len(lab.folders()) == 1
    assert lab.leftovers() == []


def measured(lab: FolderLab, post: Post) -> float:
    """Seconds that one undisturbed hand-over takes in a child process."""
    child = lab.child(lab.publisher().prepare(post))
    started = time.monotonic()
    code, _ = finish(child)
    assert code == 0
    return time.monotonic() - started


def settle(lab: FolderLab, prepared: Prepared, *, visible: bool) -> None:
    """What `find` says fits what a person sees; publishing once more makes exactly one."""
    publisher = lab.publisher()
    found = publisher.find(prepared)
    assert isinstance(found, Found if visible else Absent)
    receipt = publisher.publish(prepared, NOW)
    assert not isinstance(found, Found) or found.receipt == receipt
    assert lab.leftovers() == []
    (folder,) = lab.folders()
    whole(folder, prepared)


def whole(folder: Path, prepared: Prepared) -> None:
    pictures = prepared.request["pictures"]
    for number, picture in enumerate(pictures, 1):
        data = (folder / picture["name"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == picture["digest"]
        assert (folder / f"alt-{number}.txt").read_text(encoding="utf-8") == picture["alt"]
    assert (folder / "caption.txt").read_bytes().decode("utf-8") == prepared.request["text"]
    assert {path.name for path in folder.iterdir()} >= {"CHECKLIST.txt", "post.json"}
    assert len(list(folder.iterdir())) == 3 + 2 * len(pictures)
