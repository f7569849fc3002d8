from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from publishers.account import FixedAccount, Secret
from publishers.errors import (
    AccountBlocked,
    AuthExpired,
    Permanent,
    PublishError,
    SetupError,
    Transient,
    Unknown,
)
from publishers.http.table import Means, Row
from publishers.port import CannotTell, Capabilities, Idempotency, Post, Prepared, Publisher
from publishers.testing.contract import NOW, HttpContract, HttpLab, a_picture, a_post
from publishers.testing.faults import FAULTS, Fault, without_id
from publishers.testing.lossy import LossyProxy
from publishers.webhook import TABLE, WebhookPublisher
from publishers.webhook_event import signed, signing_key
from tests.publishers.lab_webhook import SECRET as lab_secret
from tests.publishers.lab_webhook import WebhookLab
from tests.publishers.servers.webhook import Forced, Receiver

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
UNCLEAR = [
    make
    for make in FAULTS
    if make().commits and make is not Fault and make().name != without_id().name
]
OLD = "whsec_" + base64.b64encode(bytes(32)).decode()

ERRORS = {
    Means.WAIT_POST: Transient,
    Means.WAIT_ACCOUNT: Transient,
    Means.WAIT_HOST: Transient,
    Means.NEVER: Permanent,
    Means.SIGN_IN: AuthExpired,
    Means.BLOCKED: AccountBlocked,
    Means.UNKNOWN: Unknown,
}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(SECRET) as receiver:
        yield receiver


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return a_post(pictures=(a_picture(tmp_path, "Una mano\ntesa"), a_picture(tmp_path, "Due")))


def publisher(receiver: Receiver, **settings: str) -> WebhookPublisher:
    return with_secrets(receiver, {"signing_secret": SECRET}, **settings)


def with_secrets(receiver: Receiver, secrets: dict[str, str], **settings: str) -> WebhookPublisher:
    sealed = {name: Secret(text) for name, text in secrets.items()}
    own = {"url": f"{receiver.origin}/posts?for=it", "local": "yes"} | settings
    return WebhookPublisher("it-it-webhook", own, Path("/"), FixedAccount("it", sealed))


class TestContract(HttpContract):
    @pytest.fixture
    def lab(self) -> Iterator[WebhookLab]:
        with Receiver(lab_secret) as receiver, LossyProxy(receiver.origin) as lossy:
            yield WebhookLab(receiver, lossy)

    @pytest.mark.parametrize("make_fault", UNCLEAR, ids=lambda make: make().name)
    def test_what_is_unclear_after_the_request_left_is_unknown(
        self,
        make_fault: Callable[[], Fault],
        lab: HttpLab,
        publisher: Publisher,
        caps: Capabilities,
        post: Post,
    ) -> None:
        """An empty object is an answer here: a receiver need not tell anything."""
        super().test_what_is_unclear_after_the_request_left_is_unknown(
            make_fault, lab, publisher, caps, post
        )


# What arrives.


def test_the_receiver_gets_the_whole_post(receiver: Receiver, post: Post) -> None:
    ours = publisher(receiver)
    receipt = ours.publish(ours.prepare(post), NOW)
    (shown,) = receiver.posts.values()
    assert (shown["text"], shown["language"], shown["direction"]) == (post.text, "it", "ltr")
    assert (shown["id"], shown["due"]) == (post.key, "2027-07-30T07:00:00Z")
    assert shown["facts"] == post.facts
    for told, picture in zip(shown["pictures"], post.pictures, strict=True):
        assert told["alt"] == picture.alt
        assert base64.b64decode(told["base64"]) == picture.path.read_bytes()
    assert receipt.remote_id == post.key
    assert receipt.url == f"https://receiver.example/posts/{post.key}"
    assert receipt.echoed["alts"] == [picture.alt for picture in post.pictures]


def test_digests_alone_where_the_receiver_has_the_pictures(receiver: Receiver, post: Post) -> None:
    ours = publisher(receiver, pictures="digest")
    ours.publish(ours.prepare(post), NOW)
    (shown,) = receiver.posts.values()
    assert [told["sha256"] for told in shown["pictures"]] == [p.digest for p in post.pictures]
    assert [told.get("base64") for told in shown["pictures"]] == [None, None]


def test_the_same_bytes_go_out_however_often_only_the_time_differs(
    receiver: Receiver, post: Post
) -> None:
    ours = publisher(receiver)
    prepared = ours.prepare(post)
    first = ours.publish(prepared, NOW)
    assert publisher(receiver).publish(prepared, NOW + timedelta(hours=3)) == first
    one, two = receiver.arrived
    assert one.body == two.body
    assert one.headers["webhook-id"] == two.headers["webhook-id"] == post.key
    stamps = [int(came.headers["webhook-timestamp"]) for came in (one, two)]
    assert stamps == [int(NOW.timestamp()), int(NOW.timestamp()) + 10_800]
    assert len(receiver.posts) == 1


def test_a_picture_that_changed_after_it_was_frozen_does_not_go_out(
    receiver: Receiver, post: Post
) -> None:
    ours = publisher(receiver)
    prepared = ours.prepare(post)
    post.pictures[1].path.write_bytes(b"other")
    with pytest.raises(Permanent) as refused:
        ours.publish(prepared, NOW)
    assert (refused.value.code, refused.value.field) == ("picture.changed", "pictures.2")
    assert receiver.arrived == []


def test_a_request_that_is_no_longer_written_as_it_was_does_not_go_out(receiver: Receiver) -> None:
    ours = publisher(receiver)
    prepared = ours.prepare(a_post())
    other = Prepared.of(prepared.key, "webhook", dict(prepared.request) | {"sha256": "0" * 64})
    with pytest.raises(Permanent, match="prepare it again") as refused:
        ours.publish(other, NOW)
    assert refused.value.code == "request.changed"
    assert receiver.arrived == []


def test_a_receiver_that_tells_nothing_is_believed(receiver: Receiver, post: Post) -> None:
    receiver.told = False
    ours = publisher(receiver)
    receipt = ours.publish(ours.prepare(post), NOW)
    assert (receipt.url, receipt.at, receipt.echoed) == (None, NOW, {})


def test_nonsense_in_an_acknowledgement_is_left_out(receiver: Receiver) -> None:
    said = {"url": "javascript:alert(1)", "at": "noon", "text": 5, "alts": "none", "language": "it"}
    receiver.forced = [Forced(201, {}, json.dumps(said).encode())]
    ours = publisher(receiver)
    receipt = ours.publish(ours.prepare(a_post()), NOW)
    assert (receipt.url, receipt.at, receipt.echoed) == (None, NOW, {"language": "it"})


# The signature.


def test_the_published_example_of_standard_webhooks() -> None:
    key = signing_key("signing_secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, UTC)
    made = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', at, [key])
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_receiver_s_library_accepts_it(receiver: Receiver, post: Post) -> None:
    ours = publisher(receiver)
    ours.publish(ours.prepare(post), datetime.now(UTC))
    (came,) = receiver.arrived
    Webhook(SECRET).verify(came.body, dict(came.headers))


def test_both_secrets_sign_while_one_replaces_the_other(receiver: Receiver) -> None:
    ours = with_secrets(receiver, {"signing_secret": OLD, "signing_secret_old": SECRET})
    ours.publish(ours.prepare(a_post()), NOW)
    (came,) = receiver.arrived
    stamp = f"{came.headers['webhook-id']}.{came.headers['webhook-timestamp']}.".encode()
    wanted = [
        base64.b64encode(hmac.digest(key, stamp + came.body, "sha256")).decode()
        for key in (bytes(32), bytes(range(32)))
    ]
    assert came.headers["webhook-signature"] == " ".join(f"v1,{one}" for one in wanted)
    assert len(receiver.posts) == 1


def test_without_padding_a_secret_is_the_same() -> None:
    assert signing_key("s", SECRET.rstrip("=")) == signing_key("s", SECRET) == bytes(range(32))


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_c2hvcnQ=", SECRET[6:], "whsec_€", "whsec_" + "QUJD" * 22]
)
def test_a_secret_that_is_none_is_not_shown(secret: str, receiver: Receiver) -> None:
    ours = with_secrets(receiver, {"signing_secret": secret})
    for act in (ours.verify, lambda: ours.publish(ours.prepare(a_post()), NOW)):
        with pytest.raises(AuthExpired, match="clarion accounts add") as refused:
            act()
        assert len(secret) < 7 or secret not in str(refused.value)
    assert receiver.arrived == []


@pytest.mark.parametrize("key", ["a.b", "clé", "two\r\nlines", "x" * 500])
def test_a_key_that_is_no_plain_word_travels_as_its_digest(key: str, receiver: Receiver) -> None:
    ours = publisher(receiver)
    ours.publish(ours.prepare(a_post(key=key)), NOW)
    (came,) = receiver.arrived
    assert came.headers["webhook-id"] == hashlib.sha256(key.encode()).hexdigest()
    assert list(receiver.posts) == [key]


# What the answers mean.


@pytest.mark.parametrize("row", TABLE.rows, ids=lambda row: str(row.status))
def test_every_row_of_the_table(row: Row, receiver: Receiver) -> None:
    assert row.status is not None
    receiver.forced = [Forced(row.status, {"Retry-After": "7"})]
    ours = publisher(receiver)
    with pytest.raises(ERRORS[row.means]) as refused:
        ours.publish(ours.prepare(a_post()), NOW)
    assert type(refused.value) is ERRORS[row.means]
    assert row.words in str(refused.value)
    assert "for=it" not in str(refused.value)
    if isinstance(refused.value, Transient):
        scopes = {Means.WAIT_ACCOUNT: "account", Means.WAIT_HOST: "host"}
        assert (refused.value.retry_after, refused.value.scope) == (7.0, scopes[row.means])
    if isinstance(refused.value, Permanent):
        assert refused.value.field == row.field


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"<!doctype html><p>Welcome", Unknown),
        (200, b'{"url": "https://', Unknown),
        (500, b"", Unknown),
        (502, b"", Unknown),
        (504, b"", Unknown),
        (400, b"", Permanent),
        (422, b"", Permanent),
        (302, b"", Permanent),
    ],
)
def test_what_is_in_no_row(
    status: int, body: bytes, error: type[PublishError], receiver: Receiver
) -> None:
    receiver.forced = [Forced(status, {"Location": "https://elsewhere.example/"}, body)]
    ours = publisher(receiver)
    with pytest.raises(PublishError) as refused:
        ours.publish(ours.prepare(a_post()), NOW)
    assert type(refused.value) is error
    assert len(receiver.arrived) == 1


@pytest.mark.parametrize("body", [b"", b" \n", b"ok", b"{}", b"[]", b'"thanks"'])
def test_what_is_an_acknowledgement(body: bytes, receiver: Receiver) -> None:
    receiver.forced = [Forced(202, {}, body)]
    ours = publisher(receiver)
    assert ours.publish(ours.prepare(a_post()), NOW).remote_id == a_post().key


def test_nobody_is_asked_what_it_has(receiver: Receiver) -> None:
    ours = publisher(receiver)
    assert isinstance(ours.find(ours.prepare(a_post())), CannotTell)
    caps = ours.capabilities()
    assert (caps.idempotency, caps.can_find) == (Idempotency.NATIVE, False)
    assert receiver.arrived == []


# Withdrawing, and looking.


def test_a_withdrawal_has_an_id_of_its_own_and_stays_the_same(receiver: Receiver) -> None:
    ours = publisher(receiver)
    receipt = ours.publish(ours.prepare(a_post()), NOW)
    ours.delete(receipt)
    ours.delete(receipt)
    assert receiver.posts == {}
    _, one, two = receiver.arrived
    assert one.body == two.body
    assert one.headers["webhook-id"] == f"{a_post().key}:deleted"
    receiver.forced = [Forced(502), Forced(410)]
    with pytest.raises(Transient):
        ours.delete(receipt)
    with pytest.raises(AccountBlocked):
        ours.delete(receipt)


def test_verify_asks_and_sends_no_event(receiver: Receiver) -> None:
    ours = publisher(receiver)
    assert ours.verify() == "webhook at 127.0.0.1"
    receiver.forced = [Forced(410)]
    with pytest.raises(AccountBlocked, match="clarion release"):
        ours.verify()
    assert receiver.arrived == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "channel c: url is missing"),
        ({"url": "http://example.org/x"}, "https"),
        ({"url": "ftp://example.org/x"}, "address of a server"),
        ({"url": "https://me@example.org/x"}, "user name"),
        ({"url": "https://example.org/#x"}, "'#'"),
        ({"url": "https://[::1"}, "no address"),
        ({"url": "https://example.org", "pictures": "link"}, "one of embed, digest"),
        ({"url": "https://example.org", "secret": "x"}, "unknown setting 'secret'"),
    ],
)
def test_settings_are_read_strictly(settings: dict[str, str], message: str) -> None:
    with pytest.raises(SetupError, match=message.replace("[", r"\[")):
        WebhookPublisher("c", settings, Path("/"), FixedAccount())


def test_a_receiver_inside_our_own_network_wants_to_be_named_local(receiver: Receiver) -> None:
    own = {"url": receiver.origin.replace("http:", "https:")}
    sealed = {"signing_secret": Secret(SECRET)}
    ours = WebhookPublisher("c", own, Path("/"), FixedAccount("it", sealed))
    with pytest.raises(Permanent, match="not a public address"):
        ours.publish(ours.prepare(a_post()), NOW)
    assert receiver.arrived == []


def test_a_post_that_tells_no_instant_is_a_finding(receiver: Receiver) -> None:
    undated = dataclasses.replace(a_post(), facts={})
    (finding,) = publisher(receiver).validate(undated)
    assert (finding.code, finding.field) == ("fact.missing", "facts.utc_time")
