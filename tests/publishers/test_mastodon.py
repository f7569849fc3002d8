from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

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
from publishers.mastodon import MastodonPublisher
from publishers.platforms import facts
from publishers.port import Absent, CannotTell, Found, Idempotency, Picture, Post, Prepared
from publishers.testing.contract import NOW, HttpContract, UploadContract, a_picture, a_post
from publishers.testing.lossy import LossyProxy
from scheduler.verdict import Timing, knows_key
from tests.publishers.lab_mastodon import MockLab, OwnLab, an_account, mastodon_mock
from tests.publishers.servers.mastodon import TOKEN, Arrived, Habits, MastodonServer

IGNORES_KEYS = Habits(version="2.7.2 (compatible; Pleroma 2.9.1)", keyed=False, shares=True)
LONG_LINK = "https://example.org/" + "long/" * 30


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LossyProxy]:
    """mastodon-mock, behind a lossy proxy."""
    with mastodon_mock(tmp_path_factory.mktemp("mock")) as origin, LossyProxy(origin) as lossy:
        yield lossy


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[MastodonServer, LossyProxy]]:
    with MastodonServer(NOW) as server, LossyProxy(server.origin) as lossy:
        yield server, lossy


@pytest.fixture
def server(running: tuple[MastodonServer, LossyProxy]) -> MastodonServer:
    """Our own, as new, a Mastodon."""
    running[0].reset(NOW)
    running[1].clear()
    return running[0]


@pytest.fixture
def lossy(running: tuple[MastodonServer, LossyProxy]) -> LossyProxy:
    return running[1]


class TestOnMastodonMock(HttpContract, UploadContract):
    @pytest.fixture
    def lab(self, mock: LossyProxy, tmp_path: Path) -> MockLab:
        mock.clear()
        return MockLab(tmp_path, mock)


class TestOnAServerThatKnowsKeys(HttpContract, UploadContract):
    @pytest.fixture
    def lab(self, server: MastodonServer, lossy: LossyProxy, tmp_path: Path) -> OwnLab:
        return OwnLab(tmp_path, lossy, server)


class TestOnAServerThatIgnoresKeys(HttpContract, UploadContract):
    @pytest.fixture
    def lab(self, server: MastodonServer, lossy: LossyProxy, tmp_path: Path) -> OwnLab:
        server.habits = dataclasses.replace(IGNORES_KEYS)
        return OwnLab(tmp_path, lossy, server)


def publisher(server: MastodonServer, **settings: str) -> MastodonPublisher:
    """Of an account that nobody verified yet."""
    own = {"server": server.origin, "local": "yes"} | settings
    return MastodonPublisher("it-it-mastodon", own, Path("/"), an_account(TOKEN, server))


def verified(server: MastodonServer, **settings: str) -> MastodonPublisher:
    ours = publisher(server, **settings)
    ours.verify()
    server.arrived.clear()
    return ours


@pytest.fixture
def post(tmp_path: Path) -> Post:
    pictures = (a_picture(tmp_path, "Una mano tesa"), a_picture(tmp_path, "Due mani"))
    return a_post(pictures=pictures)


def with_focus(post: Post, focus: tuple[float, float]) -> Post:
    first, *rest = post.pictures
    return dataclasses.replace(post, pictures=(dataclasses.replace(first, focus=focus), *rest))


def mutating(server: MastodonServer) -> list[Arrived]:
    return [came for came in server.arrived if came.method != "GET"]


# The account, and what its server tells.


def test_before_it_was_verified_mastodons_own_limits_hold_and_no_key_is_trusted(
    server: MastodonServer,
) -> None:
    caps = publisher(server).capabilities()
    assert (caps.text_limit, caps.text_counter) == (500, "mastodon")
    assert (caps.max_pictures, caps.alt_limit) == (4, 1500)
    assert caps.idempotency is Idempotency.READBACK
    assert caps.key_ttl is None
    assert server.arrived == []


def test_what_the_server_tells_is_kept_and_used_without_asking_again(
    server: MastodonServer, tmp_path: Path
) -> None:
    server.habits.max_characters = 1000
    account = an_account(TOKEN, server)
    own = {"server": server.origin, "local": "yes"}
    assert MastodonPublisher("c", own, tmp_path, account).verify() == "@croce@social.example"
    json.dumps(dict(account.facts()))
    server.arrived.clear()
    caps = MastodonPublisher("c", own, tmp_path, account).capabilities()
    assert (caps.text_limit, caps.max_bytes) == (1000, 1_000_000)
    assert caps.media_types == {"image/jpeg", "image/png", "image/gif"}
    assert (caps.idempotency, caps.key_ttl) == (Idempotency.WINDOWED, 3600)
    assert caps.as_of == NOW.date()
    assert server.arrived == []


def test_a_server_with_the_first_version_alone_tells_its_limits_too(server: MastodonServer) -> None:
    server.habits = Habits(version="4.0.0 (not true; really snac/2.94)", v2=False)
    server.habits.max_characters = 300
    ours = verified(server)
    assert ours.verify() == "@croce@social.example"
    assert ours.capabilities().text_limit == 300
    assert ours.capabilities().idempotency is Idempotency.READBACK


def test_a_server_whose_second_version_fails_is_asked_for_the_first(server: MastodonServer) -> None:
    server.says += [(200, b'{"id": "7", "username": "croce"}'), (500, b"<h1>Sorry</h1>")]
    assert publisher(server).verify() == "@croce@social.example"
    server.says += [(200, b'{"id": "7", "username": "croce"}'), (500, b""), (503, b"")]
    with pytest.raises(Transient):
        publisher(server).verify()


def test_a_server_that_tells_no_limits_has_mastodons(server: MastodonServer) -> None:
    server.habits.told_limits = False
    assert verified(server).capabilities().text_limit == 500


def test_another_software_counts_links_whole(server: MastodonServer) -> None:
    text = f"See {LONG_LINK}" + "a" * 400
    assert verified(server).validate(a_post(text=text)) == []
    server.habits = IGNORES_KEYS
    (finding,) = verified(server).validate(a_post(text=text))
    assert finding.code == "text.too_long"


def test_mastodon_takes_what_is_exactly_as_long_as_it_counts(server: MastodonServer) -> None:
    ours = verified(server)
    text = f"{LONG_LINK} @ifrc@social.example 👩🏽\u200d⚕️ "
    length = 23 + 1 + 5 + 1 + 1 + 1
    full = text + "a" * (500 - length)
    receipt = ours.publish(ours.prepare(a_post(text=full)), NOW)
    assert receipt.echoed["text"] == full
    (finding,) = ours.validate(a_post(text=f"{full}a"))
    assert (finding.actual, finding.limit) == (501, 500)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, b'{"error": "The access token is invalid"}', AuthExpired),
        (401, b"", AuthExpired),
        (400, b"Invalid Bearer token", AuthExpired),
        (422, b'{"error": "This method requires an authenticated user"}', AuthExpired),
        (403, b'{"error": "This action is outside the authorized scopes"}', AuthExpired),
        (403, b'{"error": "Insufficient permissions: read:accounts."}', AuthExpired),
        (403, b'{"error": "Your login is currently disabled"}', AccountBlocked),
        (403, b'{"error": "Ihr Zugang ist gesperrt"}', AccountBlocked),
        (410, b"", AccountBlocked),
        (404, b"<!doctype html><h1>Not here</h1>", Permanent),
        (429, b"", Transient),
        (500, b"<!doctype html><h1>Sorry</h1>", Transient),
        (503, b"", Transient),
        (200, b"<!doctype html><h1>Welcome</h1>", Transient),
        (200, b"{}", Transient),
    ],
)
def test_what_keeps_an_account_from_being_used(
    status: int, body: bytes, error: type[PublishError], server: MastodonServer
) -> None:
    server.says.append((status, body))
    with pytest.raises(error) as refused:
        publisher(server).verify()
    assert type(refused.value) is error
    assert "\n" not in str(refused.value)
    assert not getattr(refused.value, "refreshable", False)


def test_a_suspended_account_is_blocked(server: MastodonServer) -> None:
    server.habits.suspended = True
    with pytest.raises(AccountBlocked, match="suspended"):
        publisher(server).verify()


def test_an_account_without_a_token_asks_for_one(server: MastodonServer, post: Post) -> None:
    own = {"server": server.origin, "local": "yes"}
    ours = MastodonPublisher("c", own, Path("/"), FixedAccount("it/it-mastodon"))
    for ask in (ours.verify, lambda: ours.prepare(post)):
        with pytest.raises(AuthExpired):
            ask()
    assert server.arrived == []
    assert [one.name for one in MastodonPublisher.wanted] == ["token"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "no server"),
        ({"server": "social.example"}, "https://"),
        ({"server": "http://social.example"}, "https"),
        ({"server": "https://social.example", "visibility": "direct"}, "visibility"),
        ({"server": "https://social.example", "visiblity": "public"}, "unknown setting"),
    ],
)
def test_settings_are_read_strictly(settings: dict[str, str], said: str) -> None:
    with pytest.raises(SetupError, match=said):
        MastodonPublisher("it-it-mastodon", settings, Path("/"), FixedAccount())


def test_every_limit_has_a_source() -> None:
    for fact in facts("mastodon").values():
        assert fact.source.startswith("https://")


# What arrives.


def test_pictures_go_ahead_and_the_post_names_them(server: MastodonServer, post: Post) -> None:
    ours = verified(server, visibility="unlisted")
    prepared = ours.prepare(with_focus(post, (0.25, 0.9)))
    assert [came.path for came in server.arrived] == ["/api/v2/media"] * 2
    assert [(m.description, m.focus) for m in server.media.values()] == [
        ("Una mano tesa", "-0.50,-0.80"),
        ("Due mani", "0.00,0.00"),
    ]
    assert server.posts == {}
    ours.publish(prepared, NOW)
    sent = server.arrived[-1]
    assert sent.json() == {
        "status": post.text,
        "language": "it",
        "media_ids": list(server.media),
        "visibility": "unlisted",
    }
    assert sent.headers["authorization"] == f"Bearer {TOKEN}"
    assert sent.query == {}


def test_the_key_is_the_posts_own_and_the_same_bytes_go_out_again(
    server: MastodonServer, post: Post
) -> None:
    ours = verified(server)
    prepared = ours.prepare(post)
    first = ours.publish(prepared, NOW)
    again = verified(server).publish(Prepared.from_json(prepared.to_json()), NOW)
    assert again == first
    ours.publish(ours.prepare(dataclasses.replace(post, key="another")), NOW)
    sent = [came for came in server.arrived if came.path == "/api/v1/statuses"]
    assert len({came.headers["idempotency-key"] for came in sent}) == 2
    assert len(server.posts) == 2


@pytest.mark.parametrize("key", ["a", "ключ\u2028", "line\nbreak", "x" * 2000])
def test_any_text_may_be_a_key(key: str, server: MastodonServer) -> None:
    ours = verified(server)
    ours.publish(ours.prepare(a_post(key=key)), NOW)
    assert len(server.posts) == 1


def test_a_post_of_pictures_alone_has_no_empty_text(server: MastodonServer, post: Post) -> None:
    ours = verified(server)
    receipt = ours.publish(ours.prepare(dataclasses.replace(post, text="")), NOW)
    assert "status" not in server.arrived[-1].json()
    assert receipt.echoed["text"] == ""


def test_a_picture_that_the_server_still_works_on_is_waited_for(
    server: MastodonServer, post: Post
) -> None:
    server.habits.slow = 2
    ours = verified(server)
    prepared = ours.prepare(post)
    with pytest.raises(Transient) as refused:
        ours.publish(prepared, NOW)
    assert refused.value.scope == "post"
    waits = [ours.poll(prepared) for _ in range(4)]
    assert [wait is not None for wait in waits] == [True, True, False, False]
    assert mutating(server)[-1].path == "/api/v1/statuses"
    ours.publish(prepared, NOW)
    assert len(server.posts) == 1


def test_a_picture_that_is_gone_while_it_is_waited_for_is_sent_anew(
    server: MastodonServer, post: Post
) -> None:
    server.habits.slow = 2
    ours = verified(server)
    prepared = ours.prepare(post)
    server.media.clear()
    with pytest.raises(Transient) as refused:
        ours.poll(prepared)
    assert refused.value.scope == "post"


def test_a_picture_that_cannot_be_worked_on_is_refused(server: MastodonServer, post: Post) -> None:
    server.habits.slow = 2
    ours = verified(server)
    prepared = ours.prepare(post)
    server.says.append((422, b'{"error": "Error processing thumbnail for uploaded media"}'))
    with pytest.raises(Permanent, match="Error processing thumbnail"):
        ours.poll(prepared)


def test_a_preview_is_not_published_without_its_pictures(
    server: MastodonServer, post: Post
) -> None:
    ours = verified(server)
    with pytest.raises(Permanent, match="not uploaded"):
        ours.publish(ours.preview(post), NOW)
    assert mutating(server) == []


# What the server changed.


def test_another_language_is_told(server: MastodonServer) -> None:
    server.habits.keeps_language = False
    ours = verified(server)
    assert ours.publish(ours.prepare(a_post()), NOW).echoed["language"] == "en"


def test_a_language_that_mastodon_writes_otherwise_is_no_difference(
    server: MastodonServer,
) -> None:
    ours = verified(server)
    for tag, stored in {"sr-Latn": "sr", "pt-BR": "pt", "zh-Hant": "zh-TW"}.items():
        receipt = ours.publish(ours.prepare(a_post(key=tag, language=tag)), NOW)
        assert server.posts[receipt.remote_id]["language"] == stored
        assert receipt.echoed["language"] == tag


def test_a_server_that_tells_no_language_is_not_said_to(server: MastodonServer) -> None:
    server.habits.tells_language = False
    ours = verified(server)
    assert "language" not in ours.publish(ours.prepare(a_post()), NOW).echoed


def test_alt_texts_that_are_dropped_are_told(server: MastodonServer, post: Post) -> None:
    server.habits.keeps_alts = False
    ours = verified(server)
    prepared = ours.prepare(post)
    assert ours.publish(prepared, NOW).echoed["alts"] == ["", ""]
    found = ours.find(prepared)
    assert isinstance(found, Found)
    assert found.receipt.echoed["alts"] == ["", ""]


def test_pictures_that_are_lost_are_told(server: MastodonServer, post: Post) -> None:
    ours = verified(server)
    prepared = ours.prepare(post)
    made = {"id": "5", "url": None, "content": "<p>x</p>", "created_at": NOW.isoformat()}
    server.says.append((200, json.dumps(made | {"media_attachments": []}).encode()))
    receipt = ours.publish(prepared, NOW)
    assert receipt.echoed["alts"] == []
    assert receipt.echoed["text"] == "x"


def test_words_read_as_markdown_are_told_and_still_found(server: MastodonServer) -> None:
    server.habits = dataclasses.replace(IGNORES_KEYS, markdown=True)
    ours = verified(server)
    prepared = ours.prepare(a_post(text="**Never** pay for a job"))
    assert ours.publish(prepared, NOW).echoed["text"] == "Never pay for a job"
    assert isinstance(ours.find(prepared), Found)


def test_mentions_links_and_tags_are_no_difference(server: MastodonServer) -> None:
    text = f"@ifrc@other.example says:\n\n{LONG_LINK}\n#لا_للاتجار & <more>"
    ours = verified(server)
    assert ours.publish(ours.prepare(a_post(text=text)), NOW).echoed["text"] == text


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b'{"id": null}', b'{"id": "1"}'])
def test_a_yes_that_names_no_post_is_a_doubt(body: bytes, server: MastodonServer) -> None:
    ours = verified(server)
    server.says.append((200, body))
    with pytest.raises(Unknown):
        ours.publish(ours.prepare(a_post()), NOW)


# Keys.


def test_a_key_is_known_for_an_hour_and_trusted_for_less(
    server: MastodonServer, post: Post
) -> None:
    ours = verified(server)
    prepared = ours.prepare(post)
    first = ours.publish(prepared, NOW)
    server.now = NOW + timedelta(minutes=59)
    assert ours.publish(prepared, server.now).remote_id == first.remote_id
    server.now = NOW + timedelta(minutes=61)
    # It is forgotten, and its pictures are in a post: in this one.
    assert ours.publish(prepared, server.now).remote_id == first.remote_id
    text = ours.prepare(a_post(key="text alone"))
    ours.publish(text, server.now)
    server.now += timedelta(minutes=61)
    ours.publish(text, server.now)
    assert len(server.posts) == 3
    caps, timing = ours.capabilities(), Timing()
    assert knows_key(caps, timing, NOW, NOW + timedelta(minutes=49))
    assert not knows_key(caps, timing, NOW, NOW + timedelta(minutes=51))


@pytest.mark.parametrize("keyed", [True, False])
def test_ten_at_once(keyed: bool, server: MastodonServer, post: Post) -> None:
    server.habits = Habits() if keyed else IGNORES_KEYS
    ours = verified(server)
    prepared = ours.prepare(post)
    gate = threading.Barrier(10, timeout=20)

    def go(_: int) -> str:
        gate.wait()
        return ours.publish(prepared, NOW).remote_id

    with ThreadPoolExecutor(10) as pool:
        told = set(pool.map(go, range(10)))
    assert len(told) == len(server.posts) == (1 if keyed else 10)


def test_other_pictures_under_a_known_key_are_refused(
    server: MastodonServer, post: Post, tmp_path: Path
) -> None:
    ours = verified(server)
    ours.publish(ours.prepare(post), NOW)
    for other in (
        dataclasses.replace(post, text="Quite another text"),
        dataclasses.replace(post, pictures=(a_picture(tmp_path, "Another"), post.pictures[1])),
        dataclasses.replace(post, text="Quite another text", pictures=()),
    ):
        with pytest.raises(Permanent) as refused:
            ours.publish(ours.prepare(other), NOW)
        assert (refused.value.code, refused.value.field) == ("key.reused", "key")
    assert len(server.posts) == 1


def test_the_same_post_with_its_pictures_sent_anew_is_the_same_post(
    server: MastodonServer, post: Post
) -> None:
    ours = verified(server)
    first = ours.publish(ours.prepare(post), NOW)
    assert ours.publish(ours.prepare(post), NOW) == first


def test_other_words_under_a_known_key_are_refused_once_the_first_are_old(
    server: MastodonServer,
) -> None:
    ours = verified(server)
    ours.publish(ours.prepare(a_post()), NOW)
    other = ours.prepare(a_post(text="Quite another text"))
    assert ours.publish(other, NOW).echoed["text"] == a_post().text
    server.now = NOW + timedelta(minutes=2)
    with pytest.raises(Permanent) as refused:
        ours.publish(other, server.now)
    assert refused.value.code == "key.reused"


def test_a_post_that_was_taken_down_does_not_come_back_under_its_key(
    server: MastodonServer, post: Post
) -> None:
    ours = verified(server)
    prepared = ours.prepare(post)
    ours.delete(ours.publish(prepared, NOW))
    assert ours.find(prepared) == Absent()
    with pytest.raises(Permanent, match="taken down") as refused:
        ours.publish(prepared, NOW)
    assert refused.value.code == "key.gone"


# Refusals.


def test_a_picture_that_is_gone_is_known_by_its_id_in_any_language(
    server: MastodonServer, post: Post
) -> None:
    ours = verified(server)
    prepared = ours.prepare(post)
    number = prepared.request["uploads"][1]["id"]
    said = json.dumps({"error": f"Média {number} introuvable"})
    server.says.append((422, said.encode()))
    with pytest.raises(Transient) as refused:
        ours.publish(prepared, NOW)
    assert refused.value.scope == "post"


def test_a_picture_that_is_gone_is_404_where_no_key_is_known(
    server: MastodonServer, post: Post
) -> None:
    server.habits = dataclasses.replace(IGNORES_KEYS, in_html=True)
    ours = verified(server)
    prepared = ours.prepare(post)
    server.says.append((404, b"<!doctype html><h1>Not found</h1>"))
    with pytest.raises(Transient) as refused:
        ours.publish(prepared, NOW)
    assert refused.value.scope == "post"
    server.says.append((404, b""))
    with pytest.raises(Permanent):
        ours.publish(ours.prepare(a_post()), NOW)


def test_what_the_server_says_is_quoted_short_on_one_line_and_without_the_token(
    server: MastodonServer,
) -> None:
    ours = verified(server)
    prepared = ours.prepare(a_post())
    said = f"Bearer {TOKEN}\nis not liked, " + "and so on " * 50
    server.says.append((422, json.dumps({"error": said}).encode()))
    with pytest.raises(Permanent, match="is not liked") as refused:
        ours.publish(prepared, NOW)
    assert TOKEN not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300
    assert refused.value.code == "422"


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_that_fails_leaves_a_doubt_whatever_it_says(
    status: int, server: MastodonServer, post: Post
) -> None:
    ours = verified(server)
    prepared = ours.prepare(post)
    server.says.append((status, b'{"error": "Media not found or already attached"}'))
    with pytest.raises(Unknown):
        ours.publish(prepared, NOW)


def test_somebody_elses_post_cannot_be_taken_down(server: MastodonServer) -> None:
    ours = verified(server)
    receipt = ours.publish(ours.prepare(a_post()), NOW)
    server.says.append((403, b'{"error": "This action is not allowed"}'))
    with pytest.raises(Permanent):
        ours.delete(receipt)
    ours.delete(dataclasses.replace(receipt, remote_id="../accounts/7 ?#"))
    assert len(server.posts) == 1


# Looking.


def pages(server: MastodonServer, number: int, minutes: int) -> None:
    """So many posts, made by hand since."""
    for _ in range(number):
        server.add("By hand", at=NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize("habits", [Habits(), IGNORES_KEYS], ids=["keyed", "unkeyed"])
def test_a_post_is_found_pages_back(habits: Habits, server: MastodonServer, post: Post) -> None:
    server.habits = dataclasses.replace(habits)
    ours = verified(server)
    pages(server, 3, -600)
    prepared = ours.prepare(post)
    receipt = ours.publish(prepared, NOW)
    pages(server, 95, 5)
    server.arrived.clear()
    assert ours.find(prepared) == Found(receipt)
    asked = [came.query.get("max_id") for came in server.arrived[1:]]
    assert len(asked) == 3
    assert asked[0] is None
    assert len(set(map(str, asked))) == 3
    assert mutating(server) == []


def test_looking_ends_where_the_post_was_due(server: MastodonServer, post: Post) -> None:
    ours = verified(server)
    pages(server, 200, -20)
    pages(server, 10, 5)
    server.arrived.clear()
    assert ours.find(ours.prepare(post)) == Absent()
    assert len([came for came in server.arrived if came.path.endswith("/statuses")]) == 1


def test_the_same_words_from_before_it_was_due_are_another_post(server: MastodonServer) -> None:
    ours = verified(server)
    server.add(a_post().text, at=NOW - timedelta(minutes=16))
    assert ours.find(ours.prepare(a_post())) == Absent()
    there = server.add(a_post().text, at=NOW - timedelta(minutes=14))
    found = ours.find(ours.prepare(a_post()))
    assert isinstance(found, Found)
    assert found.receipt.remote_id == there


def test_an_account_without_a_post_has_none(server: MastodonServer, post: Post) -> None:
    ours = verified(server)
    assert ours.find(ours.prepare(post)) == Absent()


def test_more_posts_than_are_read_leave_it_open(server: MastodonServer) -> None:
    ours = verified(server)
    pages(server, 401, 5)
    assert isinstance(ours.find(ours.prepare(a_post())), CannotTell)


def test_a_server_that_does_not_page_leaves_it_open(server: MastodonServer) -> None:
    server.habits = dataclasses.replace(IGNORES_KEYS, pages=False)
    ours = verified(server)
    pages(server, 60, 5)
    assert isinstance(ours.find(ours.prepare(a_post())), CannotTell)


def test_what_somebody_else_wrote_is_not_taken_for_it(server: MastodonServer) -> None:
    ours = verified(server)
    server.add(a_post().text, reblog=True)
    assert ours.find(ours.prepare(a_post())) == Absent()


@pytest.mark.parametrize(
    ("habits", "expected"), [(Habits(), Absent), (IGNORES_KEYS, Found)], ids=["keyed", "unkeyed"]
)
def test_a_twin_is_told_apart_by_its_pictures_where_the_server_keeps_their_ids(
    habits: Habits, expected: type, server: MastodonServer, post: Post
) -> None:
    server.habits = dataclasses.replace(habits)
    ours = verified(server)
    ours.publish(ours.prepare(dataclasses.replace(post, key="twin")), NOW)
    assert isinstance(ours.find(ours.prepare(post)), expected)


def test_without_keys_other_alt_texts_or_fewer_pictures_are_another_post(
    server: MastodonServer, post: Post, tmp_path: Path
) -> None:
    server.habits = dataclasses.replace(IGNORES_KEYS)
    ours = verified(server)
    ours.publish(ours.prepare(post), NOW)
    one = dataclasses.replace(post, pictures=post.pictures[:1])
    other = dataclasses.replace(post.pictures[1], alt="Una porta")
    assert ours.find(ours.prepare(one)) == Absent()
    changed = dataclasses.replace(post, pictures=(post.pictures[0], other))
    assert ours.find(ours.prepare(changed)) == Absent()


def test_a_token_that_is_spent_is_no_absence(server: MastodonServer, post: Post) -> None:
    ours = verified(server)
    prepared = ours.prepare(post)
    own = {"server": server.origin, "local": "yes"}
    spent = FixedAccount("it/it-mastodon", {"token": Secret("spent")}, clock=lambda: server.now)
    with pytest.raises(AuthExpired):
        MastodonPublisher("c", own, Path("/"), spent).find(prepared)


@pytest.mark.parametrize("page", [b"{}", b"<html>", b""])
def test_a_page_that_is_none_is_no_absence(page: bytes, server: MastodonServer) -> None:
    ours = verified(server)
    prepared = ours.prepare(a_post())
    server.says += [(200, b'{"id": "7"}'), (200, page)]
    with pytest.raises(Transient):
        ours.find(prepared)


@pytest.mark.parametrize("page", [b'[{"id": null}]', b"[1, 2]", b"[null]"])
def test_a_page_of_what_is_no_post_leaves_it_open(page: bytes, server: MastodonServer) -> None:
    ours = verified(server)
    prepared = ours.prepare(a_post())
    server.says += [(200, b'{"id": "7"}'), (200, page)]
    assert isinstance(ours.find(prepared), CannotTell)


# What would double a post, or lose it.


@pytest.mark.parametrize("habits", [Habits(), IGNORES_KEYS], ids=["keyed", "unkeyed"])
@pytest.mark.parametrize("status", [422, 404])
def test_a_picture_that_is_in_this_post_already_is_not_sent_anew(
    status: int, habits: Habits, server: MastodonServer, post: Post
) -> None:
    """A first request that came late: looked up too early, and sent again."""
    server.habits = dataclasses.replace(habits)
    ours = verified(server)
    prepared = ours.prepare(post)
    assert ours.find(prepared) == Absent()
    receipt = ours.publish(prepared, NOW)
    number = prepared.request["uploads"][0]["id"]
    said = f"Media {number} not found or already attached to another post"
    server.says.append((status, json.dumps({"error": said}).encode()))
    if status == 404 and habits.keyed:
        with pytest.raises(Permanent):
            ours.publish(prepared, NOW)
    else:
        assert ours.publish(prepared, NOW) == receipt
    assert len(server.posts) == 1


def test_a_picture_that_is_gone_leaves_a_doubt_where_nobody_can_look(
    server: MastodonServer, post: Post
) -> None:
    server.habits = dataclasses.replace(IGNORES_KEYS)
    ours = verified(server)
    prepared = ours.prepare(post)
    server.says += [(404, b""), (503, b"")]
    with pytest.raises(Unknown):
        ours.publish(prepared, NOW)


@pytest.mark.parametrize("habits", [Habits(), IGNORES_KEYS], ids=["keyed", "unkeyed"])
def test_a_post_that_somebody_changed_since_is_not_sent_again(
    habits: Habits, server: MastodonServer, post: Post
) -> None:
    server.habits = dataclasses.replace(habits)
    ours = verified(server)
    prepared = ours.prepare(a_post())
    receipt = ours.publish(prepared, NOW)
    shown = server.posts[receipt.remote_id]
    shown |= {"content": "<p>Corrected</p>", "edited_at": "2027-07-30T07:20:00Z"}
    assert isinstance(ours.find(prepared), CannotTell)
    assert ours.find(ours.prepare(post)) == Absent()
    pages(server, 60, 5)
    assert isinstance(ours.find(prepared), CannotTell)


@pytest.mark.parametrize("odd", ["\ud800", "\0"])
def test_a_post_with_a_name_that_cannot_be_stored_is_posted_all_the_same(
    odd: str, server: MastodonServer
) -> None:
    ours = verified(server)
    told = {"id": f"7{odd}", "url": f"https://x/{odd}", "content": "x", "media_attachments": []}
    server.says.append((200, json.dumps(told).encode()))
    receipt = ours.publish(ours.prepare(a_post()), NOW)
    assert (receipt.remote_id, receipt.url) == ("7?", "https://x/?")


def test_a_page_of_long_posts_is_read(server: MastodonServer) -> None:
    ours = verified(server)
    prepared = ours.prepare(a_post())
    receipt = ours.publish(prepared, NOW)
    for _ in range(39):
        server.add("人" * 20_000)
    assert ours.find(prepared) == Found(receipt)


# Where mastodon-mock is otherwise than Mastodon: nothing here is tuned to it.


def test_the_mock_does_not_shorten_links(mock: LossyProxy, tmp_path: Path) -> None:
    lab = MockLab(tmp_path, mock)
    post = a_post(text=f"{LONG_LINK}{'a' * 400}", at=datetime.now(UTC))
    ours = lab.publisher()
    assert ours.validate(post) == []
    with pytest.raises(Permanent, match="too long"):
        ours.publish(ours.prepare(post), lab.now)


def test_the_mock_takes_pictures_that_it_does_not_know(mock: LossyProxy, tmp_path: Path) -> None:
    lab = MockLab(tmp_path, mock)
    picture = a_picture(tmp_path, "Una mano tesa")
    ours = lab.publisher()
    prepared = ours.prepare(a_post(pictures=(picture,), at=datetime.now(UTC)))
    unknown = prepared.with_uploads([{"id": "987654321", "ready": True}])
    assert ours.publish(unknown, lab.now).echoed["alts"] == []


def test_the_mock_keeps_the_focus(mock: LossyProxy, tmp_path: Path) -> None:
    lab = MockLab(tmp_path, mock)
    picture: Picture = dataclasses.replace(a_picture(tmp_path, "Una mano"), focus=(0.5, 0.25))
    prepared = lab.publisher().prepare(a_post(pictures=(picture,), at=datetime.now(UTC)))
    media: dict[str, Any] = lab.ask(f"/api/v1/media/{prepared.request['uploads'][0]['id']}")
    assert media["meta"]["focus"] == {"x": 0.0, "y": 0.5}
    assert media["description"] == "Una mano"
