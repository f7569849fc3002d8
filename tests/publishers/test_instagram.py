from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from publishers.account import FixedAccount, Renewing, Secret
from publishers.errors import AuthExpired, Permanent, PublishError, SetupError, Transient
from publishers.graph.containers import ContainerPublisher
from publishers.graph.instagram import InstagramPublisher
from publishers.port import Absent, Budget, CannotTell, Found, Pending, Post
from publishers.testing.contract import NOW, HttpContract, UploadContract, a_picture, a_post
from publishers.testing.lossy import said, to
from tests.publishers.lab_facebook import fields_of, says
from tests.publishers.lab_instagram import InstagramLab, a_jpeg


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[InstagramLab]:
    one = InstagramLab(tmp_path)
    yield one
    one.close()


@pytest.fixture
def publisher(lab: InstagramLab) -> ContainerPublisher:
    return lab.publisher()


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return a_post(pictures=(a_jpeg(tmp_path, "one"),))


class TestContract(HttpContract, UploadContract):
    """The suite of every publisher."""


def test_every_field_that_is_sent_is_one_of_its_edge(
    lab: InstagramLab, publisher: ContainerPublisher, post: Post, tmp_path: Path
) -> None:
    """Held against the tables of the platform's own library."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from facebook_business.adobjects.iguser import IGUser
    several = dataclasses.replace(post, pictures=(*post.pictures, a_jpeg(tmp_path, "two")))
    for one in (post, several):
        publisher.publish(publisher.prepare(one), NOW)
    sent = lab.server.sent
    assert fields_of(IGUser.create_media) >= sent["POST media"] >= {"alt_text", "children"}
    assert fields_of(IGUser.create_media_publish) >= sent["POST media_publish"]


def code_of(publisher: ContainerPublisher, post: Post) -> str:
    return publisher.validate(post)[0].code


def test_what_instagram_does_not_take_is_found_before(
    publisher: ContainerPublisher, post: Post, tmp_path: Path
) -> None:
    png, tall = a_picture(tmp_path, "png"), a_jpeg(tmp_path, "tall", width=64, height=90)
    assert code_of(publisher, dataclasses.replace(post, pictures=())) == "pictures.missing"
    wrong = dataclasses.replace(post, pictures=(png,))
    assert code_of(publisher, wrong) == "picture.media_type"
    assert code_of(publisher, dataclasses.replace(post, pictures=(tall,))) == "picture.ratio"
    tags = " ".join(f"#tag{n}" for n in range(6))
    assert code_of(publisher, dataclasses.replace(post, text=tags)) == "hashtags.too_many"


def test_a_channel_without_a_public_address_for_its_pictures_is_told_so(
    lab: InstagramLab, post: Post, tmp_path: Path
) -> None:
    bare = InstagramPublisher("c", {}, tmp_path, lab.account)
    (finding,) = bare.validate(post)
    assert "pictures_url" in finding.text
    with pytest.raises(SetupError, match="https"):
        InstagramPublisher("c", {"pictures_url": "http://example.org"}, tmp_path, lab.account)
    with pytest.raises(SetupError, match="user"):
        InstagramPublisher("c", {"user": "../me"}, tmp_path, lab.account)


def test_the_server_refuses_a_caption_over_the_limit(
    publisher: ContainerPublisher, post: Post, lab: InstagramLab
) -> None:
    """The words go into the container, so this is where its no comes. Our own count is asked
    nothing: a caption of 31 hashtags, of which five are counted."""
    many = dataclasses.replace(post, text="#a " * 5 + "# " * 26)
    assert publisher.validate(many) == []
    with pytest.raises(Permanent) as refused:
        publisher.prepare(many)
    assert refused.value.field == "text"


def test_a_picture_is_looked_for_before_instagram_is_told_of_it(
    lab: InstagramLab, publisher: ContainerPublisher, post: Post
) -> None:
    lab.pictures.wrong = (200, "image/jpeg", b"\xff\xd8\xff another")
    with pytest.raises(Permanent) as refused:
        publisher.prepare(post)
    assert refused.value.code == "picture.served_other"
    assert [call for call in lab.server.calls if call.method == "POST"] == []


def test_pictures_that_take_time_are_waited_for(
    lab: InstagramLab, publisher: ContainerPublisher, post: Post, tmp_path: Path
) -> None:
    """Children before they are put together, the whole by `poll`."""
    lab.server.busy = 3
    several = dataclasses.replace(post, pictures=(*post.pictures, a_jpeg(tmp_path, "two")))
    prepared = publisher.prepare(several)
    assert isinstance(publisher.poll(prepared), Pending)
    with pytest.raises(Transient) as refused:
        publisher.publish(prepared, NOW)
    assert refused.value.scope == "post"
    with pytest.raises(Transient):
        publisher.find(prepared)
    assert publisher.poll(prepared) is None
    publisher.publish(prepared, NOW)
    assert len(lab.seen()) == 1


def test_pictures_that_take_too_long_are_given_up(
    lab: InstagramLab, publisher: ContainerPublisher, post: Post, tmp_path: Path
) -> None:
    lab.server.busy = 1000
    several = dataclasses.replace(post, pictures=(*post.pictures, a_jpeg(tmp_path, "two")))
    with pytest.raises(Transient) as refused:
        publisher.prepare(several)
    assert refused.value.scope == "post"


def test_a_container_of_yesterday_is_made_anew(
    lab: InstagramLab, publisher: ContainerPublisher, post: Post
) -> None:
    prepared = publisher.prepare(post)
    lab.server.clock = lambda: NOW + timedelta(hours=25)
    assert isinstance(publisher.find(prepared), Absent)
    for act in (lambda: publisher.poll(prepared), lambda: publisher.publish(prepared, NOW)):
        with pytest.raises(Transient) as refused:
            act()
        assert refused.value.scope == "post"
    assert lab.seen() == []


def test_a_container_that_failed_is_for_a_person_once_it_was_sent(
    lab: InstagramLab, publisher: ContainerPublisher, post: Post
) -> None:
    prepared = publisher.prepare(post)
    lab.server.things[prepared.request["uploads"]["container"]].state = "ERROR"
    assert isinstance(publisher.find(prepared), CannotTell)


def test_a_container_that_is_unknown_for_a_moment_is_asked_again_an_old_one_is_not(
    lab: InstagramLab, publisher: ContainerPublisher, post: Post
) -> None:
    prepared = publisher.prepare(post)
    lab.forget_uploads()
    with pytest.raises(Transient):
        publisher.find(prepared)
    lab.account.clock = lambda: NOW + timedelta(hours=26)
    assert isinstance(publisher.find(prepared), CannotTell)


def test_what_went_out_with_other_words_is_found_by_its_container(
    lab: InstagramLab, publisher: ContainerPublisher, post: Post
) -> None:
    prepared = publisher.prepare(post)
    publisher.publish(prepared, NOW)
    lab.server.posts[0].text = "edited in the app"
    found = publisher.find(prepared)
    assert isinstance(found, Found)
    assert found.receipt.remote_id == f"container-{prepared.request['uploads']['container']}"


def test_what_is_out_is_not_made_again_because_it_cannot_be_read(
    lab: InstagramLab, publisher: ContainerPublisher, post: Post
) -> None:
    prepared = publisher.prepare(post)
    publisher.publish(prepared, NOW)
    lab.lossy.next(said(503), when=to("GET", ".*/me/media"))
    assert publisher.publish(prepared, NOW).remote_id
    assert lab.lossy.waiting == 0
    assert len(lab.seen()) == 1


@pytest.mark.parametrize("name", ["4/2207051", "9007/2207027", "190"])
def test_what_is_refused_and_published_all_the_same_is_out(
    name: str, lab: InstagramLab, publisher: ContainerPublisher, post: Post
) -> None:
    """Made anew, it would be there twice. What was not published stays refused."""
    prepared = publisher.prepare(post)
    for commits in (False, True):
        lab.lossy.next(said(400, says(name), commits=commits))
        if commits:
            found = publisher.publish(prepared, NOW)
            assert found.remote_id == lab.server.posts[0].id
        else:
            with pytest.raises(PublishError):
                publisher.publish(prepared, NOW)
    assert len(lab.seen()) == 1


def test_the_daily_limit_is_the_one_the_platform_tells(
    lab: InstagramLab, publisher: ContainerPublisher
) -> None:
    assert publisher.capabilities().budget == Budget(40, 86400)
    assert publisher.verify() == "Instagram account crocerossa"
    assert publisher.capabilities().budget == Budget(80, 86400)


@pytest.mark.parametrize("total", [0, -1, 10**12, "many", None])
def test_a_daily_limit_that_is_none_is_not_kept(
    total: object, lab: InstagramLab, publisher: ContainerPublisher
) -> None:
    config = {"quota_total": 100, "quota_duration": total}
    told = {"data": [{"config": config}]}
    lab.lossy.next(said(200, told), when=to("GET", ".*content_publishing_limit"))
    publisher.verify()
    assert lab.lossy.waiting == 0
    assert publisher.capabilities().budget == Budget(40, 86400)


@pytest.mark.parametrize("children", [[1], "none", {"data": [1]}])
def test_a_post_that_cannot_be_read_back_is_out_all_the_same(
    children: object, lab: InstagramLab, publisher: ContainerPublisher, post: Post
) -> None:
    odd = {"caption": "x", "media_type": "IMAGE", "children": children}
    prepared = publisher.prepare(post)
    container = prepared.request["uploads"]["container"]
    lab.lossy.next(said(200, odd), when=to("GET", rf".*/v26.0/(?!{container})\d+"))
    assert publisher.publish(prepared, NOW).remote_id == lab.server.posts[0].id
    assert lab.lossy.waiting == 0


def test_nothing_is_taken_down_for_an_app(publisher: ContainerPublisher, post: Post) -> None:
    receipt = publisher.publish(publisher.prepare(post), NOW)
    assert publisher.capabilities().can_delete is False
    with pytest.raises(Permanent, match="in the app"):
        publisher.delete(receipt)


# The token.


def account(lab: InstagramLab, days: float) -> FixedAccount:
    lab.account = FixedAccount(
        "it/it-instagram",
        {"token": Secret(lab.server.token)},
        NOW + timedelta(days=days),
        lambda: NOW,
    )
    return lab.account


@pytest.mark.parametrize(("days", "renewals"), [(11, 0), (9, 1)])
def test_a_token_is_renewed_in_its_last_days(
    days: int, renewals: int, lab: InstagramLab, post: Post
) -> None:
    kept = account(lab, days)
    publisher = lab.publisher()
    publisher.publish(publisher.prepare(post), NOW)
    publisher.verify()
    assert lab.server.renewals == renewals
    assert kept.grant()["token"].reveal() == lab.server.token
    assert len(lab.seen()) == 1
    if renewals:
        assert kept.grant().expires_at == NOW + timedelta(days=60)


def test_a_token_is_renewed_once_a_day_at_most(lab: InstagramLab) -> None:
    kept = account(lab, 5)
    kept.learn({"token_renewed": (NOW - timedelta(hours=23)).isoformat()})
    lab.publisher().verify()
    assert lab.server.renewals == 0
    kept.learn({"token_renewed": (NOW - timedelta(hours=25)).isoformat()})
    lab.publisher().verify()
    assert lab.server.renewals == 1


def test_as_long_as_the_old_token_works_it_is_used(lab: InstagramLab, post: Post) -> None:
    account(lab, 5)
    publisher = lab.publisher()
    lab.lossy.next(said(500), when=to("GET", "/refresh_access_token"))
    publisher.publish(publisher.prepare(post), NOW)
    assert lab.lossy.waiting == 0
    assert len(lab.seen()) == 1


def test_one_that_ran_out_needs_a_person(lab: InstagramLab, post: Post) -> None:
    account(lab, -1)
    with pytest.raises(AuthExpired) as refused:
        lab.publisher().prepare(post)
    assert not refused.value.refreshable
    assert lab.server.calls == []


def test_it_is_renewed_when_somebody_asks(lab: InstagramLab) -> None:
    kept = account(lab, 40)
    publisher = lab.publisher()
    assert isinstance(publisher, Renewing)
    publisher.renew(kept.grant())
    assert kept.grant().expires_at == NOW + timedelta(days=60)
