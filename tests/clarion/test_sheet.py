"""``clarion build --sheet``: every language beside the others, and a page at real size."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

from tests.acceptance.test_world_day import Page
from tests.conftest import Command

CARDS = ("ask-first", "where-it-happens", "get-help")


@pytest.fixture
def bilingual(workspace: Path) -> Path:
    """Two societies with English and one of them with Arabic."""
    source = workspace / "locales" / "en_GB" / "LC_MESSAGES" / "our-first-campaign.po"
    target = workspace / "locales" / "ar" / "LC_MESSAGES" / source.name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    text = target.read_text("utf-8").replace("Language: en_GB", "Language: ar")
    for english, arabic in ARABIC.items():
        text = text.replace(f'msgstr "{english}"', f'msgstr "{arabic}"')
    target.write_text(text, "utf-8")
    (workspace / "campaigns" / "societies.yaml").write_text(SOCIETIES, "utf-8")
    settings = workspace / "clarion.toml"
    settings.write_text(settings.read_text("utf-8").replace('["mt"]', '["one", "two"]'), "utf-8")
    return workspace


ARABIC = {
    "Our first campaign": "حملتنا الأولى",
    "Share this with someone you trust.": "شارك هذا مع شخص تثق به.",
    "Ask for the contract in writing": "اطلب العقد مكتوبًا",
    "Pay, hours and place should stand in it, in a language you can read.": (
        "يجب أن يذكر الأجر والساعات والمكان، بلغة تقرؤها."
    ),
    "It only happens far away.": "يحدث ذلك في أماكن بعيدة فقط.",
    "It can happen in any country, and close to home.": "قد يحدث في أي بلد، وقريبًا من البيت.",
    "You can ask for help": "يمكنك أن تطلب المساعدة",
    "You can talk to this helpline, to us or to the police.": (
        "يمكنك التحدث إلى خط المساعدة هذا أو إلينا أو إلى الشرطة."
    ),
    "You can talk to us, to a support organisation or to the police.": (
        "يمكنك التحدث إلينا أو إلى منظمة دعم أو إلى الشرطة."
    ),
}
SOCIETIES = """\
societies:
  - id: one
    names: {en: One & <Only>}
    emblem: cross
    locales: [en_GB]
    formats: {en_GB: en_GB}
    timezone: Europe/Malta
    weekend: [sat, sun]
    channels: [{id: c1, platform: folder, locale: en_GB}]
  - id: two
    names: {en: Two}
    emblem: crescent
    locales: [en_GB, ar]
    formats: {en_GB: en_GB, ar: ar_LB}
    timezone: Europe/Malta
    weekend: [sat, sun]
    channels:
      - {id: c1, platform: folder, locale: en_GB}
      - {id: c2, platform: folder, locale: ar}
"""


def page(folder: Path) -> str:
    return (folder / "index.html").read_text("utf-8")


def sections(text: str) -> dict[str, str]:
    """The page's sections by id."""
    parts = re.findall(r'<section id="([^"]+)"(.*?)</section>', text, re.S)
    return dict(parts)


def test_a_sheet_for_each_format_and_a_page_beside(bilingual: Path, clarion: Command) -> None:
    done = clarion("build", "--sheet", "--format", "square", "--format", "link")
    folder = bilingual / "sheets"
    assert f"sheets: {folder / 'index.html'}" in done.out
    assert done.code == 0
    assert {file.name for file in folder.iterdir()} == {
        "index.html", "our-first-campaign-square.jpg", "our-first-campaign-link.jpg",
    }  # fmt: skip
    for file in folder.glob("*.jpg"):
        with Image.open(file) as sheet:
            assert max(sheet.size) <= 8000


def test_no_sheet_unless_asked_for(workspace: Path, clarion: Command) -> None:
    clarion("build")
    assert not (workspace / "sheets").exists()


def test_the_page_shows_each_language_once_with_its_direction(
    bilingual: Path, clarion: Command
) -> None:
    clarion("build", "--sheet")
    text = page(bilingual / "sheets")
    assert Page(text).open == []
    found = sections(text)
    assert list(found) == ["en_GB-one", "ar-two"]
    assert found["en_GB-one"].startswith(' lang="en-GB" dir="ltr"')
    assert found["ar-two"].startswith(' lang="ar" dir="rtl"')
    for part in found.values():
        assert re.findall(r"<bdi>([\w-]+)</bdi>", part) == list(CARDS)
    assert "One &amp; &lt;Only&gt;" in text
    assert "<Only>" not in text


def test_a_chosen_society_has_its_own_columns(bilingual: Path, clarion: Command) -> None:
    clarion("build", "--sheet", "--society", "one", "--society", "two")
    found = sections(page(bilingual / "sheets"))
    assert list(found) == ["en_GB-one", "en_GB-two", "ar-two"]


def test_every_picture_is_there_at_real_size_with_its_description(
    bilingual: Path, clarion: Command
) -> None:
    clarion("build", "--sheet", "--all-formats")
    folder = bilingual / "sheets"
    shown = re.findall(
        r'<a href="([^"]+)"><img src="([^"]+)" width="(\d+)" height="(\d+)"', page(folder)
    )
    assert len(shown) == 2 * 3 * 5
    for link, src, width, height in shown:
        assert link == src
        with Image.open(folder / link) as picture:
            assert picture.size == (int(width), int(height))
    described = re.findall(r"</h3>\s*<p>([^<]+)</p>", page(folder))
    assert len(described) == 2 * 3
    for words in ("It can happen in any country", "قد يحدث في أي بلد"):
        assert sum(words in text for text in described) == 1


def test_a_missing_picture_says_why_in_its_place(bilingual: Path, clarion: Command) -> None:
    done = clarion("build", "--sheet", "--pseudo", "300%", "--format", "link")
    assert done.code == 1
    text = page(bilingual / "pseudo" / "sheets-300")
    missing = re.findall(r'<p class="missing"[^>]*>([^<]+)</p>', text)
    assert len(missing) == text.count("px too high") + text.count("px too wide") >= 1
    assert "300 % of the source’s length: not for posting" in text
    assert not (bilingual / "sheets").exists()


def test_a_held_card_is_listed_with_its_reason(bilingual: Path, clarion: Command) -> None:
    file = bilingual / "locales" / "ar" / "LC_MESSAGES" / "our-first-campaign.po"
    text = file.read_text("utf-8")
    myth = ARABIC["It only happens far away."]
    file.write_text(text.replace(f'msgstr "{myth}"', 'msgstr ""'), "utf-8")
    clarion("build", "--sheet")
    part = sections(page(bilingual / "sheets"))["ar-two"]
    assert "our-first-campaign/where-it-happens is held: ar/our-first-campaign: empty" in part
    assert re.findall(r"<bdi>([\w-]+)</bdi>", part) == ["ask-first", "get-help"]


def test_sheets_replace_those_before_and_nothing_else(bilingual: Path, clarion: Command) -> None:
    clarion("build", "--sheet", "--all-formats")
    folder = bilingual / "sheets"
    (folder / "holiday.jpg").write_bytes(b"mine")
    clarion("build", "--sheet")
    assert {file.name for file in folder.iterdir()} == {
        "index.html", "our-first-campaign-square.jpg", "holiday.jpg",
    }  # fmt: skip


def test_the_same_pictures_give_the_same_sheets(bilingual: Path, clarion: Command) -> None:
    def made() -> dict[str, bytes]:
        clarion("build", "--sheet")
        return {file.name: file.read_bytes() for file in (bilingual / "sheets").iterdir()}

    assert made() == made()


def test_json_names_the_sheets(bilingual: Path, clarion: Command) -> None:
    value = json.loads(clarion("build", "--sheet", "--json").out)
    assert value["index"] == str(bilingual / "sheets" / "index.html")
    assert value["sheets"] == [str(bilingual / "sheets" / "our-first-campaign-square.jpg")]
