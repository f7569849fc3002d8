from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from publishers.account import FixedAccount, Secret
from publishers.errors import Permanent
from publishers.graph.containers import ContainerPublisher
from publishers.graph.threads import ThreadsPublisher
from publishers.port import Absent, Found
from publishers.testing.contract import NOW, HttpContract, UploadContract, a_post
from publishers.testing.lossy import said, to
from tests.publishers.lab_instagram import a_jpeg
from tests.publishers.lab_threads import ThreadsLab


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[ThreadsLab]:
    one = ThreadsLab(tmp_path)
    yield one
    one.close()


@pytest.fixture
def publisher(lab: ThreadsLab) -> ContainerPublisher:
    return lab.publisher()


class TestContract(HttpContract, UploadContract):
    """The suite of every publisher."""


def test_words_alone_need_no_public_address(lab: ThreadsLab, tmp_path: Path) -> None:
    settings = {"server": lab.server.origin, "local": "yes"}
    publisher = ThreadsPublisher("c", settings, tmp_path, lab.account)
    publisher.publish(publisher.prepare(a_post()), NOW)
    assert [one.text for one in lab.seen()] == [a_post().text]
    (finding,) = publisher.validate(a_post(pictures=(a_jpeg(tmp_path, "one"),)))
    assert "pictures_url" in finding.text


def test_an_emoji_counts_as_its_bytes(publisher: ContainerPublisher) -> None:
    assert publisher.validate(a_post(text="a" * 496 + "😀")) == []
    (finding,) = publisher.validate(a_post(text="a" * 497 + "😀"))
    assert (finding.code, finding.actual) == ("text.too_long", 501)


def test_the_server_refuses_words_over_the_limit(publisher: ContainerPublisher) -> None:
    """The words go into the container, so this is where its no comes: as the platform's own 30
    hashtags, of which we count none."""
    with pytest.raises(Permanent) as refused:
        publisher.prepare(a_post(text="# " * 31))
    assert refused.value.field == "text"


def test_one_that_was_taken_down_is_not_found_by_its_container(
    lab: ThreadsLab, publisher: ContainerPublisher
) -> None:
    prepared = publisher.prepare(a_post())
    receipt = publisher.publish(prepared, NOW)
    assert isinstance(publisher.find(prepared), Found)
    publisher.delete(receipt)
    assert isinstance(publisher.find(prepared), Absent)


def test_more_posts_than_can_be_read_are_no_sign_that_it_was_taken_down(
    lab: ThreadsLab, publisher: ContainerPublisher
) -> None:
    prepared = publisher.prepare(a_post())
    publisher.publish(prepared, NOW)
    ours = lab.server.posts[0]
    others = [type(ours)(f"9{n}", ours.at, "post", f"Other {n}") for n in range(300)]
    lab.server.posts += others
    assert isinstance(publisher.find(prepared), Found)


def test_the_token_is_renewed_in_threads_own_way(lab: ThreadsLab) -> None:
    lab.account = FixedAccount(
        "it/it-threads",
        {"token": Secret(lab.server.token)},
        NOW + timedelta(days=3),
        lambda: NOW,
    )
    assert lab.publisher().verify() == "Threads account crocerossa"
    assert lab.server.renewals == 1


def test_a_post_whose_number_is_not_known_is_not_said_to_be_taken_down(
    lab: ThreadsLab, publisher: ContainerPublisher
) -> None:
    """Of more posts than can be read, only its container is known."""
    prepared = publisher.prepare(a_post())
    publisher.publish(prepared, NOW)
    lab.lossy.next(said(503), when=to("GET", ".*/me/threads"))
    receipt = publisher.publish(prepared, NOW)
    with pytest.raises(Permanent, match="in the app"):
        publisher.delete(receipt)
    assert len(lab.seen()) == 1
