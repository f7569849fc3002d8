"""The gallery's pages: what is shown, what is offered, and that no text becomes markup."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from clarion.gallery import Gallery, language_name
from clarion.planning import plan_workspace
from clarion.report import rows
from clarion.settings import load_settings
from clarion.wiring import Studio
from tests.acceptance.test_world_day import Page

NAME = """<b>R&D</b> "Red" 'Cross'"""
SOCIETIES = f"""\
societies:
  - id: mt
    names: {{en: {NAME!r}}}
    emblem: cross
    locales: [en_GB, fr]
    formats: {{en_GB: en_GB, fr: fr_FR}}
    timezone: Europe/Malta
    weekend: [sat, sun]
    channels:
      - {{id: c1, platform: folder, locale: en_GB}}
      - {{id: c2, platform: folder, locale: fr}}
"""


@pytest.fixture
def pages(workspace: Path) -> Path:
    """The gallery of a plan of three cards, of which only square pictures were drawn."""
    text = SOCIETIES.replace(repr(NAME), '"' + NAME.replace('"', '\\"') + '"')
    (workspace / "campaigns" / "societies.yaml").write_text(text, "utf-8")
    with closing(Studio(load_settings(workspace))) as studio:
        now = datetime(2027, 7, 1, tzinfo=UTC)
        entries, _ = plan_workspace(studio, (), (), date(2027, 7, 30), now)
        every = tuple(studio.press.workshop.composer.theme.formats)
        gallery = Gallery(studio.press, workspace / "pages", {"mt": every}, workspace)
        index = gallery.write(
            title="A <title>", lead="& a lead", notices=("<i>notice</i>",),
            totals=(("<posts>", 3),), rows=rows(studio.societies(), entries), entries=entries,
        )  # fmt: skip
    assert index == workspace / "pages" / "index.html"
    return index.parent


def test_names_and_texts_are_shown_as_typed(pages: Path) -> None:
    for name in ("index.html", "society/mt.html"):
        text = (pages / name).read_text("utf-8")
        page = Page(text)
        assert page.open == []
        assert "<b>R&D" not in text
        assert "&lt;b&gt;R&amp;D&lt;/b&gt;" in text
        assert "<i>notice" not in text


def test_only_pictures_that_were_drawn_are_offered(pages: Path) -> None:
    page = Page((pages / "society" / "mt.html").read_text("utf-8"))
    offered = [value for _, value in page.addresses if value.endswith(".jpg")]
    assert len(page.images) == 3
    assert len(offered) == 6  # each is shown and can be downloaded
    assert all((pages / "society" / value).resolve().is_file() for value in offered)


def test_what_is_held_says_why_and_shows_no_picture(pages: Path) -> None:
    text = (pages / "society" / "mt.html").read_text("utf-8")
    assert text.count("fr: has no translation of") == 3
    assert text.count("<article") == 6


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        ("sr_Latn", "Serbian (Latin)"),
        ("pt_PT", "Portuguese (Portugal)"),
        ("cnr", "Montenegrin"),
        ("xx", "xx"),
    ],
)
def test_a_language_is_called_by_its_name_or_its_code(locale: str, name: str) -> None:
    assert language_name(locale) == name
