"""Packs: whole, checkable, and the same bytes wherever and whenever they are made."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command

CARDS = {"ask-first", "where-it-happens", "get-help"}


class Unpacked:
    """A pack, read."""

    def __init__(self, file: Path) -> None:
        with zipfile.ZipFile(file) as archive:
            assert archive.testzip() is None
            self.infos = archive.infolist()
            self.files = {info.filename: archive.read(info) for info in self.infos}
        self.manifest: dict[str, Any] = json.loads(self.files["manifest.json"].decode("utf-8"))

    def text(self, name: str) -> str:
        return self.files[name].decode("utf-8")


@pytest.fixture
def packed(workspace: Path, clarion: Command) -> Unpacked:
    assert clarion("pack").code == 0
    return Unpacked(workspace / "packs" / "clarion-mt.zip")


def test_two_packs_made_in_two_places_are_the_same_bytes(
    workspace: Path, tmp_path: Path, clarion: Command
) -> None:
    other = Path(shutil.copytree(workspace, tmp_path / "elsewhere" / "theirs"))
    (other / "clarion.toml").write_text(
        (other / "clarion.toml").read_text("utf-8").replace("workers = 0", "workers = 1"), "utf-8"
    )
    assert clarion("pack").code == clarion("pack", at=other).code == 0
    name = Path("packs", "clarion-mt.zip")
    first = (workspace / name).read_bytes()
    assert first == (other / name).read_bytes()
    assert clarion("pack").code == 0
    assert (workspace / name).read_bytes() == first


def test_the_manifest_has_the_checksum_of_every_file(packed: Unpacked) -> None:
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in packed.files.items()}
    del sums["manifest.json"]
    assert packed.manifest["files"] == sums
    assert len(packed.infos) == len(packed.files) == len(sums) + 1


def test_names_are_in_order_and_safe_anywhere(packed: Unpacked) -> None:
    names = [info.filename for info in packed.infos]
    assert names == sorted(names)
    for name in names:
        assert name.isascii()
        assert not name.startswith(("/", "."))
        assert ".." not in name
        assert "\\" not in name
    assert {info.date_time for info in packed.infos} == {(1980, 1, 1, 0, 0, 0)}


def test_every_ready_card_is_whole(packed: Unpacked, workspace: Path) -> None:
    wanted = {"square.jpg", "caption-long.txt", "caption-short.txt", "alt.txt"}
    folders: dict[str, set[str]] = {}
    for name in packed.files:
        folder, _, file = name.rpartition("/")
        if folder:
            folders.setdefault(folder, set()).add(file)
    assert folders == {f"en_GB/our-first-campaign/{card}": wanted for card in CARDS}
    drawn = {file.read_bytes() for file in workspace.glob("assets/*/*.jpg")}
    assert {packed.files[f"{folder}/square.jpg"] for folder in folders} == drawn
    for folder in folders:
        assert packed.text(f"{folder}/alt.txt").strip()
        long, short = (packed.text(f"{folder}/caption-{s}.txt") for s in ("long", "short"))
        assert len(short) <= 300 < 2200
        assert "#EndHumanTrafficking" in long


def test_held_cards_are_left_out_and_listed_with_the_reason(packed: Unpacked) -> None:
    held = packed.manifest["held"]
    assert {(one["locale"], one["card"]) for one in held} == {("mt", card) for card in CARDS}
    assert all(one["why"][0].startswith("mt: has no translation of ") for one in held)
    assert not [name for name in packed.files if name.startswith("mt/")]


def test_a_card_that_cannot_be_drawn_is_left_out_whole(workspace: Path, clarion: Command) -> None:
    broken = workspace / "templates" / "cards" / "tip.toml"
    broken.parent.mkdir(parents=True)
    broken.write_text("[", "utf-8")
    assert clarion("pack").code == 0
    packed = Unpacked(workspace / "packs" / "clarion-mt.zip")
    [held] = [one for one in packed.manifest["held"] if one["locale"] == "en_GB"]
    assert held["card"] == "ask-first"
    assert str(broken) in held["why"][0]
    assert not [name for name in packed.files if "ask-first" in name]
    assert [name for name in packed.files if "get-help" in name]


def test_a_card_whose_figure_has_expired_on_the_day_is_left_out(
    workspace: Path, clarion: Command
) -> None:
    """No gate asks again once a society has its pack."""
    registers = workspace / "campaigns"
    (registers / "figures.yaml").write_text(
        "figures:\n  - {id: OWN, value: '50', unit: percent, counts: people asked, year: '2020',"
        " source: S01, review_by: 2021-01-31, grade: primary}\n",
        "utf-8",
    )
    file = registers / "our-first-campaign" / "campaign.yaml"
    card = (
        "\n  - {id: figure, kind: statistic, sources: [S01], figures: {figure: OWN}, lead: Asked,"
        " value: '{figure}', body: of them.}\n"
    )
    file.write_text(file.read_text("utf-8") + card, "utf-8")
    (workspace / "clarion.toml").write_text(
        'societies = ["mt"]\ncampaigns = ["our-first-campaign"]\n', "utf-8"
    )
    assert clarion("messages", "update").code == 0
    assert clarion("pack", "--format", "link").code == 0
    packed = Unpacked(workspace / "packs" / "clarion-mt.zip")
    [held] = [one for one in packed.manifest["held"] if one["locale"] == "en_GB"]
    assert held["card"] == "figure"
    assert held["why"] == ["figure OWN was to be reviewed by 2021-01-31"]
    assert not [name for name in packed.files if "/figure/" in name]


def test_sources_open_in_a_spreadsheet_with_the_six_fields(packed: Unpacked) -> None:
    raw = packed.files["sources.csv"]
    assert raw.startswith(b"\xef\xbb\xbf"), "spreadsheets need the mark to see UTF-8"
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert [row["id"] for row in rows] == ["S01", "S14", "S24"]
    fields = ("title", "abstract", "country", "region", "authors", "year", "category")
    assert all(row[field].strip() for row in rows for field in fields)


def test_a_title_that_looks_like_a_formula_stays_a_title(workspace: Path, clarion: Command) -> None:
    (workspace / "clarion.toml").write_text(
        'societies = ["mt"]\ncampaigns = ["our-first-campaign"]\n', "utf-8"
    )
    (workspace / "campaigns" / "sources.yaml").write_text(
        "sources:\n  - {id: S14, title: '=HYPERLINK(1)', abstract: a, country: [x, y], region: r,"
        " authors: b, year: '2020', category: c}\n",
        "utf-8",
    )
    assert clarion("pack", "--format", "link", "-o", "out").code == 0
    raw = Unpacked(workspace / "out" / "clarion-mt.zip").files["sources.csv"]
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    [row] = [row for row in rows if row["id"] == "S14"]
    assert (row["title"], row["country"]) == ("'=HYPERLINK(1)", "x; y")


def test_a_shipped_campaign_in_arabic_with_its_carousels(workspace: Path, clarion: Command) -> None:
    (workspace / "clarion.toml").write_text("workers = 2\n", "utf-8")
    words = ("--society", "jo", "--campaign", "myths-and-facts", "--format", "link", "-o", "out")
    done = clarion("pack", *words, "--json")
    assert done.code == 0
    [row] = done.value["packs"]
    assert (row["society"], row["file"]) == ("jo", "out/clarion-jo.zip")
    packed = Unpacked(workspace / "out" / "clarion-jo.zip")
    assert row["files"] == len(packed.manifest["files"])
    slides = sorted(name for name in packed.files if "/link-" in name)
    assert slides, "no carousel in the pack"
    assert slides[0].endswith("/link-1.jpg")
    for name in packed.files:
        if name.endswith("alt.txt"):
            assert any("\u0600" <= sign <= "\u06ff" for sign in packed.text(name)), name
