from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from publishers.account import FixedAccount
from publishers.errors import AuthExpired, Permanent, SetupError, Transient, Unknown
from publishers.graph.facebook import FacebookPublisher
from publishers.port import Absent, CannotTell, Found
from publishers.testing.certificate import certificate
from publishers.testing.contract import NOW, HttpContract, UploadContract, a_picture, a_post
from publishers.testing.http_contract import impostor
from publishers.testing.lossy import said, to
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


# What would double a post, or lose it.


def test_a_list_whose_next_page_cannot_be_asked_for_is_not_whole(
    lab: FacebookLab, publisher: FacebookPublisher
) -> None:
    prepared = publisher.prepare(a_post())
    publisher.publish(prepared, NOW)
    ours = lab.server.posts[0]
    lab.server.by_time = True
    assert isinstance(publisher.find(prepared), Found)
    lab.server.posts += [replace(ours, id=f"1_{n}", text=f"Other {n}") for n in range(60)]
    assert isinstance(publisher.find(prepared), CannotTell)


def test_words_whose_pictures_are_not_told_are_for_a_person(
    lab: FacebookLab, publisher: FacebookPublisher, tmp_path: Path
) -> None:
    prepared = publisher.prepare(a_post(pictures=(a_picture(tmp_path, "one"),)))
    publisher.publish(prepared, NOW)
    lab.server.posts[0].parts.clear()
    assert isinstance(publisher.find(prepared), CannotTell)


def test_an_old_post_is_another_one_although_it_is_listed(
    lab: FacebookLab, publisher: FacebookPublisher
) -> None:
    """Whoever stands between may drop `since`."""
    prepared = publisher.prepare(a_post())
    old = {"id": "1_1", "message": a_post().text, "created_time": "2026-07-30T07:00:00+0000"}
    lab.lossy.next(said(200, {"data": [old]}), when=to("GET", ".*/feed"))
    assert isinstance(publisher.find(prepared), Absent)
    assert lab.lossy.waiting == 0


def test_a_duplicate_of_an_older_post_is_refused_for_good(
    lab: FacebookLab, publisher: FacebookPublisher
) -> None:
    """Looked up, it is absent; sent again, it is refused again. One that is there is in doubt."""
    prepared = publisher.prepare(a_post())
    lab.server.refuse_next({"message": "(#506) duplicate", "code": 506})
    with pytest.raises(Permanent) as refused:
        publisher.publish(prepared, NOW)
    assert (refused.value.code, refused.value.field) == ("text.duplicate", "text")
    publisher.publish(prepared, NOW)
    lab.server.refuse_next({"message": "(#506) duplicate", "code": 506})
    with pytest.raises(Unknown):
        publisher.publish(prepared, NOW)


def test_a_post_that_may_not_be_taken_down_is_not_said_to_be_gone(
    lab: FacebookLab, publisher: FacebookPublisher
) -> None:
    """The platform answers as if it were not there."""
    receipt = publisher.publish(publisher.prepare(a_post()), NOW)
    lab.server.bound = True
    with pytest.raises(Permanent, match="still there") as refused:
        publisher.delete(receipt)
    assert refused.value.code == "delete.refused"
    publisher.delete(replace(receipt, remote_id=f"{USER}_1"))
    assert len(lab.seen()) == 1


def test_what_is_no_code_of_an_error_is_not_quoted(
    lab: FacebookLab, publisher: FacebookPublisher
) -> None:
    lab.server.refuse_next({"code": f"{lab.server.token}\n", "is_transient": False}, "GET")
    with pytest.raises(Permanent) as refused:
        publisher.verify()
    assert lab.server.token not in str(refused.value)


def test_certificates_lie_beside_the_plan(lab: FacebookLab, tmp_path: Path) -> None:
    file = certificate(tmp_path, "localhost")
    with impostor(file) as (origin, heard):
        with pytest.raises(Transient):  # it hangs up on whoever trusts it
            lab.elsewhere(origin.replace("127.0.0.1", "localhost"), file.name).verify()
        assert heard == [f"/v26.0/{USER}"]


def test_a_page_of_long_posts_is_read(lab: FacebookLab, publisher: FacebookPublisher) -> None:
    prepared = publisher.prepare(a_post())
    publisher.publish(prepared, NOW)
    ours = lab.server.posts[0]
    lab.server.posts += [replace(ours, id=f"1_{n}", text="人" * 20_000) for n in range(20)]
    assert isinstance(publisher.find(prepared), Found)
