"""X, against a stand-in written from its public description; see `servers/x.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from publishers.account import FixedAccount, Secret
from publishers.errors import AuthExpired, Permanent, SetupError, Transient, Unknown
from publishers.port import Absent, CannotTell, Found, Post, Receipt
from publishers.testing.contract import (
    NOW,
    HttpContract,
    RenewalContract,
    UploadContract,
    a_picture,
    a_post,
)
from publishers.testing.faults import LoseAnswer
from publishers.testing.lossy import to
from publishers.x import XPublisher
from tests.publishers.lab_x import SENTENCES, XLab
from tests.publishers.servers.x import PAGE, USER

LINK = "Aiuto: https://example.org/help?a=1&b=2 e www.example.org\n#EndHumanTrafficking"


@pytest.fixture
def lab() -> Iterator[XLab]:
    made = XLab()
    yield made
    made.close()


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return a_post(text=LINK, pictures=(a_picture(tmp_path, "Una mano tesa"),))


class TestX(HttpContract, UploadContract, RenewalContract):
    @pytest.fixture
    def lab(self) -> Iterator[XLab]:
        made = XLab()
        yield made
        made.close()


def test_what_is_sent_is_what_the_description_asks_for(lab: XLab, post: Post) -> None:
    lab.publisher().publish(lab.publisher().prepare(post), NOW)
    upload, metadata, tweet = lab.server.calls
    assert set(upload.parts()) == {"media", "media_category", "media_type"}
    assert upload.parts()["media"] == ("image/png", post.pictures[0].path.read_bytes())
    [media_id] = lab.server.media
    assert metadata.json() == {
        "id": media_id,
        "metadata": {"alt_text": {"text": "Una mano tesa"}},
    }
    assert tweet.json() == {"text": LINK, "media": {"media_ids": [media_id]}}
    assert {call.headers["authorization"] for call in lab.server.calls} == {
        "Bearer canary-access-0"
    }


def test_a_picture_goes_out_without_words(lab: XLab, post: Post) -> None:
    lab.publisher().publish(lab.publisher().prepare(replace(post, text="")), NOW)
    assert set(lab.server.calls[-1].json()) == {"media"}


def test_a_post_is_found_though_links_are_shortened_and_signs_are_hidden(
    lab: XLab, post: Post
) -> None:
    """X answers with t.co links, one more for the picture, and `&amp;`."""
    words = replace(post, text=f"A < B & C > D {LINK}")
    prepared = lab.publisher().prepare(words)
    receipt = lab.publisher().publish(prepared, NOW)
    assert "t.co" in str(lab.server.tweets[0].shown())
    assert receipt.echoed == {"text": words.text}
    found = lab.publisher().find(prepared)
    assert isinstance(found, Found)
    assert found.receipt.remote_id == receipt.remote_id
    assert found.receipt.echoed == {"text": words.text, "alts": ["Una mano tesa"]}
    assert receipt.url == f"https://x.com/i/web/status/{receipt.remote_id}"


def test_other_words_pictures_or_descriptions_are_another_post(
    lab: XLab, post: Post, tmp_path: Path
) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(post)
    hand = a_picture(tmp_path, "Una mano tesa")
    for other in (
        replace(post, text=f"{LINK}!"),
        replace(post, text=f"{LINK} ", pictures=(hand, hand)),
        replace(post, pictures=(replace(hand, alt="Altro"),)),
    ):
        lab.server.tweets.clear()
        publisher.publish(publisher.prepare(other), NOW)
        assert isinstance(publisher.find(prepared), Absent)


def test_a_post_of_an_hour_before_it_was_due_is_not_this_one(lab: XLab, post: Post) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(post)
    lab.server.clock = lambda: NOW - timedelta(hours=1)
    publisher.publish(prepared, NOW)
    assert isinstance(publisher.find(prepared), Absent)
    lab.server.tweets[0].at = NOW - timedelta(minutes=14)
    assert isinstance(publisher.find(prepared), Found)


def test_a_post_is_found_on_a_later_page(lab: XLab, post: Post) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(post)
    receipt = publisher.publish(prepared, NOW)
    _crowd(lab, PAGE + 1)
    found = publisher.find(prepared)
    assert isinstance(found, Found)
    assert found.receipt.remote_id == receipt.remote_id


def test_more_posts_than_are_looked_at_leave_a_doubt(lab: XLab, post: Post) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(post)
    _crowd(lab, PAGE * 5)
    assert isinstance(publisher.find(prepared), Absent)
    _crowd(lab, 1)
    assert isinstance(publisher.find(prepared), CannotTell)


def test_a_list_that_is_not_whole_leaves_a_doubt(lab: XLab, post: Post) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(post)
    lab.server.partial = True
    assert isinstance(publisher.find(prepared), CannotTell)
    publisher.publish(prepared, NOW)
    assert isinstance(publisher.find(prepared), Found)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": []},
        {"meta": {}},
        {"meta": {"result_count": 1}, "data": [{"id": "1"}], "includes": {"media": [{}]}},
        {"meta": {"result_count": 1}, "data": "none"},
    ],
)
def test_a_list_that_cannot_be_understood_is_no_absence(
    body: dict[str, object], lab: XLab, post: Post
) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(post)
    lab.server.refuse_next(f"/2/users/{USER}", 200, body)
    with pytest.raises(Transient):
        publisher.find(prepared)


def test_words_that_x_has_already_are_looked_up(lab: XLab, post: Post) -> None:
    """The answer of a first attempt was lost, and somebody sends it again: 403."""
    publisher = lab.publisher()
    prepared = publisher.prepare(post)
    lab.lossy.next(LoseAnswer())
    for _ in range(2):
        with pytest.raises(Unknown):
            publisher.publish(prepared, NOW)
    assert isinstance(publisher.find(prepared), Found)
    assert len(lab.server.tweets) == 1


def test_a_wait_until_an_instant_is_understood(lab: XLab, post: Post) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(post)
    resets = {"x-rate-limit-reset": f"{NOW.timestamp() + 42:.0f}", "x-rate-limit-remaining": "0"}
    body = {"title": "Too Many Requests", "status": 429, "type": "about:blank"}
    lab.server.refuse_next("/2/tweets", 429, body, resets)
    with pytest.raises(Transient) as refused:
        publisher.publish(prepared, NOW)
    assert (refused.value.retry_after, refused.value.scope) == (42, "account")


def test_a_token_with_little_time_left_is_renewed_before_it_is_used(lab: XLab, post: Post) -> None:
    lab.account.clock = lambda: NOW + timedelta(minutes=109)
    lab.publisher().prepare(post)
    assert lab.renewals == 0
    lab.account.clock = lambda: NOW + timedelta(minutes=111)
    lab.publisher().prepare(post)
    assert lab.renewals == 1
    grant = lab.account.grant()
    assert grant["refresh_token"].reveal() == "canary-refresh-1"
    assert grant["client_id"].reveal() == "client"
    assert grant.expires_at == NOW + timedelta(minutes=111, hours=2)


def test_an_app_with_a_secret_renews_with_it(post: Post) -> None:
    lab = XLab(client_secret="canary-client-secret")
    try:
        publisher = lab.publisher()
        publisher.renew(lab.account.grant())
        publisher.publish(publisher.prepare(post), NOW)
        assert lab.renewals == 1
        assert "canary" not in lab.server.calls[0].path
        assert set(lab.server.calls[0].form()) == {"grant_type", "refresh_token"}
    finally:
        lab.close()


def test_a_spent_refresh_token_needs_a_person(lab: XLab, post: Post) -> None:
    """The answer to a renewal was lost, and with it the new pair."""
    lab.account.clock = lambda: NOW + timedelta(hours=3)
    lab.lossy.next(LoseAnswer(), when=to("POST", "/2/oauth2/token"))
    with pytest.raises(Transient):
        lab.publisher().prepare(post)
    with pytest.raises(AuthExpired, match="accounts add") as refused:
        lab.publisher().prepare(post)
    assert not refused.value.refreshable


def test_without_a_refresh_token_a_refused_one_needs_a_person(lab: XLab, post: Post) -> None:
    account = FixedAccount("it/it-x", {"access_token": Secret("canary-old")}, clock=lambda: NOW)
    settings = {"server": lab.lossy.origin, "local": "yes"}
    publisher = XPublisher("it-x", settings, Path(), account)
    for _ in range(2):
        with pytest.raises(AuthExpired) as refused:
            publisher.prepare(post)
        assert not refused.value.refreshable
    with pytest.raises(AuthExpired, match="sign in"):
        publisher.renew(account.grant())
    assert len(lab.server.calls) == 1


@pytest.mark.parametrize(
    ("info", "error"),
    [
        ({"state": "in_progress", "check_after_secs": 1}, Transient),
        ({"state": "failed"}, Permanent),
    ],
)
def test_a_picture_that_is_not_taken_in_is_not_posted(
    info: dict[str, object], error: type[Exception], lab: XLab, post: Post
) -> None:
    body = {"data": {"id": "1", "media_key": "3_1", "processing_info": info}}
    lab.server.refuse_next("/2/media/upload", 200, body)
    with pytest.raises(error):
        lab.publisher().prepare(post)


def test_what_x_stored_as_a_description_is_compared_where_it_tells(lab: XLab, post: Post) -> None:
    lab.server.alt_told = False
    lab.publisher().prepare(post)
    told = {"associated_metadata": {"alt_text": {"text": "Una"}}}
    lab.server.refuse_next("/2/media/metadata", 200, {"data": {"id": "1", **told}})
    with pytest.raises(Permanent) as refused:
        lab.publisher().prepare(post)
    assert (refused.value.code, refused.value.field) == ("alt.changed", "pictures.1.alt")


def test_a_post_that_x_keeps_is_told(lab: XLab) -> None:
    lab.server.refuse_next("/2/tweets/1", 200, {"data": {"deleted": False}})
    with pytest.raises(Transient, match="still there"):
        lab.publisher().delete(Receipt("1", None, NOW))
    asked = len(lab.server.calls)
    lab.publisher().delete(Receipt("no-number/../me", None, NOW))
    assert len(lab.server.calls) == asked


def test_characters_that_x_takes_nowhere_are_found(lab: XLab, post: Post) -> None:
    (finding,) = lab.publisher().validate(replace(post, text="a\ufeffb"))
    assert (finding.code, finding.field) == ("text.character", "text")


def test_it_says_who_the_account_is(lab: XLab) -> None:
    assert lab.publisher().verify() == "X account @crocerossa"


def test_the_cost_is_told_unless_nobody_wants_to_know() -> None:
    def prices(**settings: str) -> object:
        return XPublisher("c", settings, Path(), FixedAccount()).capabilities().prices

    told = XPublisher("c", {}, Path(), FixedAccount()).capabilities()
    assert told.prices is not None
    assert (told.prices.post, told.prices.with_link) == (Decimal("0.015"), Decimal("0.200"))
    assert prices(show_cost="yes") == told.prices
    assert prices(show_cost="no") is None
    with pytest.raises(SetupError, match="show_cost"):
        prices(show_cost="perhaps")


def _crowd(lab: XLab, count: int) -> None:
    """So many other posts, after this one."""
    first = len(lab.server.tweets)
    for number in range(first, first + count):
        post = lab.publisher().prepare(a_post(text=f"other {number}", key=f"other-{number}"))
        lab.publisher().publish(post, NOW)


# What would double a post, or lose it.


@pytest.mark.parametrize("status", [403, 400])
def test_a_duplicate_of_an_older_post_is_refused_for_good(
    status: int, lab: XLab, post: Post
) -> None:
    """Looked up, it is absent; sent again, it is refused again, and X charges for each look."""
    publisher = lab.publisher()
    prepared = publisher.prepare(post)
    publisher.publish(prepared, NOW)
    twin = {"detail": SENTENCES["duplicate"]}
    lab.server.refuse_next("/2/tweets", status, twin)
    with pytest.raises(Unknown):
        publisher.publish(prepared, NOW)
    lab.server.tweets[0].at = NOW - timedelta(days=1)
    lab.server.refuse_next("/2/tweets", status, twin)
    with pytest.raises(Permanent) as refused:
        publisher.publish(prepared, NOW)
    assert (refused.value.code, refused.value.field) == ("text.duplicate", "text")
    assert isinstance(publisher.find(prepared), Absent)


def test_a_description_in_another_spelling_is_the_same_and_a_lost_one_is_told(
    lab: XLab, post: Post
) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(post)
    publisher.publish(prepared, NOW)
    (media,) = lab.server.tweets[0].media
    for stored in ("Una  mano tesa ", None):
        media.alt = stored
        found = publisher.find(prepared)
        assert isinstance(found, Found)
        assert found.receipt.echoed["alts"] == [stored or ""]


def test_an_old_post_is_another_one_although_it_is_listed(lab: XLab) -> None:
    """Whoever stands between may drop `start_time`."""
    publisher = lab.publisher()
    prepared = publisher.prepare(a_post())
    old = {"id": "1", "text": a_post().text, "created_at": "2026-07-30T07:00:00.000Z"}
    page = {"meta": {"result_count": 1}, "data": [old]}
    lab.server.refuse_next("/2/users/2", 200, page)
    assert isinstance(publisher.find(prepared), Absent)


def test_a_post_that_somebody_changed_since_is_not_sent_again(lab: XLab) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(a_post())
    for history, kind in ((["1"], Absent), (["1", "2"], CannotTell)):
        other = {"id": "2", "text": "By hand", "created_at": "2027-07-30T07:00:00.000Z"}
        page = {"meta": {}, "data": [other | {"edit_history_tweet_ids": history}]}
        lab.server.refuse_next("/2/users/2", 200, page | {"meta": {"result_count": 1}})
        assert isinstance(publisher.find(prepared), kind)


def test_what_is_no_name_of_an_error_is_not_quoted(lab: XLab, post: Post) -> None:
    token = lab.account.grant()["access_token"].reveal()
    prepared = lab.publisher().prepare(post)
    for body in (
        {"error": f"{token}\nrefused"},
        {"type": f"https://api.x.com/2/problems/{token}\n"},
    ):
        lab.server.refuse_next("/2/tweets", 400, body)
        with pytest.raises(Permanent) as refused:
            lab.publisher().publish(prepared, NOW)
        assert token not in str(refused.value)


def test_a_page_of_long_posts_is_read(lab: XLab) -> None:
    """Of accounts that may write 25,000 characters."""
    prepared = lab.publisher().prepare(a_post())
    told = {"id": "2", "text": "By hand", "created_at": "2027-07-30T07:00:00.000Z"}
    posts = [told | {"note_tweet": {"text": "人" * 20_000}}] * 20
    lab.server.refuse_next("/2/users/2", 200, {"meta": {"result_count": 20}, "data": posts})
    assert isinstance(lab.publisher().find(prepared), Absent)
