from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishers.account import FixedAccount, Grant, Renewing, Secret
from publishers.errors import (
    AccountBlocked,
    AuthExpired,
    Permanent,
    SetupError,
    Transient,
    Unknown,
)
from publishers.linkedin import LinkedInPublisher
from publishers.linkedin.client import LinkedIn
from publishers.linkedin.little_text import escape, unescape
from publishers.port import Absent, CannotTell, Found, Pending
from publishers.testing.certificate import certificate
from publishers.testing.contract import (
    NOW,
    HttpContract,
    RenewalContract,
    UploadContract,
    a_picture,
    a_post,
)
from publishers.testing.http_contract import impostor
from publishers.testing.lossy import said, to
from tests.publishers.lab_linkedin import LinkedInLab
from tests.publishers.servers.linkedin import ORGANISATION, shown


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[LinkedInLab]:
    one = LinkedInLab(tmp_path)
    yield one
    one.close()


class TestContract(HttpContract, UploadContract, RenewalContract):
    """The suite of every publisher."""


@pytest.fixture
def publisher(lab: LinkedInLab) -> LinkedInPublisher:
    return lab.publisher()


def test_a_hashtag_leads_somewhere_and_nothing_is_cut(
    lab: LinkedInLab, publisher: LinkedInPublisher
) -> None:
    text = "50 % (di più) [oggi] <subito> *mai* {solo} a_b | c ~ \\ @tutti #Tratta_1 e #मानव! n#o"
    publisher.publish(publisher.prepare(a_post(text=text)), NOW)
    (post,) = lab.server.posts
    assert post.text == text
    assert post.marked == ["#Tratta_1", "#मानव"]


def test_without_the_backslashes_the_stand_in_cuts_as_linkedin_does() -> None:
    assert shown("first (second) third") == "first "
    assert shown(escape("first (second) third")) == "first (second) third"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_written_is_read_back_whole(text: str) -> None:
    assert unescape(escape(text)) == text
    assert shown(escape(text)) == text


@given(st.text(st.sampled_from("\\|{}@[]()<>#*_~＃ aé1म\u093f\n")))
def test_reserved_characters_in_any_order_are_read_back_whole(text: str) -> None:
    assert unescape(escape(text)) == text
    assert shown(escape(text)) == text


def test_what_others_wrote_is_read_as_it_is_shown() -> None:
    assert unescape("Con {hashtag|#|Tratta} e @[Croce \\(Rossa\\)](urn:li:organization:1)") == (
        "Con #Tratta e Croce (Rossa)"
    )


def test_a_version_that_was_dropped_blocks_and_names_the_way_out(lab: LinkedInLab) -> None:
    old = lab.made(LinkedInPublisher, server=lab.server.origin, api_version="202401")
    with pytest.raises(AccountBlocked, match="api_version"):
        old.verify()
    newer = lab.made(LinkedInPublisher, server=lab.server.origin, api_version="202610")
    assert newer.verify() == f"LinkedIn organisation {ORGANISATION}"


@pytest.mark.parametrize("name", ["organisation", "api_version"])
def test_a_setting_that_is_not_understood_is_named(lab: LinkedInLab, name: str) -> None:
    with pytest.raises(SetupError, match=name):
        lab.made(LinkedInPublisher, **{name: "croce-rossa"})


@pytest.mark.parametrize(
    "place",
    ["https://linkedin.com.example.org", "https://notlinkedin.com", "http://www.linkedin.com"],
)
def test_the_token_goes_to_no_other_place_to_upload_to(
    place: str, lab: LinkedInLab, tmp_path: Path
) -> None:
    """Without `local`: asked of the place alone, before anything is connected to."""
    linkedin = LinkedIn("https://api.linkedin.com", "https://www.linkedin.com", "1", lab.account)
    with pytest.raises(Permanent) as refused:
        linkedin.put("uploading", f"{place}/dms-uploads/x?ca=1", b"", "image/png")
    assert refused.value.code == "upload.elsewhere"


def test_pictures_that_take_time_are_waited_for(
    lab: LinkedInLab, publisher: LinkedInPublisher, tmp_path: Path
) -> None:
    lab.server.slow = 2
    prepared = publisher.prepare(a_post(pictures=(a_picture(tmp_path, "one"),)))
    assert isinstance(publisher.poll(prepared), Pending)
    assert isinstance(publisher.poll(prepared), Pending)
    assert publisher.poll(prepared) is None
    (image,) = lab.server.images.values()
    image.status = "PROCESSING_FAILED"
    with pytest.raises(Transient) as refused:
        publisher.poll(prepared)
    assert refused.value.scope == "post"


def test_a_duplicate_is_looked_up_and_its_name_is_told(
    lab: LinkedInLab, publisher: LinkedInPublisher
) -> None:
    prepared = publisher.prepare(a_post())
    receipt = publisher.publish(prepared, NOW)
    with pytest.raises(Unknown, match=receipt.remote_id):
        publisher.publish(prepared, NOW)
    found = publisher.find(prepared)
    assert isinstance(found, Found)
    assert found.receipt.remote_id == receipt.remote_id


def test_the_same_words_with_other_pictures_are_another_post(
    lab: LinkedInLab, publisher: LinkedInPublisher, tmp_path: Path
) -> None:
    post = a_post(pictures=(a_picture(tmp_path, "one"),))
    first, twin = publisher.prepare(post), publisher.prepare(post)
    publisher.publish(first, NOW)
    assert isinstance(publisher.find(first), Found)
    assert isinstance(publisher.find(twin), Absent)
    lab.server.posts[0].body["content"] = {"media": {"altText": "one"}}
    assert isinstance(publisher.find(twin), CannotTell)


@pytest.mark.parametrize(("others", "kind"), [(60, Found), (250, CannotTell)])
def test_as_many_posts_are_read_as_it_takes_up_to_a_limit(
    others: int, kind: type, lab: LinkedInLab, publisher: LinkedInPublisher
) -> None:
    prepared = publisher.prepare(a_post())
    publisher.publish(prepared, NOW)
    ours = lab.server.posts[0]
    body = ours.body | {"commentary": "Other"}
    lab.server.posts += [replace(ours, urn=f"urn:li:share:{n}", body=body) for n in range(others)]
    assert isinstance(publisher.find(prepared), kind)


def test_what_is_older_than_the_planned_time_is_another_post(
    lab: LinkedInLab, publisher: LinkedInPublisher
) -> None:
    prepared = publisher.prepare(a_post())
    publisher.publish(prepared, NOW)
    lab.server.posts[0].at = NOW - timedelta(minutes=16)
    assert isinstance(publisher.find(prepared), Absent)


@pytest.mark.parametrize(("days", "renewals"), [(6, 0), (4, 1), (-1, 1)])
def test_a_token_is_renewed_in_its_last_days_and_after(
    days: int, renewals: int, lab: LinkedInLab
) -> None:
    secrets = lab.account.secrets
    lab.account = FixedAccount("it", secrets, NOW + timedelta(days=days), lambda: NOW)
    publisher = lab.publisher()
    publisher.publish(publisher.prepare(a_post()), NOW)
    assert lab.server.renewals == renewals
    assert len(lab.seen()) == 1


def test_an_app_that_may_not_renew_its_token_says_who_must_act(lab: LinkedInLab) -> None:
    token = {"token": lab.account.secrets["token"]}
    lab.account = FixedAccount("it", token, NOW + timedelta(days=1), lambda: NOW)
    publisher = lab.publisher()
    prepared = publisher.prepare(a_post())
    lab.expire()
    assert isinstance(publisher, Renewing)
    for act in (
        lambda: publisher.publish(prepared, NOW),
        lambda: publisher.prepare(a_post()),
        lambda: publisher.renew(lab.account.grant()),
    ):
        with pytest.raises(AuthExpired, match="new token") as refused:
            act()
        assert not refused.value.refreshable
    assert lab.seen() == []


def test_a_token_that_another_worker_renewed_meanwhile_is_not_renewed_again(
    lab: LinkedInLab, publisher: LinkedInPublisher
) -> None:
    prepared = publisher.prepare(a_post())
    grant = lab.account.grant()
    newer = Grant({**grant.secrets, "token": Secret("canary-newer")}, None)

    def another() -> None:
        lab.account.renew(grant, lambda _: newer)
        lab.server.token = "canary-newer"

    lab.server.meanwhile, lab.server.token = another, "something else"
    with pytest.raises(AuthExpired):
        publisher.publish(prepared, NOW)
    publisher.publish(publisher.prepare(a_post()), NOW)
    assert lab.server.renewals == 0
    assert len(lab.seen()) == 1


# What would double a post, or lose it.


def test_a_short_page_is_not_the_last(lab: LinkedInLab, publisher: LinkedInPublisher) -> None:
    """LinkedIn leaves out what the token may not see: a page is short, and more follow."""
    prepared = publisher.prepare(a_post())
    publisher.publish(prepared, NOW)
    ours = lab.server.posts[0]
    body = ours.body | {"commentary": "Other"}
    lab.server.posts += [replace(ours, urn=f"urn:li:share:{n}", body=body) for n in range(60)]
    lab.server.hidden = 1
    assert isinstance(publisher.find(prepared), Found)


def test_looking_and_taking_down_renew_a_token_that_was_refused(
    lab: LinkedInLab, publisher: LinkedInPublisher
) -> None:
    """A post in doubt is prepared no more: nobody else would renew it."""
    prepared = publisher.prepare(a_post())
    receipt = publisher.publish(prepared, NOW)
    for act in (lambda: publisher.find(prepared), lambda: publisher.delete(receipt)):
        lab.expire()
        with pytest.raises(AuthExpired) as refused:
            act()
        assert refused.value.refreshable
        act()
    assert lab.server.renewals == 2
    assert lab.seen() == []


def test_a_duplicate_of_an_older_post_is_refused_for_good(
    lab: LinkedInLab, publisher: LinkedInPublisher
) -> None:
    """Looked up, it is absent; sent again, it is refused again."""
    prepared = publisher.prepare(a_post())
    publisher.publish(prepared, NOW)
    lab.server.posts[0].at = NOW - timedelta(days=1)
    with pytest.raises(Permanent, match="urn:li:share:") as refused:
        publisher.publish(prepared, NOW)
    assert (refused.value.code, refused.value.field) == ("text.duplicate", "text")
    assert isinstance(publisher.find(prepared), Absent)


@pytest.mark.parametrize("state", ["PUBLISH_FAILED", "DRAFT"])
def test_what_was_taken_and_not_published_is_no_success(
    state: str, lab: LinkedInLab, publisher: LinkedInPublisher
) -> None:
    prepared = publisher.prepare(a_post())
    publisher.publish(prepared, NOW)
    lab.server.posts[0].body["lifecycleState"] = state
    assert isinstance(publisher.find(prepared), CannotTell)


def test_a_post_that_somebody_changed_since_is_not_sent_again(
    lab: LinkedInLab, publisher: LinkedInPublisher
) -> None:
    prepared = publisher.prepare(a_post())
    publisher.publish(prepared, NOW)
    lab.server.posts[0].body["commentary"] = "Changed by hand"
    assert isinstance(publisher.find(prepared), Absent)
    lab.server.posts[0].body["lifecycleStateInfo"] = {"isEditedByAuthor": True}
    assert isinstance(publisher.find(prepared), CannotTell)


@pytest.mark.parametrize("content", [[1], "none", {"media": "none"}])
def test_a_post_that_cannot_be_read_back_is_out_all_the_same(
    content: object, lab: LinkedInLab, publisher: LinkedInPublisher
) -> None:
    prepared = publisher.prepare(a_post())
    odd = {"commentary": "x", "content": content}
    lab.lossy.next(said(200, odd), when=to("GET", "/rest/posts/.*"))
    assert publisher.publish(prepared, NOW).remote_id == lab.server.posts[0].urn
    assert lab.lossy.waiting == 0


def test_what_is_no_name_of_an_error_is_not_quoted(
    lab: LinkedInLab, publisher: LinkedInPublisher
) -> None:
    prepared = publisher.prepare(a_post())
    lab.lossy.next(said(400, {"code": f"token {lab.server.token}\nrefused"}))
    with pytest.raises(Permanent) as refused:
        publisher.publish(prepared, NOW)
    assert lab.server.token not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_certificates_lie_beside_the_plan(lab: LinkedInLab, tmp_path: Path) -> None:
    file = certificate(tmp_path, "localhost")
    with impostor(file) as (origin, heard):
        with pytest.raises(Transient):  # it hangs up on whoever trusts it
            lab.elsewhere(origin.replace("127.0.0.1", "localhost"), file.name).verify()
        assert heard == ["/rest/posts"]


def test_a_page_of_long_posts_is_read(lab: LinkedInLab, publisher: LinkedInPublisher) -> None:
    prepared = publisher.prepare(a_post())
    publisher.publish(prepared, NOW)
    ours = lab.server.posts[0]
    body = ours.body | {"commentary": "\U0001f9ff" * 3_000}
    lab.server.posts += [replace(ours, urn=f"urn:li:share:{n}", body=body) for n in range(49)]
    assert isinstance(publisher.find(prepared), Found)


def test_as_long_as_the_old_token_works_it_is_used(lab: LinkedInLab) -> None:
    secrets = lab.account.secrets
    lab.account = FixedAccount("it", secrets, NOW + timedelta(days=1), lambda: NOW)
    lab.server.revoked = True
    with pytest.raises(AuthExpired):
        lab.publisher().renew(lab.account.grant())
    lab.server.client = ("another", "app")
    lab.server.revoked = False
    publisher = lab.publisher()
    publisher.publish(publisher.prepare(a_post()), NOW)
    assert len(lab.seen()) == 1
