from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from publishers.account import FixedAccount
from publishers.errors import AuthExpired, SetupError, Transient
from publishers.graph.facebook import FacebookPublisher
from publishers.port import Absent, CannotTell, Found
from publishers.testing.contract import NOW, HttpContract, UploadContract, a_picture, a_post
from tests.publishers.lab_facebook import FacebookLab, fields_of
from tests.publishers.servers.graph import USER


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[FacebookLab]:
    one = FacebookLab(tmp_path)
    yield one
    one.close()


class TestContract(HttpContract, UploadContract):
    """The suite of every publisher."""


@pytest.fixture
def publisher(lab: FacebookLab) -> FacebookPublisher:
    return lab.publisher()


def test_every_field_that_is_sent_is_one_of_its_edge(
    lab: FacebookLab, publisher: FacebookPublisher, tmp_path: Path
) -> None:
    """Held against the tables of the platform's own library."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from facebook_business.adobjects.page import Page
    post = a_post(pictures=(a_picture(tmp_path, "one"), a_picture(tmp_path, "two")))
    publisher.publish(publisher.prepare(post), NOW)
    assert fields_of(Page.create_feed) >= lab.server.sent["POST feed"] >= {"attached_media"}
    photo = lab.server.sent["POST photos"]
    # The bytes themselves are a file, which the table does not name.
    assert fields_of(Page.create_photo) >= photo - {"source"} >= {"alt_text_custom", "published"}


def test_pictures_are_unseen_until_the_post_shows_them(
    lab: FacebookLab, publisher: FacebookPublisher, tmp_path: Path
) -> None:
    prepared = publisher.prepare(a_post(pictures=(a_picture(tmp_path, "one"),)))
    (upload,) = prepared.request["uploads"]
    assert [one.params["published"] for one in lab.server.calls if one.files] == ["false"]
    publisher.publish(prepared, NOW)
    assert [one.id for one in lab.server.posts[0].parts] == [upload]


def test_the_token_is_in_no_address(lab: FacebookLab, publisher: FacebookPublisher) -> None:
    publisher.publish(publisher.prepare(a_post()), NOW)
    assert {call.token for call in lab.server.calls} == {lab.server.token}
    assert not any("access_token" in call.params for call in lab.server.calls)


def test_the_same_words_with_other_pictures_are_for_a_person(
    publisher: FacebookPublisher, tmp_path: Path
) -> None:
    """That a post tells its pictures by our numbers is not in the documentation."""
    post = a_post(pictures=(a_picture(tmp_path, "one"),))
    first, twin = publisher.prepare(post), publisher.prepare(post)
    publisher.publish(first, NOW)
    assert isinstance(publisher.find(first), Found)
    assert isinstance(publisher.find(twin), CannotTell)


def test_words_with_a_link_are_found_although_the_page_draws_it(
    publisher: FacebookPublisher,
) -> None:
    prepared = publisher.prepare(a_post(text="Aiuto: https://example.org/help"))
    publisher.publish(prepared, NOW)
    assert isinstance(publisher.find(prepared), Found)


def test_what_is_older_than_the_planned_time_is_another_post(
    lab: FacebookLab, publisher: FacebookPublisher
) -> None:
    lab.server.clock = lambda: NOW - timedelta(minutes=16)
    publisher.publish(publisher.prepare(a_post()), NOW)
    assert isinstance(publisher.find(publisher.prepare(a_post())), Absent)


@pytest.mark.parametrize(("others", "kind"), [(60, Found), (250, CannotTell)])
def test_as_many_posts_are_read_as_it_takes_up_to_a_limit(
    others: int, kind: type, lab: FacebookLab, publisher: FacebookPublisher
) -> None:
    prepared = publisher.prepare(a_post())
    publisher.publish(prepared, NOW)
    ours = lab.server.posts[0]
    lab.server.posts += [replace(ours, id=f"1_{n}", text=f"Other {n}") for n in range(others)]
    lab.server.calls.clear()
    assert isinstance(publisher.find(prepared), kind)
    assert not any("access_token" in call.params for call in lab.server.calls)


def test_how_long_to_wait_is_read_from_the_usage_of_the_account(
    lab: FacebookLab, publisher: FacebookPublisher
) -> None:
    usage = {"1": [{"type": "pages", "estimated_time_to_regain_access": 7}]}
    error = {"message": "too many", "code": 80001}
    lab.server.refuse_next(error, "GET", X_Business_Use_Case_Usage=json.dumps(usage))
    with pytest.raises(Transient) as refused:
        publisher.verify()
    assert (refused.value.retry_after, refused.value.scope) == (420.0, "account")


def test_the_platforms_permissions_are_one_row(
    lab: FacebookLab, publisher: FacebookPublisher
) -> None:
    lab.server.refuse_next({"message": "(#283) pages", "code": 283}, "GET", 403)
    with pytest.raises(AuthExpired, match="permission"):
        publisher.verify()


def test_verify_names_the_page(publisher: FacebookPublisher) -> None:
    assert publisher.verify() == f"Facebook Page Croce Rossa Italiana ({USER})"


@pytest.mark.parametrize("page", ["", "crocerossa", "1/feed"])
def test_a_page_is_named_by_its_number(page: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="page"):
        FacebookPublisher("c", {"page": page}, tmp_path, FixedAccount())
