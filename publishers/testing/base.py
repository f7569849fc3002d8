"""What the parts of the contract share: posts that the lab at hand can take, and how to look."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from publishers.errors import PublishError
from publishers.port import (
    CannotTell,
    Capabilities,
    Found,
    Idempotency,
    Post,
    Prepared,
    Publisher,
    Receipt,
)
from publishers.testing.lab import DEVIATIONS, Lab, Seen, alike
from publishers.testing.posts import a_post

MakePost = Callable[..., Post]
"""Makes a post that the platform takes: `text`, `key`, `language`, `alts` may be given."""


class Fixtures:
    """The lab comes from the class that is tested."""

    @pytest.fixture
    def publisher(self, lab: Lab) -> Publisher:
        return lab.publisher()

    @pytest.fixture
    def caps(self, publisher: Publisher) -> Capabilities:
        return publisher.capabilities()

    @pytest.fixture
    def make(self, lab: Lab, caps: Capabilities, tmp_path: Path) -> MakePost:
        def make(
            *,
            text: str = a_post().text,
            key: str = a_post().key,
            language: str = "it",
            alts: tuple[str, ...] = ("Una mano tesa",),
        ) -> Post:
            taken = alts if caps.max_pictures is None else alts[: caps.max_pictures]
            pictures = tuple(lab.picture(tmp_path, alt) for alt in taken)
            return lab.post(text=text, key=key, language=language, pictures=pictures)

        return make

    @pytest.fixture
    def post(self, make: MakePost) -> Post:
        return make()

    def test_every_deviation_has_a_name_and_a_reason(self, lab: Lab) -> None:
        for name, reason in lab.deviations.items():
            assert name in DEVIATIONS or name.startswith("row "), name
            assert reason.strip(), name


def goes_out(lab: Lab, publisher: Publisher, post: Post) -> Seen:
    """Publish it; it is the only post, holds what was meant, and the receipt tells the same."""
    receipt = publisher.publish(publisher.prepare(post), lab.now)
    (seen,) = lab.seen()
    expected = lab.expected(post)
    assert alike(seen, expected), (seen, expected)
    assert set(receipt.echoed) == lab.echoes
    echoes_well(receipt, expected)
    return seen


def is_there(lab: Lab, prepared: Prepared, post: Post) -> Receipt | None:
    """`find`, by a new publisher, finds this post; None where the platform cannot be asked."""
    publisher = lab.publisher()
    found = publisher.find(prepared)
    if not publisher.capabilities().can_find:
        assert isinstance(found, CannotTell)
        return None
    assert isinstance(found, Found), found
    echoes_well(found.receipt, lab.expected(post))
    return found.receipt


def echoes_well(receipt: Receipt, expected: Seen) -> None:
    """What the receipt tells of is as it should be; it need not tell everything."""
    told: dict[str, Any] = {"text": expected.text, "language": expected.language}
    told |= {"alts": expected.alts} | dict(receipt.echoed)
    stored = Seen(told["text"], told["language"], tuple(told["alts"]))
    assert alike(stored, expected), (stored, expected)


def keyed(caps: Capabilities) -> bool:
    """Whether the platform itself keeps the same request from being posted twice."""
    unkeyed = (Idempotency.READBACK, Idempotency.NONE)
    return caps.idempotency not in unkeyed


def attempt(publisher: Publisher, prepared: Prepared, lab: Lab) -> Receipt | PublishError:
    """Publish, once; what came of it."""
    try:
        return publisher.publish(prepared, lab.now)
    except PublishError as error:
        return error


def until(true: Callable[[], bool]) -> None:
    """Wait until it is so, at most half a minute."""
    ends = time.monotonic() + 30
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.02)
