"""Bluesky, on a real server: signing in as seldom as possible, and renewing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from publishers.account import FixedAccount, Secret
from publishers.bluesky.adapter import BlueskyPublisher
from publishers.bluesky.session import Sessions
from publishers.errors import AccountBlocked, AuthExpired, Permanent, SetupError, Transient
from publishers.http.client import Client
from publishers.testing.faults import LoseAnswer, html, said, without_id
from publishers.testing.lossy import LossyProxy, anything, to
from publishers.testing.posts import NOW, a_picture, a_post
from tests.pds import Host
from tests.pds import pds as pds
from tests.publishers.lab_bluesky import GET, PUT, RENEW, SIGN_IN, UPLOAD, BlueskyLab, Shared, fresh


@pytest.fixture(scope="module")
def lossy(pds: Host) -> Iterator[LossyProxy]:
    with LossyProxy(pds.origin) as lossy:
        yield lossy


@pytest.fixture(scope="module")
def shared(pds: Host, lossy: LossyProxy) -> Shared:
    return Shared(pds, lossy)


@pytest.fixture
def signed_in(shared: Shared) -> Iterator[BlueskyLab]:
    """An account that has a session."""
    with shared.lab() as lab:
        yield lab


@pytest.fixture
def lab(signed_in: BlueskyLab) -> BlueskyLab:
    """The same before anybody signed in: it has its app password alone."""
    return bare(signed_in, signed_in.member.app_password)


@pytest.fixture
def own(pds: Host, lossy: LossyProxy) -> BlueskyLab:
    """A new account, for what happens to a whole account."""
    return fresh(pds, lossy)


def bare(lab: BlueskyLab, app_password: str) -> BlueskyLab:
    lab.account = FixedAccount("bare", {"app_password": Secret(app_password)})
    return lab


def asked(lab: BlueskyLab) -> list[str]:
    """The paths that were asked, in order."""
    return [one.path for one in lab.lossy.requests]


def test_one_sign_in_serves_every_publisher_and_process(lab: BlueskyLab, tmp_path: Path) -> None:
    post = a_post(pictures=(a_picture(tmp_path, "one"), a_picture(tmp_path, "two")))
    lab.publisher().publish(lab.publisher().prepare(post), NOW)
    other = a_post(key="other")
    lab.publisher().publish(lab.publisher().prepare(other), NOW)
    assert asked(lab) == [SIGN_IN, UPLOAD, UPLOAD, PUT, GET, PUT, GET]


def test_the_session_is_kept_beside_the_app_password(lab: BlueskyLab) -> None:
    lab.publisher().verify()
    kept = lab.account.grant().secrets
    assert kept["app_password"].reveal() == lab.member.app_password
    assert kept["did"].reveal() == lab.member.did
    assert {"access", "refresh"} < set(kept)
    assert lab.account.grant().expires_at is None


def test_verify_names_the_account(signed_in: BlueskyLab) -> None:
    assert signed_in.publisher().verify() == f"@{signed_in.member.handle} at 127.0.0.1"


def test_two_workers_sign_in_once(lab: BlueskyLab) -> None:
    gate = threading.Barrier(2, timeout=20)

    def go(number: int) -> None:
        worker = lab.publisher()
        gate.wait()
        worker.prepare(a_post(key=f"key {number}"))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(go, range(2)))
    assert asked(lab) == [SIGN_IN]


@pytest.mark.parametrize("token", ["aged", "not a token", ""])
def test_a_token_that_is_not_accepted_is_renewed_and_the_upload_made(
    token: str, signed_in: BlueskyLab, tmp_path: Path
) -> None:
    """By its name: the server says so with status 400."""
    if token == "aged":
        signed_in.expire()
    else:
        signed_in.store(access=token or "e30.e30.e30")
    signed_in.lossy.clear()
    signed_in.publisher().prepare(a_post(pictures=(a_picture(tmp_path, "one"),)))
    assert asked(signed_in) == [UPLOAD, RENEW, UPLOAD]


@pytest.mark.parametrize("spent", ["aged", "used up", "garbage"])
def test_a_spent_refresh_token_is_no_end_while_the_app_password_is_good(
    spent: str, own: BlueskyLab
) -> None:
    own.publisher().verify()
    refresh = own.account.grant()["refresh"].reveal()
    own.expire()
    if spent == "used up":
        own.member.host.call("com.atproto.server.deleteSession", refresh)
    else:
        own.store(refresh=own.member.host.aged(refresh) if spent == "aged" else "garbage")
    own.lossy.clear()
    assert own.publisher().verify()
    assert asked(own)[1:3] == [RENEW, SIGN_IN]
    assert len(asked(own)) == 4


def test_a_session_about_to_end_is_renewed_before_it_is_used(lab: BlueskyLab) -> None:
    """The server's tokens live for two hours; only their span is believed, never their time."""
    publisher = lab.publisher()
    publisher.prepare(a_post())
    start = lab.account.now()
    lab.account.clock = lambda: start + timedelta(minutes=114)
    publisher.prepare(a_post())
    assert asked(lab) == [SIGN_IN]
    lab.account.clock = lambda: start + timedelta(minutes=116)
    publisher.prepare(a_post())
    publisher.prepare(a_post())
    assert asked(lab) == [SIGN_IN, RENEW]


def test_posting_never_signs_in(signed_in: BlueskyLab) -> None:
    prepared = signed_in.publisher().prepare(a_post())
    bare(signed_in, signed_in.member.app_password)
    signed_in.lossy.clear()
    with pytest.raises(AuthExpired) as refused:
        signed_in.publisher().publish(prepared, NOW)
    assert refused.value.refreshable
    assert asked(signed_in) == []
    assert signed_in.seen() == []


def test_a_wrong_app_password_is_asked_about_once_and_needs_a_person(lab: BlueskyLab) -> None:
    bare(lab, "aaaa-bbbb-cccc-dddd")
    for act in (lab.publisher().verify, lambda: lab.publisher().prepare(a_post())):
        lab.lossy.clear()
        with pytest.raises(AuthExpired, match="make a new app password") as refused:
            act()
        assert not refused.value.refreshable
        assert asked(lab) == [SIGN_IN]


def test_a_post_without_pictures_is_renewed_for_by_the_next_prepare(signed_in: BlueskyLab) -> None:
    """Its first request that needs the session is the one that posts, and that is never made
    twice."""
    signed_in.expire()
    publisher = signed_in.publisher()
    with pytest.raises(AuthExpired) as refused:
        publisher.publish(publisher.prepare(a_post()), NOW)
    assert refused.value.refreshable
    publisher.publish(publisher.prepare(a_post()), NOW)
    assert asked(signed_in) == [PUT, RENEW, PUT, GET]


def test_a_server_that_never_takes_its_own_sessions_is_not_asked_for_ever(lab: BlueskyLab) -> None:
    lab.lossy.next(said(400, {"error": "InvalidToken"}), when=to("POST", SIGN_IN))
    with pytest.raises(AuthExpired) as refused:
        lab.publisher().prepare(a_post())
    assert not refused.value.refreshable


def test_an_account_without_an_app_password_asks_nobody(lab: BlueskyLab) -> None:
    lab.account = FixedAccount("other", {"token": Secret("x")})
    with pytest.raises(AuthExpired, match="app_password"):
        lab.publisher().verify()
    assert asked(lab) == []


def test_an_account_its_owner_deactivated_is_blocked(own: BlueskyLab) -> None:
    publisher = own.publisher()
    prepared = publisher.prepare(a_post())
    own.member.change("com.atproto.server.deactivateAccount", deleteAfter="2099-01-01T00:00:00Z")
    with pytest.raises(AccountBlocked):
        publisher.verify()
    with pytest.raises(AccountBlocked):
        publisher.publish(prepared, NOW)
    own.member.change("com.atproto.server.activateAccount")
    assert own.seen() == []


@pytest.mark.parametrize(
    "fault", [LoseAnswer(), html(), without_id(), said(500)], ids=lambda one: one.name
)
def test_trouble_with_signing_in_changes_nothing(fault: LoseAnswer, lab: BlueskyLab) -> None:
    lab.lossy.next(fault, when=anything)
    with pytest.raises(Transient):
        lab.publisher().verify()
    assert set(lab.account.grant().secrets) == {"app_password"}


def test_trouble_with_renewing_keeps_the_refresh_token(signed_in: BlueskyLab) -> None:
    signed_in.expire()
    kept = signed_in.account.grant()
    signed_in.lossy.next(LoseAnswer(), when=to("POST", RENEW))
    with pytest.raises(Transient):
        signed_in.publisher().verify()
    assert signed_in.account.grant() == kept
    signed_in.lossy.clear()
    assert signed_in.publisher().verify()
    assert SIGN_IN not in asked(signed_in)


def test_too_many_sign_ins_wait_as_long_as_the_server_says(lab: BlueskyLab) -> None:
    headers = {"RateLimit-Reset": "1784271630", "Date": "Fri, 17 Jul 2026 07:00:00 GMT"}
    lab.lossy.next(said(429, {"error": "RateLimitExceeded"}, headers))
    with pytest.raises(Transient) as refused:
        lab.publisher().verify()
    assert (refused.value.retry_after, refused.value.scope) == (30.0, "account")


def test_a_session_of_another_handle_or_server_is_not_used(
    lab: BlueskyLab, pds: Host, lossy: LossyProxy
) -> None:
    """A channel that was given another account does not post to the former one."""
    prepared = lab.publisher().prepare(a_post())
    other = fresh(pds, lossy)
    grant = lab.account.grant().secrets
    lab.account = FixedAccount(
        "renamed", grant | {"app_password": Secret(other.member.app_password)}
    )
    lab.member, former = other.member, lab.member
    publisher = lab.publisher()
    publisher.prepare(a_post())
    assert asked(lab) == [SIGN_IN]
    assert lab.account.grant()["did"].reveal() == other.member.did
    with pytest.raises(Permanent, match="another account") as refused:
        publisher.publish(prepared, NOW)
    assert refused.value.code == "request.foreign"
    assert former.posts() == other.member.posts() == []


def test_posts_go_to_the_server_that_the_accounts_document_names(lab: BlueskyLab) -> None:
    here = lab.member.host.origin.replace("127.0.0.1", "localhost")
    for local, host in ((False, here), (True, lab.lossy.origin)):
        bare(lab, lab.member.app_password)
        client = Client(lab.lossy.origin, local=True)
        sessions = Sessions(lab.account, client, lab.member.handle, local=local)
        assert sessions.usable().host == host


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("http://example.org", "address.refused"),
        ("https://127.0.0.1:9", "address.inside"),
        ("file:///etc/passwd", "address.refused"),
    ],
)
def test_a_document_that_names_a_server_of_ours_is_not_followed(named: str, code: str) -> None:
    kept = {"app_password": "p", "access": "a", "refresh": "r", "did": "did:plc:a", "until": ""}
    kept |= {"pds": named, "login": "name.bsky.social https://bsky.social"}
    account = FixedAccount("public", {name: Secret(text) for name, text in kept.items()})
    publisher = BlueskyPublisher("c", {"handle": "@Name.bsky.social"}, Path(), account)
    with pytest.raises(Permanent) as refused:
        publisher.verify()
    assert (refused.value.code, refused.value.field) == (code, "settings")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "handle is ''; write it like"),
        ({"handle": "press@redcross.example"}, "handle is 'press@redcross.example'"),
        ({"handle": "a.test", "server": "http://bsky.social"}, "https only"),
        ({"handle": "a.test", "server": "bsky.social"}, "written like https://"),
        ({"handle": "a.test", "password": "x"}, "unknown setting 'password'"),
    ],
)
def test_settings_that_do_not_do_are_named(settings: dict[str, str], said: str) -> None:
    with pytest.raises(SetupError, match=said.replace("?", r"\?")):
        BlueskyPublisher("c", settings, Path(), FixedAccount())


def test_a_did_will_do_for_a_handle(signed_in: BlueskyLab) -> None:
    settings = {"handle": signed_in.member.did, "server": signed_in.lossy.origin, "local": "yes"}
    publisher = BlueskyPublisher("c", settings, Path(), signed_in.account)
    receipt = publisher.publish(publisher.prepare(a_post()), NOW)
    rkey = receipt.remote_id.rpartition("/")[2]
    assert receipt.url == f"https://bsky.app/profile/{signed_in.member.did}/post/{rkey}"
