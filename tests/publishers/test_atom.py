from __future__ import annotations

import dataclasses
import hashlib
import threading
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from publishers.account import FixedAccount
from publishers.atom.feed import FeedFile
from publishers.atom.publisher import AtomPublisher
from publishers.errors import Permanent, SetupError, Transient
from publishers.port import Absent, CannotTell, Found, Idempotency, Picture, Post, Receipt
from publishers.testing.contract import NOW, TEXTS, PublisherContract, a_picture, a_post
from tests.publishers.html_seen import Shown
from tests.publishers.lab_atom import ATOM, XML, AtomLab, problems

MEDIA = "{http://search.yahoo.com/mrss/}"


@pytest.fixture
def lab(tmp_path: Path) -> AtomLab:
    return AtomLab(tmp_path / "workspace")


class TestContract(PublisherContract):
    @pytest.fixture
    def lab(self, tmp_path: Path) -> AtomLab:
        return AtomLab(tmp_path / "workspace")


def publish(lab: AtomLab, post: Post) -> ET.Element:
    """Publish it; its entry."""
    publisher = lab.publisher()
    receipt = publisher.publish(publisher.prepare(post), NOW)
    (entry,) = (one for one in lab.entries() if one.findtext(f"{ATOM}id") == receipt.remote_id)
    return entry


def dated(number: int, *, minutes: int | None = None, pictures: tuple[Picture, ...] = ()) -> Post:
    at = NOW + timedelta(minutes=number if minutes is None else minutes)
    return a_post(key=f"key-{number}", text=f"Words of {number}", at=at, pictures=pictures)


# What a reader gets.


def test_an_entry_tells_everything_a_reader_needs(lab: AtomLab, tmp_path: Path) -> None:
    png = a_picture(tmp_path, 'Una mano "tesa"\n& aperta')
    jpeg = dataclasses.replace(a_picture(tmp_path, "Due"), media_type="image/jpeg")
    post = a_post(pictures=(png, jpeg))
    entry = publish(lab, post)
    assert entry.get(f"{XML}lang") == "it"
    assert entry.findtext(f"{ATOM}title") == "Smuggling"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Croce Rossa Italiana"
    assert entry.findtext(f"{ATOM}published") == "2027-07-30T07:00:00+00:00"
    shown = Shown(entry.findtext(f"{ATOM}content", ""))
    assert shown.alts == tuple(picture.alt for picture in post.pictures)
    links = entry.findall(f"{ATOM}link")
    assert [link.get("type") for link in links] == ["image/png", "image/jpeg"]
    assert [link.get("href") for link in links] == shown.sources
    for link, picture in zip(links, post.pictures, strict=True):
        name = link.get("href", "").removeprefix("https://it.example.org/clarion/pictures/")
        served = lab.file.parent / "pictures" / name
        assert served.read_bytes() == picture.path.read_bytes()
        assert link.get("length") == str(served.stat().st_size)
    alts = [one.text for one in entry.iter(f"{MEDIA}description")]
    assert alts == ['Una mano "tesa" & aperta', "Due"]


@pytest.mark.parametrize("name", ["arabic", "hebrew", "greek"])
def test_a_text_runs_its_own_way(name: str, lab: AtomLab) -> None:
    language, text = TEXTS[name]
    shown = Shown(publish(lab, a_post(text=text, language=language)).findtext(f"{ATOM}content", ""))
    way = "ltr" if name == "greek" else "rtl"
    assert (shown.root["lang"], shown.root["dir"]) == (language, way)


def test_what_is_echoed_is_read_from_the_file_to_the_character(
    lab: AtomLab, tmp_path: Path
) -> None:
    text = "\ttwo  spaces\r\n\n<b>&amp;&#13; ]]> \x85\u2028\u202e end\n"
    picture = a_picture(tmp_path, f'{text}"')
    publisher = lab.publisher()
    receipt = publisher.publish(publisher.prepare(a_post(text=text, pictures=(picture,))), NOW)
    assert receipt.echoed == {"text": text, "language": "it", "alts": [picture.alt]}
    assert publisher.find(publisher.prepare(a_post(text=text, pictures=(picture,)))) == Found(
        receipt
    )


def test_markup_in_a_text_stays_words(lab: AtomLab) -> None:
    hostile = '<img src=x onerror=alert(1)></p><script>alert("1")</script>'
    shown = Shown(publish(lab, a_post(text=hostile)).findtext(f"{ATOM}content", ""))
    assert shown.tags == ["div", "p"]
    assert shown.text == hostile


def test_without_a_title_the_first_words_stand_for_it(lab: AtomLab) -> None:
    long = "Una parola dopo l'altra " * 20
    entry = publish(lab, dataclasses.replace(a_post(text=long), title=" "))
    title = entry.findtext(f"{ATOM}title", "")
    assert title.endswith(" …")
    assert long.startswith(title.removesuffix(" …"))
    assert 60 < len(title) <= 90


def test_an_entry_is_by_the_society_and_its_title_is_whole(lab: AtomLab) -> None:
    post, fact = a_post(), "Una parte delle persone individuate (42%) subiva lavoro forzato. " * 3
    entry = publish(lab, dataclasses.replace(post, title=fact))
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == post.facts["society"]
    assert entry.findtext(f"{ATOM}title") == fact.strip()
    facts = {**post.facts, "society": "it", "society_name": "Croce Rossa\nItaliana"}
    entry = publish(lab, dataclasses.replace(post, key="named", facts=facts))
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Croce Rossa Italiana"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "a\x01b"}, "text"),
        ({"title": "\x1b[2J"}, "title"),
        ({"text": "\ufffe"}, "text"),
        ({"facts": dict(a_post().facts) | {"society": "x\x0c"}}, "facts.society"),
        ({"facts": dict(a_post().facts) | {"society_name": "x\x0c"}}, "facts.society_name"),
    ],
)
def test_what_xml_cannot_hold_is_a_finding(
    change: dict[str, str], field: str, lab: AtomLab
) -> None:
    wrong = dataclasses.replace(a_post(), **change)  # type: ignore[arg-type]
    (finding,) = lab.publisher().validate(wrong)
    assert (finding.code, finding.field) == ("text.unwritable", field)


@pytest.mark.parametrize("fact", ["society", "utc_time"])
def test_a_fact_that_an_entry_needs_is_a_finding(fact: str, lab: AtomLab) -> None:
    bare = dataclasses.replace(a_post(), facts=dict(a_post().facts) | {fact: ""})
    assert [one.field for one in lab.publisher().validate(bare)] == [f"facts.{fact}"]


def test_the_strict_reader_of_these_tests_sees_what_is_wrong(lab: AtomLab) -> None:
    publish(lab, dated(1))
    good = lab.file.read_text("utf-8")
    assert problems(good.encode()) == []
    for there, wrong in (
        ("<id>urn:uuid:", "<id>"),
        ("</author>", "</author><content/>"),
        ("+00:00</published>", "</published>"),
        ('rel="self"', 'rel="alternate"'),
        ("<name>Croce Rossa Italiana</name>", "<name/>"),
        ('type="html"', 'type="text"'),
        ('xml:lang="it"', 'xml:lang="it_IT"'),
        ("<updated>", "<updated/><updated>"),
    ):
        changed = good.replace(there, wrong)
        assert changed != good
        assert problems(changed.encode()) != [], there


# Once, whoever writes.


def test_publishing_again_changes_no_byte(lab: AtomLab) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(dated(1))
    first = publisher.publish(prepared, NOW)
    before = lab.file.read_bytes()
    assert lab.publisher().publish(prepared, NOW + timedelta(days=3)) == first
    assert lab.file.read_bytes() == before


def test_where_the_pictures_lay_is_not_what_was_published(lab: AtomLab, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    publisher = lab.publisher()
    one, two = (publisher.prepare(dated(1, pictures=(a_picture(p, "x"),))) for p in (here, there))
    assert one.digest != two.digest
    assert publisher.publish(one, NOW) == publisher.publish(two, NOW)


def test_writers_at_the_same_time_lose_nothing(lab: AtomLab) -> None:
    posts = [dated(number) for number in range(8)]
    gate = threading.Barrier(8, timeout=20)

    def go(post: Post) -> None:
        publisher = lab.publisher()
        prepared = publisher.prepare(post)
        gate.wait()
        publisher.publish(prepared, NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(go, posts))
    assert {seen.text for seen in lab.seen()} == {post.text for post in posts}


def test_the_newest_are_kept_and_what_went_does_not_come_back(lab: AtomLab) -> None:
    lab.settings["keep"] = "3"
    publisher = lab.publisher()
    prepared = [publisher.prepare(dated(number)) for number in (2, 0, 3, 1, 4)]
    for one in prepared[:3]:
        publisher.publish(one, NOW)
    publisher.publish(prepared[3], NOW)  # newer than the oldest, which goes
    publisher.publish(prepared[4], NOW)
    kept = ["Words of 2", "Words of 3", "Words of 4"]
    assert sorted(seen.text for seen in lab.seen()) == kept
    for gone in (prepared[1], prepared[3]):
        assert isinstance(publisher.find(gone), CannotTell)
        with pytest.raises(Permanent, match="raise 'keep'") as refused:
            publisher.publish(gone, NOW)
        assert refused.value.code == "feed.past"
    # Also when there is room again.
    publisher.delete(publisher.publish(prepared[4], NOW))
    with pytest.raises(Permanent):
        publisher.publish(prepared[3], NOW)
    assert isinstance(publisher.find(prepared[3]), CannotTell)
    assert isinstance(publisher.find(prepared[4]), Absent)


def test_one_that_is_too_old_for_a_full_feed_is_refused(lab: AtomLab) -> None:
    lab.settings["keep"] = "1"
    publish(lab, dated(5))
    late = lab.publisher().prepare(dated(1))
    with pytest.raises(Permanent, match="older than the 1 entries"):
        lab.publisher().publish(late, NOW)
    assert [seen.text for seen in lab.seen()] == ["Words of 5"]


def test_a_feed_that_is_to_keep_fewer_shows_what_it_says_it_took(lab: AtomLab) -> None:
    for number in (1, 2, 4, 5):
        publish(lab, dated(number))
    lab.settings["keep"] = "2"
    with pytest.raises(Permanent, match="older than the 2 entries"):
        publish(lab, dated(3))
    assert len(lab.entries()) == 4
    publish(lab, dated(6))
    assert [seen.text for seen in lab.seen()] == ["Words of 5", "Words of 6"]


def test_taking_down_takes_the_pictures_that_nobody_else_shows(
    lab: AtomLab, tmp_path: Path
) -> None:
    shared, own = a_picture(tmp_path, "shared"), a_picture(tmp_path, "own")
    publisher = lab.publisher()
    publisher.publish(publisher.prepare(dated(1, pictures=(shared,))), NOW)
    receipt = publisher.publish(publisher.prepare(dated(2, pictures=(shared, own))), NOW)
    pictures = lab.file.parent / "pictures"
    assert len(list(pictures.iterdir())) == 2
    publisher.delete(receipt)
    assert [hashlib.sha256(one.read_bytes()).hexdigest() for one in pictures.iterdir()] == [
        shared.digest
    ]


# What is not ours, or not whole.


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: data[:-40],
        lambda data: data.replace(b"Words", b"Other words"),
        lambda data: data + b"\n",
        lambda data: b"",
        lambda data: b"<html></html>",
        lambda data: resealed(data.replace(b"<feed", b'<!DOCTYPE feed [<!ENTITY a "x">]><feed', 1)),
        lambda data: resealed(data.replace(b"</id>", b"", 1)),
        lambda data: resealed(data.replace(b"utf-8", b"latin-1", 1)),
    ],
    ids=["cut", "edited", "longer", "empty", "other", "entity", "not XML", "encoding"],
)
def test_a_file_that_was_changed_is_left_alone(harm: object, lab: AtomLab) -> None:
    publish(lab, dated(1))
    changed = harm(lab.file.read_bytes())  # type: ignore[operator]
    lab.file.write_bytes(changed)
    publisher = lab.publisher()
    prepared = publisher.prepare(dated(2))
    for act in (
        publisher.verify,
        lambda: publisher.publish(prepared, NOW),
        lambda: publisher.delete(Receipt("x", None, NOW)),
    ):
        with pytest.raises(Permanent, match="changed by hand or damaged") as refused:
            act()
        assert (refused.value.code, refused.value.field) == ("feed.damaged", "path")
    assert isinstance(publisher.find(prepared), CannotTell)
    assert lab.file.read_bytes() == changed


def resealed(data: bytes) -> bytes:
    body = data[: data.rindex(b"<!-- ")]
    seal = data[len(body) :]
    old = seal[seal.index(b": ") + 2 :][:64]
    return body + seal.replace(old, hashlib.sha256(body).hexdigest().encode())


def test_the_feed_of_another_channel_is_left_alone(lab: AtomLab) -> None:
    publish(lab, dated(1))
    before = lab.file.read_bytes()
    own = lab.settings | {"path": str(lab.file)}
    other = AtomPublisher("fr-fr-atom", own, lab.base, FixedAccount())
    with pytest.raises(Permanent, match="another channel") as refused:
        other.publish(other.prepare(dated(2)), NOW)
    assert refused.value.code == "feed.foreign"
    assert lab.file.read_bytes() == before


def test_settings_that_change_show_with_the_next_post(lab: AtomLab) -> None:
    publish(lab, dated(1))
    lab.settings |= {"title": "Croce Rossa: fatti & miti", "url": "https://new.example.org/f.xml"}
    publish(lab, dated(2))
    root = ET.fromstring(lab.file.read_bytes())
    assert root.findtext(f"{ATOM}title") == lab.settings["title"]
    assert [link.get("href") for link in root.findall(f"{ATOM}link")] == [lab.settings["url"]]
    assert len(lab.entries()) == 2


def test_a_disk_that_is_not_connected_is_not_made(lab: AtomLab, tmp_path: Path) -> None:
    lab.settings["path"] = str(tmp_path / "mount" / "feed.xml")
    publisher = lab.publisher()
    prepared = publisher.prepare(dated(1))
    assert isinstance(publisher.find(prepared), CannotTell)
    for act in (publisher.verify, lambda: publisher.publish(prepared, NOW)):
        with pytest.raises(Permanent, match="connect the disk") as refused:
            act()
        assert refused.value.field == "path"
    assert not (tmp_path / "mount").exists()


def test_where_no_folder_can_be_made(lab: AtomLab) -> None:
    (lab.base / "feed").write_text("a file")
    publisher = lab.publisher()
    for act in (publisher.verify, lambda: publisher.publish(publisher.prepare(dated(1)), NOW)):
        with pytest.raises(Permanent) as refused:
            act()
        assert (refused.value.code, refused.value.field) == ("folder.unusable", "path")


def test_whoever_finds_the_feed_busy_waits_and_then_says_so(lab: AtomLab) -> None:
    lab.file.parent.mkdir()
    with (
        FeedFile(lab.file, own=True).locked(),
        pytest.raises(Transient, match="another writer") as refused,
        FeedFile(lab.file, own=True, patience=0.1).locked(),
    ):
        raise AssertionError
    assert refused.value.scope == "host"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"url": ""}, "channel it-it-atom: url is missing"),
        ({"url": "http://example.org/f.xml"}, "https only"),
        ({"pictures_path": "p"}, "give pictures_path and pictures_url, or neither"),
        ({"pictures_url": "https://example.org/p"}, "give pictures_path and pictures_url"),
        ({"keep": "0"}, "keep is '0'"),
        ({"limit": "9"}, "unknown setting 'limit'"),
    ],
)
def test_settings_are_read_strictly(settings: dict[str, str], message: str, lab: AtomLab) -> None:
    lab.settings |= settings
    with pytest.raises(SetupError, match=message):
        lab.publisher()


def test_pictures_may_lie_elsewhere(lab: AtomLab, tmp_path: Path) -> None:
    lab.settings |= {"pictures_path": "media/p", "pictures_url": "https://media.example.org/p/"}
    entry = publish(lab, dated(1, pictures=(a_picture(tmp_path, "x"),)))
    (link,) = entry.findall(f"{ATOM}link")
    folder, _, name = link.get("href", "").rpartition("/")
    assert folder == "https://media.example.org/p"
    assert (lab.base / "media/p" / name).is_file()


def test_it_knows_a_key_for_good(lab: AtomLab) -> None:
    caps = lab.publisher().capabilities()
    assert (caps.idempotency, caps.can_find, caps.can_delete) == (Idempotency.NATIVE, True, True)
