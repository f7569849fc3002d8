"""A rehearsal freezes what the real publisher would send, and sends nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from publishers.errors import Permanent
from publishers.folder import FolderPublisher
from publishers.memory import MemoryPlatform, MemoryPublisher
from publishers.port import Found
from publishers.rehearsed import Rehearsed
from publishers.testing.contract import NOW, a_picture, a_post


@pytest.fixture
def platform() -> MemoryPlatform:
    return MemoryPlatform()


@pytest.fixture
def rehearsed(tmp_path: Path, platform: MemoryPlatform) -> Rehearsed:
    limits = {"text_limit": "60", "max_pictures": "1"}
    real = MemoryPublisher("feed", limits, tmp_path, platform=platform)
    settings = {"path": "hand-off", "rehearsal": True}
    return Rehearsed(real, FolderPublisher("feed", settings, tmp_path))


def test_the_frozen_request_lies_beside_the_post(
    rehearsed: Rehearsed, platform: MemoryPlatform, tmp_path: Path
) -> None:
    post = a_post(pictures=(a_picture(tmp_path, "A hand."),))
    prepared = rehearsed.prepare(post)
    receipt = rehearsed.publish(prepared, NOW)
    [file] = (tmp_path / "hand-off-rehearsal").glob("*/*/request.json")
    frozen = json.loads(file.read_text("utf-8"))
    real = MemoryPublisher("feed", {}, tmp_path)
    assert frozen == {"kind": "memory", "request": dict(real.prepare(post).request)}
    assert receipt.url == file.parent.as_uri()
    assert (platform.posts, platform.mutating_calls) == ((), 0)
    assert rehearsed.find(prepared) == Found(receipt)
    assert rehearsed.capabilities().rehearsal


def test_what_the_real_one_would_refuse_is_refused(rehearsed: Rehearsed) -> None:
    long = a_post(text="word " * 20)
    assert [finding.code for finding in rehearsed.validate(long)] == ["text.too_long"]
    with pytest.raises(Permanent):
        rehearsed.prepare(long)


def test_what_the_person_needs_is_asked_for_as_ever(rehearsed: Rehearsed) -> None:
    bare = replace(a_post(), facts={})
    assert "fact.missing" in {finding.code for finding in rehearsed.validate(bare)}
