"""Bluesky, on a real server: what a post is there, and where its limits are."""

from __future__ import annotations

import dataclasses
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from publishers.errors import Permanent
from publishers.limits import count
from publishers.port import CannotTell, Found, Picture, Prepared
from publishers.testing.faults import DropRequest, LoseAnswer, said
from publishers.testing.lossy import LossyProxy, to
from publishers.testing.posts import NOW, a_picture, a_post, with_alt
from tests.pds import Host
from tests.pds import pds as pds
from tests.publishers.lab_bluesky import DELETE, GET, BlueskyLab, Shared, seen

LIMIT, BYTES = 300, 3000
CLUSTERS = {
    "latin": "ã",
    "decomposed": "e\u0301",
    "arabic": "بِ",
    "hebrew": "שָׁ",
    "devanagari": "क्षि",
    "bengali": "ক্ষি",
    "tamil": "நி",
    "telugu": "క్షి",
    "sinhala": "ශ්‍රී",
    "thai": "น้ำ",
    "khmer": "ស្ត្រី",
    "burmese": "မြန်",
    "hangul": "각",
    "jamo": "ᄀ\u1161ᆨ",
    "han": "语",
    "flag": "🇮🇹",
    "family": "👩🏽\u200d👩🏽\u200d👧",
    "keycap": "1\ufe0f\u20e3",
    "joiner": "می\u200cخ",
    "line": "\r\n",
}
MARKED = {
    "arabic": (
        "ar",
        "الاتجار جريمة https://example.org/ar، اتصل \u2066#EndTrafficking\u2069 #الاتجار_بالبشر",
    ),
    "hebrew": (
        "he",
        "סחר בבני אדם הוא פשע.\n\nעזרה: https://example.org/he #סחר_בבני_אדם #EndTrafficking",
    ),
    "thai": ("th", "การค้ามนุษย์เป็นอาชญากรรม https://example.org/th?a=ก #ค้ามนุษย์ #EndTrafficking"),
    "emoji": (
        "en",
        "👩🏽\u200d⚕️🇮🇹1\ufe0f\u20e3 #Aid🏳️\u200d🌈 (https://example.org/😀) #End👩🏽\u200d⚕️",
    ),
}
TOLD = {
    "arabic": ("https://example.org/ar", "#EndTrafficking", "#الاتجار_بالبشر"),
    "hebrew": ("https://example.org/he", "#סחר_בבני_אדם", "#EndTrafficking"),
    "thai": ("https://example.org/th?a=ก", "#ค้ามนุษย์", "#EndTrafficking"),
    "emoji": ("#Aid", "https://example.org/😀", "#End"),
}


@pytest.fixture(scope="module")
def shared(pds: Host) -> Iterator[Shared]:
    with LossyProxy(pds.origin) as lossy:
        yield Shared(pds, lossy)


@pytest.fixture
def lab(shared: Shared) -> Iterator[BlueskyLab]:
    with shared.lab() as lab:
        yield lab


def longer(prepared: Prepared, text: str) -> Prepared:
    """The same request with a text that `validate` was not asked about."""
    record = {**prepared.request["record"], "text": text}
    return Prepared.of(prepared.key, prepared.kind, {**prepared.request, "record": record})


def filled(cluster: str) -> str:
    """As many of these as leave room, made up with plain letters to what we count as 300."""
    one = count(cluster * 50, "graphemes") / 50
    fits = min(int((LIMIT - 1) // one), (BYTES - LIMIT) // len(cluster.encode()))
    text = cluster * fits
    return text + "a" * (LIMIT - count(text, "graphemes"))


@pytest.mark.parametrize("name", CLUSTERS)
def test_our_three_hundredth_character_is_the_servers(name: str, lab: BlueskyLab) -> None:
    publisher, text = lab.publisher(), filled(CLUSTERS[name])
    assert count(text, "graphemes") == LIMIT
    assert len(text.encode()) <= BYTES
    over = publisher.prepare(a_post(key="over"))
    with pytest.raises(Permanent, match=r"grapheme too big .maximum 300, got 301"):
        publisher.publish(longer(over, text + "b"), NOW)
    publisher.publish(publisher.prepare(a_post(text=text)), NOW)
    assert [one.text for one in lab.seen()] == [text]


def test_our_three_thousandth_byte_is_the_servers(lab: BlueskyLab) -> None:
    publisher = lab.publisher()
    cluster = CLUSTERS["family"]
    text = cluster * (BYTES // len(cluster.encode()))
    text += "a" * (BYTES - len(text.encode()))
    (finding,) = publisher.validate(a_post(text=text + "b"))
    assert (finding.code, finding.limit, finding.actual) == ("text.too_long", BYTES, BYTES + 1)
    over = publisher.prepare(a_post(key="over"))
    with pytest.raises(Permanent, match="maximum 3000, got 3001"):
        publisher.publish(longer(over, text + "b"), NOW)
    publisher.publish(publisher.prepare(a_post(text=text)), NOW)
    assert [one.text for one in lab.seen()] == [text]


@pytest.mark.parametrize("name", MARKED)
def test_links_and_hashtags_come_back_as_they_were_sent(name: str, lab: BlueskyLab) -> None:
    language, text = MARKED[name]
    publisher = lab.publisher()
    prepared = publisher.prepare(a_post(text=text, language=language))
    publisher.publish(prepared, NOW)
    (stored,) = lab.member.posts()
    assert stored["value"]["facets"] == prepared.request["record"]["facets"]
    assert seen(stored["value"]).marked == TOLD[name]


def test_a_post_is_exactly_this_record(lab: BlueskyLab, tmp_path: Path) -> None:
    picture = a_picture(tmp_path, "Una mano tesa", width=40, height=50)
    publisher = lab.publisher()
    post = a_post(text="Aiuto #ora", language="pt-BR", pictures=(picture,))
    receipt = publisher.publish(publisher.prepare(post), NOW)
    (stored,) = lab.member.posts()
    image = stored["value"]["embed"]["images"][0].pop("image")
    assert image["mimeType"] == "image/png"
    assert image["size"] == picture.path.stat().st_size
    tag = {"$type": "app.bsky.richtext.facet#tag", "tag": "ora"}
    assert stored["value"] == {
        "$type": "app.bsky.feed.post",
        "text": "Aiuto #ora",
        "createdAt": "2027-07-30T07:00:00.000Z",
        "langs": ["pt-BR"],
        "facets": [{"index": {"byteStart": 6, "byteEnd": 10}, "features": [tag]}],
        "embed": {
            "$type": "app.bsky.embed.images",
            "images": [{"alt": "Una mano tesa", "aspectRatio": {"width": 40, "height": 50}}],
        },
    }
    assert receipt.remote_id == stored["uri"]
    rkey = stored["uri"].rpartition("/")[2]
    assert receipt.url == f"https://bsky.app/profile/{lab.member.handle}/post/{rkey}"


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_pictures_of_every_kind_are_stored_as_what_they_are(
    kind: str, lab: BlueskyLab, tmp_path: Path
) -> None:
    picture = painted(tmp_path, kind)
    publisher = lab.publisher()
    publisher.publish(publisher.prepare(a_post(pictures=(picture,))), NOW)
    (stored,) = lab.member.posts()
    assert stored["value"]["embed"]["images"][0]["image"]["mimeType"] == f"image/{kind}"


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
@pytest.mark.parametrize("told", ["jpeg", "png", "webp"])
def test_a_picture_that_is_not_what_it_says_stays_here(
    kind: str, told: str, lab: BlueskyLab, tmp_path: Path
) -> None:
    """The server would take it."""
    picture = dataclasses.replace(painted(tmp_path, kind), media_type=f"image/{told}")
    post = a_post(pictures=(a_picture(tmp_path, "first"), picture))
    if kind == told:
        assert lab.publisher().preview(post).intact
        return
    with pytest.raises(Permanent, match=f"picture 2 is no image/{told}") as refused:
        lab.publisher().prepare(post)
    assert refused.value.field == "pictures.2.media_type"
    assert lab.lossy.requests == ()


def test_the_server_takes_no_fifth_picture(lab: BlueskyLab, tmp_path: Path) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(a_post(pictures=(a_picture(tmp_path, "one"),)))
    (picture,), (blob,) = prepared.request["pictures"], prepared.request["uploads"]["blobs"]
    many = {"pictures": [picture] * 5, "uploads": {"repo": lab.member.did, "blobs": [blob] * 5}}
    with pytest.raises(Permanent):
        publisher.publish(Prepared.of("many", "bluesky", {**prepared.request, **many}), NOW)
    assert lab.seen() == []


def test_other_content_under_the_key_is_refused_and_not_found(lab: BlueskyLab) -> None:
    publisher = lab.publisher()
    publisher.publish(publisher.prepare(a_post()), NOW)
    other = publisher.prepare(a_post(text="Other words"))
    with pytest.raises(Permanent) as refused:
        publisher.publish(other, NOW)
    assert (refused.value.code, refused.value.field) == ("key.reused", "key")
    assert isinstance(publisher.find(other), CannotTell)


def test_the_servers_words_are_quoted_without_any_secret(lab: BlueskyLab) -> None:
    publisher = lab.publisher()
    prepared, token = publisher.prepare(a_post()), lab.account.grant()["access"].reveal()
    lab.lossy.next(said(400, {"error": "InvalidRequest", "message": f"not\n{token} today"}))
    with pytest.raises(Permanent, match=r"not \*\*\* today$"):
        publisher.publish(prepared, NOW)
    lab.lossy.next(said(400, {"error": token, "message": ["no text"]}))
    with pytest.raises(Permanent) as refused:
        publisher.publish(prepared, NOW)
    assert token not in str(refused.value)


def test_another_alt_text_is_other_content(lab: BlueskyLab, tmp_path: Path) -> None:
    publisher, post = lab.publisher(), a_post(pictures=(a_picture(tmp_path, "one"),))
    publisher.publish(publisher.prepare(post), NOW)
    assert isinstance(publisher.find(publisher.prepare(with_alt(post, "two"))), CannotTell)


def test_the_same_request_again_tells_the_same_and_makes_no_commit(lab: BlueskyLab) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(a_post())
    first = publisher.publish(prepared, NOW)
    head = lab.member.host.ask("com.atproto.sync.getLatestCommit", did=lab.member.did)
    assert lab.publisher().publish(prepared, NOW) == first
    assert publisher.find(prepared) == Found(first)
    assert lab.member.host.ask("com.atproto.sync.getLatestCommit", did=lab.member.did) == head


def test_a_post_that_cannot_be_read_back_is_out_all_the_same(lab: BlueskyLab) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(a_post())
    lab.lossy.next(DropRequest(), when=to("GET", GET))
    assert publisher.publish(prepared, NOW).echoed == {}
    assert len(lab.seen()) == 1


def test_looking_needs_no_session(lab: BlueskyLab) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(a_post())
    receipt = publisher.publish(prepared, NOW)
    lab.expire()
    lab.lossy.clear()
    assert lab.publisher().find(prepared) == Found(receipt)
    assert [one.path for one in lab.lossy.requests] == [GET]


def test_an_account_the_server_does_not_keep_is_no_absence(lab: BlueskyLab) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(a_post())
    elsewhere = prepared.with_uploads({"repo": "did:plc:somebodyelse", "blobs": []})
    assert isinstance(publisher.find(elsewhere), CannotTell)


def test_a_request_that_was_only_looked_at_is_not_posted(lab: BlueskyLab) -> None:
    with pytest.raises(Permanent, match="prepare it"):
        lab.publisher().publish(lab.publisher().preview(a_post()), NOW)


def test_after_deleting_the_same_post_goes_out_again(lab: BlueskyLab, tmp_path: Path) -> None:
    """Its picture went with it, and is uploaded again."""
    publisher, post = lab.publisher(), a_post(pictures=(a_picture(tmp_path, "one"),))
    receipt = publisher.publish(publisher.prepare(post), NOW)
    publisher.delete(receipt)
    assert publisher.publish(publisher.prepare(post), NOW) == receipt
    assert len(lab.seen()) == 1


def test_a_deletion_whose_answer_is_lost_may_be_made_again(lab: BlueskyLab) -> None:
    publisher = lab.publisher()
    receipt = publisher.publish(publisher.prepare(a_post()), NOW)
    lab.expire()
    publisher.delete(receipt)
    assert lab.seen() == []
    receipt = publisher.publish(publisher.prepare(a_post()), NOW)
    lab.lossy.next(LoseAnswer(), when=to("POST", DELETE))
    with pytest.raises(Exception, match="the connection broke"):
        publisher.delete(receipt)
    publisher.delete(receipt)
    assert lab.seen() == []


@pytest.mark.parametrize("what", ["never-was", "at://did:plc:a/app.bsky.feed.like/2222222222222"])
def test_what_is_no_post_is_not_deleted(what: str, lab: BlueskyLab) -> None:
    publisher = lab.publisher()
    receipt = publisher.publish(publisher.prepare(a_post()), NOW)
    lab.lossy.clear()
    publisher.delete(dataclasses.replace(receipt, remote_id=what))
    assert lab.lossy.requests == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [({"language": "pt_BR"}, "language.malformed"), ({"facts": {}}, "fact.missing")],
)
def test_what_the_record_lacks_is_found(
    change: dict[str, object], code: str, lab: BlueskyLab
) -> None:
    post = dataclasses.replace(a_post(), **change)  # type: ignore[arg-type]
    assert [one.code for one in lab.publisher().validate(post)] == [code]


def painted(folder: Path, kind: str) -> Picture:
    """A real picture of this kind."""
    buffer = io.BytesIO()
    Image.new("RGB", (32, 24), "red").save(buffer, kind)
    path = folder / f"picture.{kind}"
    path.write_bytes(buffer.getvalue())
    digest = hashlib.sha256(buffer.getvalue()).hexdigest()
    return Picture(path, f"image/{kind}", "A red field", 32, 24, digest)
