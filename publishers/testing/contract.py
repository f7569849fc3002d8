"""What every publisher must keep, as tests anybody can run over their own.

    class TestMine(PublisherContract):
        @pytest.fixture
        def lab(self, tmp_path): return MyLab(tmp_path)

A `Lab` is one fresh account on the platform and what a visitor would see there. What the platform
cannot do (no key, no look-up) is read from the capabilities; then the suite checks that the
publisher says so instead of pretending.
"""

from __future__ import annotations

import dataclasses
import hashlib
import struct
import sys
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

import pytest

from publishers.errors import Permanent, PublishError
from publishers.limits import count
from publishers.port import (
    Absent,
    CannotTell,
    Capabilities,
    Found,
    Idempotency,
    Picture,
    Post,
    Prepared,
    Publisher,
    Receipt,
)

NOW = datetime(2027, 7, 30, 9, 0, tzinfo=timezone(timedelta(hours=2)))
FACTS = {
    "society": "Croce Rossa Italiana",
    "channel": "it-it-folder",
    "campaign": "myths-and-facts",
    "card": "smuggling",
    "locale": "it",
    "local_time": "2027-07-30 09:00 Europe/Rome",
    "utc_time": "2027-07-30 07:00",
    "sources": "UNODC 2024",
    "observance": "wdatip",
}
TEXTS = {
    "arabic": ("ar", "الاتجار بالأشخاص جريمة. اتصل بـ \u2066+20 2 123\u2069 مجانًا."),
    "hebrew": ("he", "סחר בבני אדם הוא פשע.\n\nעזרה: \u2066104\u2069"),
    "serbian": ("sr-Latn", "Trgovina ljudima je zločin – čak i kad žrtva „pristane“."),
    "greek": ("el", "Η εμπορία ανθρώπων είναι έγκλημα· ζητήστε βοήθεια."),
    "joined": ("fa", "می\u200cخواهم کمک بگیرم 👩🏽\u200d⚕️🇮🇷"),
    "decomposed": ("fr", "E\u0301te\u0301, cafe\u0301, nai\u0308f"),
    "spaces": ("en", "  two spaces, a tab\t, \r\n carriage return, trailing newline\n\n"),
    "script": ("en", '</script>&amp; "quotes" \\ %s {x} ‮'),
}


@dataclasses.dataclass(frozen=True)
class Seen:
    """One post as a visitor sees it."""

    text: str
    language: str
    alts: tuple[str, ...]


class Lab(Protocol):
    def publisher(self) -> Publisher:
        """A new publisher on the same account, as after a restart."""

    def seen(self) -> list[Seen]:
        """What a visitor sees on the account now."""

    def lose_request(self, prepared: Prepared) -> None:
        """Publish, and let the request be lost before the platform acts."""

    def lose_answer(self, prepared: Prepared) -> None:
        """Publish, and let the answer be lost after the platform acted."""


class PublisherContract:
    """Subclass it, and give it a fixture `lab`."""

    @pytest.fixture
    def publisher(self, lab: Lab) -> Publisher:
        return lab.publisher()

    @pytest.fixture
    def caps(self, publisher: Publisher) -> Capabilities:
        return publisher.capabilities()

    @pytest.fixture
    def post(self, tmp_path: Path) -> Post:
        return a_post(pictures=(a_picture(tmp_path, "one"),))

    # What goes out is what was given.

    def test_a_text_alone_goes_out(self, lab: Lab, publisher: Publisher) -> None:
        publisher.publish(publisher.prepare(a_post()), NOW)
        assert lab.seen() == [Seen(a_post().text, "it", ())]

    def test_as_many_pictures_as_allowed_go_out_in_order_with_their_alt_texts(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, tmp_path: Path
    ) -> None:
        names = [f"picture {n}" for n in range(1, (caps.max_pictures or 12) + 1)]
        post = a_post(pictures=tuple(a_picture(tmp_path, name) for name in names))
        receipt = publisher.publish(publisher.prepare(post), NOW)
        assert [seen.alts for seen in lab.seen()] == [tuple(names)]
        assert receipt.echoed["alts"] == names

    @pytest.mark.parametrize("name", TEXTS)
    def test_every_character_of_every_script_is_stored_as_sent(
        self, name: str, lab: Lab, publisher: Publisher, tmp_path: Path
    ) -> None:
        language, text = TEXTS[name]
        post = a_post(text=text, language=language, pictures=(a_picture(tmp_path, text),))
        receipt = publisher.publish(publisher.prepare(post), NOW)
        assert lab.seen() == [Seen(text, language, (text,))]
        assert receipt.echoed == {"text": text, "language": language, "alts": [text]}

    def test_the_receipt_says_when_and_where(self, publisher: Publisher, post: Post) -> None:
        receipt = publisher.publish(publisher.prepare(post), NOW)
        assert receipt.remote_id
        assert receipt.url is None or ":" in receipt.url
        assert receipt.at == NOW

    def test_a_time_without_a_zone_is_refused(
        self, lab: Lab, publisher: Publisher, post: Post
    ) -> None:
        with pytest.raises(ValueError, match="zone"):
            publisher.publish(publisher.prepare(post), datetime(2027, 7, 30, 9, 0))
        assert lab.seen() == []

    # Limits.

    def test_a_text_at_the_limit_passes_and_one_more_is_a_finding(
        self, publisher: Publisher, caps: Capabilities
    ) -> None:
        if caps.text_limit is None:
            assert publisher.validate(a_post(text="a" * 1_000_000)) == []
            return
        assert publisher.validate(a_post(text="a" * caps.text_limit)) == []
        (finding,) = publisher.validate(a_post(text="a" * (caps.text_limit + 1)))
        assert (finding.code, finding.field) == ("text.too_long", "text")
        assert (finding.limit, finding.actual) == (caps.text_limit, caps.text_limit + 1)

    def test_an_alt_text_at_the_limit_passes_and_one_more_is_a_finding(
        self, publisher: Publisher, caps: Capabilities, post: Post
    ) -> None:
        limit = caps.alt_limit
        if limit is None:
            assert publisher.validate(with_alt(post, "a" * 1_000_000)) == []
            return
        assert publisher.validate(with_alt(post, "a" * limit)) == []
        (finding,) = publisher.validate(with_alt(post, "a" * (limit + 1)))
        assert (finding.code, finding.field) == ("alt.too_long", "pictures.1.alt")
        assert (finding.limit, finding.actual) == (limit, limit + 1)

    def test_one_picture_too_many_is_a_finding(
        self, publisher: Publisher, caps: Capabilities, post: Post
    ) -> None:
        if caps.max_pictures is None:
            many = dataclasses.replace(post, pictures=post.pictures * 500)
            assert publisher.validate(many) == []
            return
        over = dataclasses.replace(post, pictures=post.pictures * (caps.max_pictures + 1))
        (finding,) = publisher.validate(over)
        assert finding.code == "pictures.too_many"
        assert (finding.limit, finding.actual) == (caps.max_pictures, caps.max_pictures + 1)

    def test_the_limit_counts_as_the_capabilities_say(
        self, publisher: Publisher, caps: Capabilities
    ) -> None:
        face = "👩🏽\u200d⚕️"
        text = face * 1000
        actual = count(text, caps.text_counter)
        expected = caps.text_limit is not None and actual > caps.text_limit
        assert [f.actual for f in publisher.validate(a_post(text=text))] == [actual] * expected

    def test_a_file_larger_than_allowed_is_refused(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, tmp_path: Path
    ) -> None:
        if caps.max_bytes is None:
            huge = a_picture(tmp_path, "huge", size=10_000_000)
            publisher.prepare(a_post(pictures=(huge,)))
            return
        fits = a_picture(tmp_path, "fits", size=caps.max_bytes)
        publisher.prepare(a_post(pictures=(fits,)))
        large = a_picture(tmp_path, "large", size=caps.max_bytes + 1)
        with pytest.raises(Permanent) as refused:
            publisher.prepare(a_post(key="large", pictures=(large,)))
        assert refused.value.field == "pictures.1"
        assert lab.seen() == []

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"key": " "}, "key.missing"),
            ({"language": ""}, "language.missing"),
            ({"text": " \n", "pictures": ()}, "post.empty"),
            ({"text": "half \ud83d"}, "text.broken"),
            ({"title": "half \ud83d"}, "title.broken"),
            ({"facts": FACTS | {"sources": "\udc00"}}, "fact.broken"),
        ],
    )
    def test_what_cannot_go_out_is_found_and_not_prepared(
        self, change: dict[str, object], code: str, publisher: Publisher, lab: Lab, post: Post
    ) -> None:
        wrong = dataclasses.replace(post, **change)  # type: ignore[arg-type]
        assert [finding.code for finding in publisher.validate(wrong)] == [code]
        with pytest.raises(Permanent) as refused:
            publisher.prepare(wrong)
        assert refused.value.code == code
        assert lab.seen() == []

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"alt": " "}, "alt.missing"),
            ({"alt": "\ud83d"}, "alt.broken"),
            ({"media_type": "application/pdf"}, "picture.media_type"),
        ],
    )
    def test_what_is_wrong_with_a_picture_names_its_number(
        self, change: dict[str, str], code: str, publisher: Publisher, post: Post
    ) -> None:
        wrong = dataclasses.replace(post.pictures[0], **change)  # type: ignore[arg-type]
        pictures = (*post.pictures, wrong)
        findings = publisher.validate(dataclasses.replace(post, pictures=pictures))
        assert [finding.code for finding in findings] == [code]
        assert findings[0].field.startswith("pictures.2")
        assert "\n" not in findings[0].text

    def test_a_missing_picture_is_refused(self, lab: Lab, publisher: Publisher, post: Post) -> None:
        post.pictures[0].path.unlink()
        with pytest.raises(Permanent) as refused:
            publisher.publish(publisher.prepare(post), NOW)
        assert (refused.value.code, refused.value.field) == ("picture.missing", "pictures.1")
        assert lab.seen() == []

    def test_a_picture_that_is_not_the_approved_one_is_refused(
        self, lab: Lab, publisher: Publisher, post: Post
    ) -> None:
        path = post.pictures[0].path
        path.write_bytes(path.read_bytes() + b"\0")
        with pytest.raises(Permanent) as refused:
            publisher.publish(publisher.prepare(post), NOW)
        assert (refused.value.code, refused.value.field) == ("picture.changed", "pictures.1")
        assert lab.seen() == []

    # What has no effect has none.

    def test_validate_opens_nothing_and_asks_nobody(self, publisher: Publisher, post: Post) -> None:
        post.pictures[0].path.unlink()
        with audited() as events:
            assert publisher.validate(post) == []
        assert events == []

    def test_the_audit_of_the_test_above_sees_a_file_and_a_connection(self, tmp_path: Path) -> None:
        import socket

        with audited() as events:
            (tmp_path / "seen").write_text("x")
            with socket.socket() as plug:
                plug.connect_ex(("127.0.0.1", 9))
        assert {"open", "socket.connect"} <= set(events)

    def test_preparing_looking_and_verifying_show_nothing(
        self, lab: Lab, publisher: Publisher, post: Post
    ) -> None:
        assert "\n" not in publisher.verify()
        prepared = publisher.prepare(post)
        publisher.find(prepared)
        assert publisher.prepare(post) == prepared
        assert lab.seen() == []

    def test_a_prepared_request_survives_json_exactly(
        self, lab: Lab, publisher: Publisher, post: Post
    ) -> None:
        prepared = publisher.prepare(post)
        stored = prepared.to_json()
        again = Prepared.from_json(stored)
        assert again == prepared
        assert again.to_json() == stored
        assert (again.key, again.kind) == (post.key, publisher.kind)
        lab.publisher().publish(again, NOW)
        assert len(lab.seen()) == 1

    def test_a_request_changed_after_it_was_frozen_is_refused(
        self, lab: Lab, publisher: Publisher, post: Post
    ) -> None:
        prepared = publisher.prepare(post)
        changed = dict(prepared.request) | {"text": "something nobody approved"}
        for wrong in (
            Prepared(prepared.key, prepared.kind, prepared.digest, changed),
            Prepared.of(prepared.key, "elsewhere", prepared.request),
        ):
            with pytest.raises(Permanent):
                publisher.publish(wrong, NOW)
        assert lab.seen() == []

    # One post, whatever happens.

    def test_the_same_request_twice(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, post: Post
    ) -> None:
        prepared = publisher.prepare(post)
        first = publisher.publish(prepared, NOW)
        second = lab.publisher().publish(prepared, NOW + timedelta(seconds=5))
        if keyed(caps):
            assert second == first
            assert len(lab.seen()) == 1
        else:
            assert second.remote_id != first.remote_id
            assert len(lab.seen()) == 2

    def test_four_threads_with_the_same_request(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, post: Post
    ) -> None:
        prepared = publisher.prepare(post)
        gate = threading.Barrier(4, timeout=20)

        def go(_: int) -> Receipt:
            gate.wait()
            return publisher.publish(prepared, NOW)

        with ThreadPoolExecutor(4) as pool:
            receipts = list(pool.map(go, range(4)))
        posts = 1 if keyed(caps) else 4
        assert len(lab.seen()) == posts
        assert len({receipt.remote_id for receipt in receipts}) == posts

    def test_the_same_key_with_other_content(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, post: Post
    ) -> None:
        publisher.publish(publisher.prepare(post), NOW)
        other = publisher.prepare(dataclasses.replace(post, text="Another text altogether"))
        if not keyed(caps):
            publisher.publish(other, NOW)
            assert len(lab.seen()) == 2
            return
        with pytest.raises(Permanent) as refused:
            publisher.publish(other, NOW)
        assert refused.value.field == "key"
        assert [seen.text for seen in lab.seen()] == [post.text]
        assert not isinstance(publisher.find(other), Found)

    def test_equal_posts_with_two_keys_are_two_posts(
        self, lab: Lab, publisher: Publisher, post: Post
    ) -> None:
        twin = dataclasses.replace(post, key="another-key")
        first = publisher.publish(publisher.prepare(post), NOW)
        second = publisher.publish(publisher.prepare(twin), NOW)
        assert first.remote_id != second.remote_id
        assert len(lab.seen()) == 2

    def test_a_lost_answer_is_found_again(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, post: Post
    ) -> None:
        prepared = publisher.prepare(post)
        lab.lose_answer(prepared)
        assert len(lab.seen()) == 1
        found = lab.publisher().find(prepared)
        if not caps.can_find:
            assert isinstance(found, CannotTell)
            return
        assert isinstance(found, Found)
        assert found.receipt.echoed["text"] == post.text
        assert found.receipt.echoed["alts"] == [post.pictures[0].alt]
        if keyed(caps):
            assert publisher.publish(prepared, NOW) == found.receipt
        assert len(lab.seen()) == 1

    def test_a_lost_request_is_absent_and_can_be_sent_again(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, post: Post
    ) -> None:
        prepared = publisher.prepare(post)
        lab.lose_request(prepared)
        assert lab.seen() == []
        assert isinstance(publisher.find(prepared), Absent if caps.can_find else CannotTell)
        publisher.publish(prepared, NOW)
        assert len(lab.seen()) == 1

    def test_after_a_restart_what_was_posted_is_found(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, post: Post
    ) -> None:
        prepared = publisher.prepare(post)
        receipt = publisher.publish(prepared, NOW)
        found = lab.publisher().find(Prepared.from_json(prepared.to_json()))
        assert found == Found(receipt) if caps.can_find else isinstance(found, CannotTell)

    def test_what_was_never_posted_is_absent(
        self, publisher: Publisher, caps: Capabilities, post: Post
    ) -> None:
        found = publisher.find(publisher.prepare(post))
        assert isinstance(found, Absent if caps.can_find else CannotTell)
        publisher.publish(publisher.prepare(dataclasses.replace(post, key="other")), NOW)
        found = publisher.find(publisher.prepare(post))
        assert isinstance(found, Absent if caps.can_find else CannotTell)

    # Taking down.

    def test_deleting_takes_it_down_and_twice_is_harmless(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, post: Post
    ) -> None:
        if not caps.can_delete:
            return
        keep = publisher.prepare(dataclasses.replace(post, key="keep", text="Stays up"))
        publisher.publish(keep, NOW)
        prepared = publisher.prepare(post)
        receipt = publisher.publish(prepared, NOW)
        publisher.delete(receipt)
        publisher.delete(receipt)
        assert [seen.text for seen in lab.seen()] == ["Stays up"]
        assert isinstance(publisher.find(prepared), Absent if caps.can_find else CannotTell)

    def test_deleting_what_never_was_is_harmless(self, lab: Lab, publisher: Publisher) -> None:
        publisher.delete(Receipt("never-was", None, NOW))
        assert lab.seen() == []

    def test_after_deleting_the_same_words_can_go_out_under_a_new_key(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, post: Post
    ) -> None:
        if not caps.can_delete:
            return
        publisher.delete(publisher.publish(publisher.prepare(post), NOW))
        again = dataclasses.replace(post, key="a-new-key")
        publisher.publish(publisher.prepare(again), NOW)
        assert [seen.text for seen in lab.seen()] == [post.text]

    def test_every_refusal_is_one_line(self, publisher: Publisher, post: Post) -> None:
        post.pictures[0].path.unlink()
        with pytest.raises(PublishError) as refused:
            publisher.prepare(post)
        assert str(refused.value).strip()
        assert "\n" not in str(refused.value)


def keyed(caps: Capabilities) -> bool:
    """Whether the platform itself keeps the same request from being posted twice."""
    unkeyed = (Idempotency.READBACK, Idempotency.NONE)
    return caps.idempotency not in unkeyed


def a_post(
    *,
    key: str = "mfrggzdfmztwq2lknnwg23tpoa",
    text: str = "La tratta è un reato. #EndHumanTrafficking",
    language: str = "it",
    pictures: tuple[Picture, ...] = (),
) -> Post:
    direction = "rtl" if language in {"ar", "he", "fa"} else "ltr"
    return Post(key, text, language, direction, "Smuggling", pictures, FACTS)  # type: ignore[arg-type]


def a_picture(folder: Path, alt: str, *, size: int = 0) -> Picture:
    """A small PNG, made up to `size` bytes; each alt text gets a picture of its own."""
    data = _png(zlib.crc32(alt.encode()) % 256).ljust(size, b"\0")
    path = folder / f"{hashlib.sha256(alt.encode()).hexdigest()[:12]}.png"
    path.write_bytes(data)
    return Picture(path, "image/png", alt, 1, 1, hashlib.sha256(data).hexdigest())


def with_alt(post: Post, alt: str) -> Post:
    return dataclasses.replace(post, pictures=(dataclasses.replace(post.pictures[0], alt=alt),))


def _png(shade: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes([0, shade]))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", head), chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    )


_watching = threading.local()


def _hook(event: str, _: tuple[object, ...]) -> None:
    events = getattr(_watching, "events", None)
    if events is not None and event.split(".")[0] in {"open", "os", "socket", "subprocess"}:
        events.append(event)


sys.addaudithook(_hook)


@contextmanager
def audited() -> Iterator[list[str]]:
    """The files, connections and processes this thread asks the interpreter for."""
    _watching.events = []
    try:
        yield _watching.events
    finally:
        _watching.events = None
