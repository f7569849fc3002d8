from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from publishers.account import FixedAccount, Secret
from publishers.errors import AccountBlocked, AuthExpired, Permanent, SetupError, Unknown
from publishers.port import Picture, Post, Publisher, Receipt
from publishers.telegram import TelegramPublisher
from publishers.testing.contract import NOW, HttpContract, a_picture, a_post
from publishers.testing.faults import Swapped
from publishers.testing.lossy import LossyProxy
from tests import prism
from tests.node import packages
from tests.publishers import telegram_spec
from tests.publishers.lab_telegram import TOKEN, TelegramLab
from tests.publishers.servers.plain import Asked, Said, as_json
from tests.publishers.servers.telegram import Telegram, units


@pytest.fixture
def lab() -> Iterator[TelegramLab]:
    with Telegram(TOKEN) as server, LossyProxy(server.origin) as lossy:
        yield TelegramLab(server, lossy)


@pytest.fixture
def ours(lab: TelegramLab) -> TelegramPublisher:
    return lab.publisher()


@pytest.fixture
def one(tmp_path: Path) -> Picture:
    return a_picture(tmp_path, "Una mano tesa")


@pytest.fixture
def album(tmp_path: Path) -> Post:
    alts = ("Una mano", "Due mani", "Tre mani")
    return a_post(pictures=tuple(a_picture(tmp_path, alt) for alt in alts))


class TestContract(HttpContract):
    def test_what_the_server_changed_is_told(
        self, lab: TelegramLab, publisher: Publisher, post: Post
    ) -> None:
        """The alt texts stand in the text here: a server that cuts them off, or changes the text
        before them."""
        prepared = publisher.prepare(post)
        whole, described = prepared.request["text"], prepared.request["described"]
        lab.lossy.next(Swapped(texts={whole: post.text}))
        assert publisher.publish(prepared, NOW).echoed == {"text": post.text, "alts": []}
        lab.lossy.next(Swapped(texts={whole: f"Altro{described}"}))
        told = publisher.publish(prepared, NOW).echoed
        assert told == {"text": "Altro", "alts": [post.pictures[0].alt]}


# What is sent.


def sent(lab: TelegramLab) -> list[Asked]:
    """The requests that post, in order of time."""
    return [asked for asked in lab.server.asked if "/send" in asked.path]


def test_the_alt_texts_follow_the_text_each_on_a_line_of_its_own(
    lab: TelegramLab, ours: TelegramPublisher, album: Post
) -> None:
    ours.publish(ours.prepare(album), NOW)
    first, *rest = lab.server.messages.values()
    assert first.text == (f"{album.text}\n\n\u200e🖼️ Una mano\n\u200e🖼️ Due mani\n\u200e🖼️ Tre mani")
    assert [message.text for message in rest] == ["", ""]
    assert [message.photo for message in lab.server.messages.values()] == [
        picture.path.read_bytes() for picture in album.pictures
    ]


def test_in_an_arabic_post_the_line_goes_from_right_to_left(
    lab: TelegramLab, ours: TelegramPublisher, tmp_path: Path
) -> None:
    alt = a_picture(tmp_path, "WhatsApp\nعلى   هاتف")
    ours.publish(ours.prepare(a_post(text="نص", language="ar", pictures=(alt,))), NOW)
    (message,) = lab.server.messages.values()
    assert message.text == "نص\n\n\u200f🖼️ WhatsApp على هاتف"


def test_pictures_without_a_text_have_their_alt_texts_alone(
    lab: TelegramLab, ours: TelegramPublisher, one: Picture
) -> None:
    receipt = ours.publish(ours.prepare(a_post(text="", pictures=(one,))), NOW)
    (message,) = lab.server.messages.values()
    assert message.text == "\u200e🖼️ Una mano tesa"
    assert receipt.echoed == {"text": "", "alts": ["Una mano tesa"]}


def test_letters_whose_marks_telegram_drops_are_sent_composed(
    lab: TelegramLab, ours: TelegramPublisher
) -> None:
    receipt = ours.publish(ours.prepare(a_post(text="A\u030aland hja\u030alper")), NOW)
    assert [message.text for message in lab.server.messages.values()] == ["Åland hjålper"]
    assert receipt.echoed["text"] == "Åland hjålper"


def test_a_picture_that_changed_after_it_was_prepared_is_not_sent(
    lab: TelegramLab, ours: TelegramPublisher, album: Post
) -> None:
    prepared = ours.prepare(album)
    path = album.pictures[1].path
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(Permanent, match="picture 2") as changed:
        ours.publish(prepared, NOW)
    path.unlink()
    with pytest.raises(Permanent, match="picture 2") as missing:
        ours.publish(prepared, NOW)
    assert (changed.value.code, missing.value.code) == ("picture.changed", "picture.missing")
    assert sent(lab) == []


def test_what_is_stored_needs_no_settings_but_the_bot(
    lab: TelegramLab, ours: TelegramPublisher
) -> None:
    prepared = ours.prepare(a_post())
    moved = TelegramPublisher(
        "it", {"chat": "@other", "server": lab.lossy.origin, "local": "yes"}, Path(), lab.account
    )
    moved.publish(prepared, NOW)
    assert as_json(sent(lab)[0])["chat_id"] == "@croce_rossa"


# Held against the description of the Bot API.


@pytest.fixture(scope="module")
def described() -> str:
    what = "Telegram's requests"
    return prism.origin(what, telegram_spec.document(packages.folder(what), TOKEN))


def test_every_request_is_as_the_bot_api_describes_it(
    described: str, lab: TelegramLab, ours: TelegramPublisher, album: Post
) -> None:
    ours.verify()
    for post in (album, dataclasses.replace(album, pictures=album.pictures[:1]), a_post()):
        ours.delete(ours.publish(ours.prepare(post), NOW))
    methods = [asked.path.rpartition("/")[2] for asked in lab.server.asked]
    assert set(methods) == set(telegram_spec.METHODS)
    for asked in lab.server.asked:
        where = "params" if asked.method == "GET" else "json"
        fields = {where: fields_of(asked)}
        assert prism.errors(described, asked.method, asked.path, **fields) == [], asked.path


def fields_of(asked: Asked) -> dict[str, Any]:
    """The fields, and none of the files that an album attaches: they have names of our own."""
    found = as_json(asked)
    attached = {one["media"].removeprefix("attach://") for one in found.get("media", [])}
    return {name: value for name, value in found.items() if name not in attached}


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("sendMessage", {"chat_id": "@c", "text": "a" * 4097}),
        ("sendMessage", {"chat_id": "@c", "text": ""}),
        ("sendMessage", {"text": "a"}),
        ("sendPhoto", {"chat_id": "@c", "photo": "1.png", "caption": "a" * 1025}),
        ("sendPhoto", {"chat_id": "@c", "photo": "1.png", "alt_text": "a"}),
        ("sendPhoto", {"chat_id": "@c", "caption": "a"}),
        ("sendMediaGroup", {"chat_id": "@c", "media": [{"type": "photo", "media": "a"}]}),
        ("sendMediaGroup", {"chat_id": "@c", "media": [{"type": "photo", "media": "a"}] * 11}),
        ("sendMediaGroup", {"chat_id": "@c", "media": [{"type": "photo", "alt": "a"}] * 2}),
    ],
)
def test_the_description_refuses_what_it_does_not_know(
    described: str, method: str, fields: dict[str, object]
) -> None:
    assert prism.errors(described, "POST", f"/bot{TOKEN}/{method}", json=fields) != []


# Limits.


def test_text_and_alt_texts_share_the_limit_of_a_caption(
    lab: TelegramLab, ours: TelegramPublisher, one: Picture
) -> None:
    behind = units("\n\n\u200e🖼️ Una mano tesa")
    fits = a_post(text="a" * (1024 - behind), pictures=(one,))
    assert ours.validate(fits) == []
    ours.publish(ours.prepare(fits), NOW)
    (finding,) = ours.validate(dataclasses.replace(fits, text=fits.text + "a"))
    assert (finding.code, finding.limit, finding.actual) == ("text.too_long", 1024, 1025)
    assert finding.text == (
        "text: 1025 utf16 units together with the alt texts, at most 1024 allowed under "
        "pictures; shorten text or alt texts by 1"
    )
    assert len(lab.server.messages) == 1


def test_an_emoji_counts_as_telegram_counts_it(ours: TelegramPublisher, one: Picture) -> None:
    behind = units("\n\n\u200e🖼️ Una mano tesa")
    fits = "🤝" * ((1024 - behind) // 2)
    assert ours.validate(a_post(text=fits, pictures=(one,))) == []
    assert ours.validate(a_post(text=f"{fits}🤝", pictures=(one,))) != []
    assert ours.validate(a_post(text="🤝" * 2048)) == []
    assert ours.validate(a_post(text="🤝" * 2048 + "a")) != []


def test_letters_that_composing_makes_longer_count_as_they_are_sent(
    ours: TelegramPublisher,
) -> None:
    (finding,) = ours.validate(a_post(text="\u0958" * 2049))
    assert finding.actual == 4098


def test_width_and_height_have_a_limit_together(ours: TelegramPublisher, one: Picture) -> None:
    fits = dataclasses.replace(one, width=6000, height=4000)
    wide = dataclasses.replace(one, width=6001, height=4000)
    assert ours.validate(a_post(pictures=(fits,))) == []
    (finding,) = ours.validate(a_post(pictures=(fits, wide)))
    assert (finding.code, finding.field) == ("picture.sides", "pictures.2")


# What comes back.


def test_a_post_in_a_public_channel_has_an_address(
    lab: TelegramLab, ours: TelegramPublisher, album: Post
) -> None:
    receipt = ours.publish(ours.prepare(album), NOW)
    assert receipt.remote_id == "-1001234567890:7,8,9"
    assert receipt.url == "https://t.me/croce_rossa/7"


def test_a_post_in_a_private_channel_has_none(lab: TelegramLab) -> None:
    del lab.server.chat["username"]
    ours = private(lab)
    assert ours.publish(ours.prepare(a_post()), NOW).url is None


def private(lab: TelegramLab) -> TelegramPublisher:
    own = {"chat": "-1001234567890", "server": lab.lossy.origin, "local": "yes"}
    return TelegramPublisher("it", own, Path(), lab.account)


@pytest.mark.parametrize(
    "result",
    [
        True,
        [],
        {"message_id": 7},
        {"message_id": "7", "chat": {"id": -1}},
        {"message_id": 7, "chat": {"id": None}},
        [{"message_id": 7, "chat": {"id": -1}}] * 2,
    ],
)
def test_an_answer_without_what_it_should_tell_is_in_doubt(
    lab: TelegramLab, ours: TelegramPublisher, album: Post, result: object
) -> None:
    prepared = ours.prepare(album)
    lab.server.forced.append(Said(200, {"ok": True, "result": result}))
    with pytest.raises(Unknown):
        ours.publish(prepared, NOW)


def test_a_group_that_grew_tells_its_new_number(lab: TelegramLab, ours: TelegramPublisher) -> None:
    said = {
        "ok": False,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": -1009999999999},
    }
    lab.server.forced.append(Said(400, said))
    with pytest.raises(AccountBlocked, match=r"correct 'chat'.*its number is -1009999999999"):
        ours.publish(ours.prepare(a_post()), NOW)


def test_what_telegram_says_is_cleared_of_the_token(
    lab: TelegramLab, ours: TelegramPublisher
) -> None:
    description = f"Bad Request: nothing\nat /bot{TOKEN}/sendMessage"
    lab.server.forced.append(Said(400, {"ok": False, "description": description}))
    with pytest.raises(Permanent) as refused:
        ours.publish(ours.prepare(a_post()), NOW)
    assert str(refused.value) == (
        "127.0.0.1: posting: refused [400 (nothing at /bot(hidden)/sendMessage)]"
    )


# Taking down.


def test_all_of_an_album_is_taken_down_even_if_some_of_it_is_gone(
    lab: TelegramLab, ours: TelegramPublisher, album: Post
) -> None:
    receipt = ours.publish(ours.prepare(album), NOW)
    del lab.server.messages[8]
    ours.delete(receipt)
    assert lab.server.messages == {}


def test_it_is_taken_down_where_it_was_posted(lab: TelegramLab, ours: TelegramPublisher) -> None:
    ours.publish(ours.prepare(a_post()), NOW)
    with pytest.raises(AccountBlocked, match="chat"):
        ours.delete(Receipt("-1009999999999:7", None, NOW))
    assert len(lab.server.messages) == 1


def test_after_two_days_a_person_takes_it_down(lab: TelegramLab, ours: TelegramPublisher) -> None:
    receipt = ours.publish(ours.prepare(a_post()), NOW)
    lab.server.days_old = frozenset({7})
    with pytest.raises(Permanent, match="48 hours; take it down by hand"):
        ours.delete(receipt)


def test_an_id_of_another_platform_is_nothing_to_take_down(
    lab: TelegramLab, ours: TelegramPublisher
) -> None:
    ours.delete(Receipt("at://did:plc:abc/app.bsky.feed.post/3k", None, NOW))
    assert lab.server.asked == []


# The account.


def test_verify_names_bot_and_channel(lab: TelegramLab, ours: TelegramPublisher) -> None:
    assert ours.verify() == "Telegram bot @card_bot in 'Croce Rossa' (@croce_rossa)"
    assert {asked.method for asked in lab.server.asked} == {"GET"}


@pytest.mark.parametrize(
    ("kind", "rights", "may"),
    [
        ("channel", {"status": "creator"}, True),
        ("channel", {"status": "administrator", "can_post_messages": False}, False),
        ("channel", {"status": "administrator"}, False),
        ("channel", {"status": "member"}, False),
        ("channel", {"status": "kicked"}, False),
        ("supergroup", {"status": "administrator"}, True),
        ("supergroup", {"status": "member"}, True),
        ("supergroup", {"status": "left"}, False),
    ],
)
def test_verify_looks_whether_the_bot_may_post(
    lab: TelegramLab, ours: TelegramPublisher, kind: str, rights: dict[str, Any], may: bool
) -> None:
    lab.server.chat["type"] = kind
    lab.server.rights = rights
    if may:
        assert "@card_bot" in ours.verify()
        return
    with pytest.raises(AccountBlocked, match="make it an administrator"):
        ours.verify()


@pytest.mark.parametrize("token", ["12345:another-token-of-the-bot", "no token", "1:a/b", "1:ä"])
def test_another_token_needs_a_person_and_is_not_told(lab: TelegramLab, token: str) -> None:
    account = FixedAccount("it", {"token": Secret(token)})
    own = {"chat": "@croce_rossa", "server": lab.lossy.origin, "local": "yes"}
    with pytest.raises(AuthExpired, match="clarion accounts add") as refused:
        TelegramPublisher("it", own, Path(), account).verify()
    assert not refused.value.refreshable
    assert token not in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "chat is ''; write @name or a number"),
        ({"chat": "croce_rossa"}, "chat is 'croce_rossa'"),
        ({"chat": "https://t.me/croce_rossa"}, "write @name"),
        ({"chat": "42"}, "write @name"),
        ({"chat": "@croce_rossa", "chanel": "x"}, "unknown setting 'chanel'"),
        ({"chat": "@croce_rossa", "server": "http://example.org"}, "https"),
    ],
)
def test_settings_that_do_not_do(settings: dict[str, str], said: str) -> None:
    with pytest.raises(SetupError, match=said):
        TelegramPublisher("it-it-telegram", settings, Path(), FixedAccount())
