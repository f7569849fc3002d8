"""World Day, end to end, through the command: every promise that a reader of the result can check.

Four societies that between them write in seven languages, three of which have no catalogue. The
demonstration of all 26 is ``make demo``; it checks itself in the same way.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import Done, run_process

SOCIETIES = ("ba", "jo", "mt", "me")
WITHOUT_CATALOGUE = {"cnr"}
KEYS = {
    "society", "campaign", "card", "locale", "channel", "wall_time", "zone", "utc_time", "state",
    "reason", "receipt",
}  # fmt: skip
VOID = {"meta", "img", "br", "link", "input", "hr"}


@dataclass(frozen=True)
class Day:
    """The demonstration: where it was made and what it printed."""

    folder: Path
    done: Done
    value: dict[str, Any]

    @property
    def deliveries(self) -> list[dict[str, Any]]:
        return list(self.value["deliveries"])

    def posted(self) -> list[dict[str, Any]]:
        return [one for one in self.deliveries if one["state"] == "posted"]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    place = tmp_path_factory.mktemp("world-day")
    chosen = [word for name in SOCIETIES for word in ("--society", name)]
    done = run_process("demo", "out", "--for", "2027-07-30", "--json", *chosen, at=place)
    assert done.code == 0, done
    return Day(place / "out", done, done.value)


@pytest.fixture(scope="module")
def hand_offs(day: Day) -> dict[str, Path]:
    """The hand-off folders on disk by the delivery each is for; none stands twice."""
    found: dict[str, Path] = {}
    for file in day.folder.rglob("post.json"):
        key = json.loads(file.read_text("utf-8"))["key"]
        assert key not in found, f"{key} was handed over twice: {found[key]} and {file.parent}"
        found[key] = file.parent
    return found


def test_the_sums_close_and_nothing_is_lost_or_doubled(day: Day) -> None:
    value = day.value
    states = Counter(one["state"] for one in day.deliveries)
    assert (value["lost"], value["duplicated"], value["mistimed"]) == (0, 0, 0)
    assert value["not_drawn"] == []
    assert value["posted"] + value["held"] == value["planned"] == len(day.deliveries) > 0
    assert states == {"posted": value["posted"], "held": value["held"]}
    assert len({one["id"] for one in day.deliveries}) == value["planned"]


def test_standard_output_is_one_object_and_progress_is_elsewhere(day: Day) -> None:
    assert day.done.err.startswith("pictures: ")
    assert all(one.keys() >= KEYS for one in day.deliveries)
    assert Path(day.value["gallery"]).resolve() == (day.folder / "index.html").resolve()


def test_every_society_has_each_card_once_on_each_channel(day: Day) -> None:
    places = Counter((one["society"], one["channel"], one["campaign"]) for one in day.deliveries)
    cards = {
        (one["society"], one["channel"], one["campaign"], one["card"]) for one in day.deliveries
    }
    assert {society for society, _, _ in places} == set(SOCIETIES)
    assert len(cards) == len(day.deliveries)
    for campaign in ("myths-and-facts", "online-safety"):
        sizes = {count for (_, _, name), count in places.items() if name == campaign}
        assert len(sizes) == 1, f"{campaign} differs between channels: {sizes}"


def test_the_time_in_utc_is_the_wall_time_in_the_zone(day: Day) -> None:
    for one in day.deliveries:
        wall = datetime.fromisoformat(one["wall_time"])
        utc = datetime.fromisoformat(one["utc_time"])
        assert wall.tzinfo is None
        assert utc == wall.replace(tzinfo=_zone(one["zone"])).astimezone(UTC), one
    zones = {one["society"]: one["zone"] for one in day.deliveries}
    assert zones == {
        "ba": "Europe/Sarajevo", "jo": "Asia/Amman", "mt": "Europe/Malta", "me": "Europe/Podgorica",
    }  # fmt: skip


def test_what_was_posted_lies_in_exactly_one_complete_folder(
    day: Day, hand_offs: dict[str, Path]
) -> None:
    assert hand_offs.keys() == {one["id"] for one in day.posted()}
    for one in day.posted():
        _check_hand_off(hand_offs[one["id"]], one)


def _check_hand_off(folder: Path, one: dict[str, Any]) -> None:
    request = json.loads((folder / "post.json").read_text("utf-8"))["request"]
    caption = (folder / "caption.txt").read_text("utf-8")
    assert folder.parent.name == one["society"]
    assert caption == request["text"] != ""
    assert one["receipt"]["remote_id"] == one["id"]
    assert one["receipt"]["echoed"]["text"] == caption
    assert one["receipt"]["echoed"]["alts"] == [p["alt"] for p in request["pictures"]]
    checklist = (folder / "CHECKLIST.txt").read_text("utf-8")
    wall = one["wall_time"].replace("T", " ")
    assert checklist.startswith("REHEARSAL. Do not post this.")
    assert f"{wall} {one['zone']}" in checklist
    assert one["utc_time"][:16].replace("T", " ") in checklist
    assert request["pictures"], f"{folder} has no picture"
    for number, picture in enumerate(request["pictures"], 1):
        data = (folder / picture["name"]).read_bytes()
        assert sha256(data).hexdigest() == picture["digest"]
        assert data.startswith(b"\xff\xd8\xff"), f"{picture['name']} is no JPEG file"
        alt = (folder / f"alt-{number}.txt").read_text("utf-8")
        assert alt == picture["alt"] != ""


def test_a_language_without_catalogue_is_held_and_no_neighbour_speaks_for_it(
    day: Day, hand_offs: dict[str, Path]
) -> None:
    held = [one for one in day.deliveries if one["state"] == "held"]
    assert {one["locale"] for one in held} == WITHOUT_CATALOGUE
    assert all(one["reason"].startswith(f"{one['locale']}: ") for one in held)
    assert all(one["receipt"] is None for one in held)
    silent = {one["channel"] for one in held}
    assert silent == {"me-cnr-folder"}
    for folder in hand_offs.values():
        request = json.loads((folder / "post.json").read_text("utf-8"))["request"]
        assert request["facts"]["channel"] not in silent
        assert request["language"] != "cnr"
        assert request["language"].split("-")[0] == request["facts"]["locale"].split("_")[0]
    assert not list(day.folder.glob("rehearsal/hand-off-rehearsal/me"))


def test_no_two_languages_share_a_text(day: Day, hand_offs: dict[str, Path]) -> None:
    """A card that silently fell back would say the same in two languages."""
    texts: dict[tuple[str, str], dict[str, str]] = {}
    for one in day.posted():
        text = (hand_offs[one["id"]] / "caption.txt").read_text("utf-8")
        texts.setdefault((one["campaign"], one["card"]), {})[one["locale"]] = text
    for card, by_locale in texts.items():
        assert by_locale.keys() == {"bs", "hr", "sr", "sr_Latn", "ar", "mt", "en_GB"}, card
        assert len(set(by_locale.values())) == len(by_locale), card


def test_the_real_ledger_and_hand_off_folder_stay_untouched(day: Day) -> None:
    assert not (day.folder / "hand-off").exists()
    states = run_process("status", "--json", "-w", day.folder, at=day.folder).value["states"]
    assert states == {"approved": day.value["posted"], "held": day.value["held"]}


def test_a_second_run_draws_nothing_and_comes_to_the_same(day: Day) -> None:
    words = ("demo", day.folder, "--for", "2027-07-30", "--society", "mt", "--json")
    again = run_process(*words, at=day.folder.parent)
    assert again.code == 0, again
    first = [one for one in day.deliveries if one["society"] == "mt"]
    assert again.value["drawn"] == 0
    assert again.value["pictures"] == again.value["posted"] + _more_slides(first, again.value)
    assert [_without_receipt(one) for one in again.value["deliveries"]] == [
        _without_receipt(one) for one in first
    ]


def _more_slides(first: list[dict[str, Any]], value: dict[str, Any]) -> int:
    """Pictures beyond one a post: of carousels."""
    posted = [one for one in first if one["state"] == "posted"]
    return sum(len(one["receipt"]["echoed"]["alts"]) - 1 for one in posted)


def _without_receipt(one: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.items() if key != "receipt"}


def test_the_gallery_is_whole_and_needs_no_network(day: Day) -> None:
    pages = [day.folder / "index.html", *sorted(day.folder.glob("society/*.html"))]
    assert [page.stem for page in pages[1:]] == sorted(SOCIETIES)
    pictures = 0
    for page in pages:
        read = Page(page.read_text("utf-8"))
        assert read.open == [], f"{page.name} leaves {read.open} open"
        for name, value in read.addresses:
            assert "://" not in value, f"{page.name}: {name} leads outside: {value}"
            assert not value.startswith(("//", "/", "data:")), f"{page.name}: {value}"
            assert (page.parent / value.split("#")[0]).is_file(), f"{page.name}: {value}"
        assert "http" not in read.styles_and_scripts
        pictures += len(read.images)
        for image in read.images:
            assert image.get("alt", "").strip(), f"{page.name}: {image} has no alt text"
            assert image.get("lang", "").strip(), f"{page.name}: {image} has no language"
    shown = sum(len(one["receipt"]["echoed"]["alts"]) for one in day.posted())
    assert pictures == shown > 0


def test_the_gallery_shows_each_posts_text_in_its_language_and_direction(day: Day) -> None:
    page = Page((day.folder / "society" / "jo.html").read_text("utf-8"))
    posts = [one for one in day.deliveries if one["society"] == "jo"]
    by_id = dict(page.texts)
    for one in posts:
        attributes, text = by_id[f"{one['id']}-t"]
        assert text == one["receipt"]["echoed"]["text"]
        assert (attributes["lang"], attributes["dir"]) == ("ar", "rtl")


class Page(HTMLParser):
    """What a page holds: images, addresses, texts by id, and elements that were never closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.images: list[dict[str, str]] = []
        self.addresses: list[tuple[str, str]] = []
        self.styles_and_scripts = ""
        self._texts: dict[str, tuple[dict[str, str], list[str]]] = {}
        self._inside: list[str] = []
        self.feed(text)
        self.close()

    @property
    def texts(self) -> Iterator[tuple[str, tuple[dict[str, str], str]]]:
        for name, (attributes, pieces) in self._texts.items():
            yield name, (attributes, "".join(pieces))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.images.append(given)
        self.addresses += [(n, v) for n, v in given.items() if n in ("src", "href", "srcset")]
        if tag not in VOID:
            self.open.append(tag)
            self._inside.append(given.get("id", ""))
            if "id" in given:
                self._texts[given["id"]] = (given, [])

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()
        self._inside.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("style", "script"):
            self.styles_and_scripts += data
        for name in self._inside:
            if name:
                self._texts[name][1].append(data)


def _zone(name: str) -> ZoneInfo:
    """The zone from the packaged data, read without any code of ours."""
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)
