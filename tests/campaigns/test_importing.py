"""Importing a library's records: cleaned, shown, and appended without touching what is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.errors import ContentError
from campaigns.importing import MAX_RECORDS, Draft, append, from_page, from_table, proposed
from campaigns.page_text import clean, is_clutter
from campaigns.registers import load_sources
from campaigns.strict_yaml import MAX_BYTES

Refusal = Callable[[Callable[[], object]], ContentError | None]

FILE = Path("library.csv")
HEAD = ["Title", "Abstract", "Country", "Region", "Authors", "Year", "Category", "Views"]
ROW = ["A report", "It says.", "Greece; Italy", "Europe", "by UNODC", "2020", "Research", "12"]

PAGE = """\
Skip to main content
Home > Resources > Library
Resource library
Resource library
10 results found
Trafficking &amp; smuggling
Trafficking &amp; smuggling
An analysis of   routes.&nbsp;With <b>200</b> interviews. Read more
It goes on in a second paragraph.
by Somebody
Country
Worldwide
Region
Middle East

North Africa
Year
2010
Category

Download +

Second report
The abstract of the second.
Country
Lebanon
Region
Middle East
Authors
By A. One;
B. Two
Year
Published 12 March 2017
Category
Research
Download PDF
© 2020 All rights reserved
Contact us
"""


def values(draft: Draft) -> dict[str, str]:
    """Its fields as texts."""
    return {name: draft.text(name) for name in draft.values if draft.text(name)}


def test_a_page_as_it_is_copied_from_a_library() -> None:
    first, second = from_page(PAGE, FILE)
    assert values(first) == {
        "title": "Trafficking & smuggling",
        "abstract": "An analysis of routes. With 200 interviews. It goes on in a second paragraph.",
        "country": "Worldwide", "region": "Middle East; North Africa", "authors": "Somebody",
        "year": "2010",
    }  # fmt: skip
    assert first.missing == ("category",)
    assert values(second) == {
        "title": "Second report", "abstract": "The abstract of the second.", "country": "Lebanon",
        "region": "Middle East", "authors": "A. One, B. Two", "year": "2017",
        "category": "Research",
    }  # fmt: skip
    assert second.missing == ()


def test_whatever_was_thrown_away_can_be_seen() -> None:
    thrown = {text for draft in from_page(PAGE, FILE) for text in draft.dropped}
    assert thrown == {
        "Skip to main content", "Home > Resources > Library", "Resource library",
        "10 results found", "Trafficking & smuggling", "Read more", "Download +", "Download PDF",
        "© 2020 All rights reserved", "Contact us", "Published 12 March 2017",
    }  # fmt: skip


@pytest.mark.parametrize("between", ["\n", "\n\n", "\r\n"])
@pytest.mark.parametrize("label", ["{}: ", "{}:\n", "{}\n", "{}\t", "{}\n\n"])
def test_labels_stand_beside_their_values_or_above(label: str, between: str) -> None:
    names = ("Title", "Abstract", "Country", "Region", "Author(s)", "Year", "Category")
    cells = ("A: B", "It says 1: 2.", "Greece", "Europe", "UNODC", "n.d.", "News")
    record = between.join(
        label.format(name) + cell for name, cell in zip(names, cells, strict=True)
    )
    found = from_page(f"{record}\n\n{record.replace('A: B', 'C')}", FILE)
    assert [draft.text("title") for draft in found] == ["A: B", "C"]
    for draft in found:
        assert list(values(draft).values())[1:] == list(cells[1:])
        assert draft.dropped == ()


def test_a_sheet_by_the_names_of_its_columns() -> None:
    [draft] = from_table([HEAD, ROW, [""] * 8], FILE)
    assert draft.where == "row 2"
    assert draft.dropped == ("12",)
    assert draft.values["country"] == ("Greece", "Italy")
    assert draft.text("authors") == "UNODC"
    assert draft.missing == ()


def test_several_values_of_a_cell() -> None:
    between = ("\n", " / ", "|", "<br>", " ; ")
    regions = [f"Middle East{sign}North Africa" for sign in between]
    rows = [[*ROW[:3], region, *ROW[4:]] for region in regions]
    for draft in from_table([HEAD, *rows], FILE):
        assert draft.values["region"] == ("Middle East", "North Africa")


def test_records_that_are_there_already_and_ids_that_are_taken(tmp_path: Path) -> None:
    drafts = from_table(
        [HEAD, ROW, ["À  REPORT!", *ROW[1:]], [*ROW[:5], "2021", *ROW[6:]], ["", *ROW[1:]]], FILE
    )
    first = proposed(drafts, {}, {})
    assert [(one.id, one.same_as, one.fit) for one in first] == [
        ("L01", "", True), ("", "L01", False), ("L02", "", True), ("", "", False),
    ]  # fmt: skip
    file = tmp_path / "sources.yaml"
    append(file, first)
    again = proposed(
        [*drafts, *from_table([HEAD, ["New", *ROW[1:]]], FILE)], load_sources(file), {}
    )
    assert [one.same_as for one in again] == ["L01", "L01", "L02", "", ""]
    assert again[-1].id == "L03"


def test_what_a_library_never_says_is_said_once_for_all() -> None:
    [draft] = proposed(from_table([HEAD[:6], ROW[:6]], FILE), {}, {"category": "Research"})
    assert (draft.text("category"), draft.fit) == ("Research", True)
    [kept] = proposed(from_table([HEAD, ROW], FILE), {}, {"category": "News"})
    assert kept.text("category") == "Research"


@pytest.mark.parametrize("end", ["", "\n", "\n\n# a last word\n"])
def test_what_a_register_holds_stays_to_the_byte(tmp_path: Path, end: str) -> None:
    file = tmp_path / "sources.yaml"
    before = (
        "# Ours.\r\nsources:\r\n- id: OLD  # the first\r\n  title: x\r\n  abstract: >-\r\n    y\r\n"
        "  country: a\r\n  region: [a, b]\r\n  authors: c\r\n  year: '2001'\r\n  category: d" + end
    )
    file.write_bytes(before.encode())
    append(file, proposed(from_table([HEAD, ROW], FILE), load_sources(file), {}))
    assert file.read_bytes().startswith(before.encode())
    assert list(load_sources(file)) == ["OLD", "L01"]
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("text", ["sources: []\n", "sources: [{id: A}]\n", "sources:\n"])
def test_a_register_that_cannot_grow_at_its_end_is_left_alone(tmp_path: Path, text: str) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(text)
    with pytest.raises(ContentError) as caught:
        append(file, proposed(from_table([HEAD, ROW], FILE), {}, {}))
    assert "\n" not in str(caught.value)
    assert str(file) in str(caught.value)
    assert file.read_text() == text
    assert list(tmp_path.iterdir()) == [file]


def test_what_is_too_much_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="import at most"):
        from_table([HEAD, *[ROW] * (MAX_RECORDS + 1)], FILE)
    with pytest.raises(ContentError, match="has no column 'title'"):
        from_table([["Name"], ["x"]], FILE)
    with pytest.raises(ContentError, match="has no column 'title'"):
        from_table([], FILE)
    with pytest.raises(ContentError, match="holds no record"):
        from_page("Nothing of the kind.\nAt all.", FILE)
    long = [[f"T{n}", "x" * 4000, *ROW[2:]] for n in range(MAX_BYTES // 4000 + 1)]
    with pytest.raises(ContentError, match="would grow too large"):
        append(tmp_path / "sources.yaml", proposed(from_table([HEAD, *long], FILE), {}, {}))


@pytest.mark.parametrize(
    "line",
    ["Download", "Download +", "DOWNLOAD PDF »", "Read more...", "Skip to main content", "Share",
     "Home > Library > Reports", "Home » Library", "Page 2 of 7", "Click here to see it", "View"],
)  # fmt: skip
def test_clutter(line: str) -> None:
    assert is_clutter(line)


@pytest.mark.parametrize(
    "line", ["Download statistics of 2020", "Homeless people", "Viewpoints", "Searching for safety"]
)
def test_no_clutter(line: str) -> None:
    assert not is_clutter(line)


def test_cleaning() -> None:
    assert clean(" a&nbsp;b&amp;amp;c <i>d</i>\u200b\x00\u202e  e\u00a0f ") == "a b&c d e f"
    assert clean("می\u200cشود") == "می\u200cشود"


@settings(max_examples=150, deadline=None)
@given(
    title=st.text(min_size=1, max_size=40), abstract=st.text(min_size=1, max_size=200),
    region=st.text(min_size=1, max_size=30),
)  # fmt: skip
def test_whatever_is_imported_is_read_again_as_it_was_shown(
    tmp_path_factory: pytest.TempPathFactory, title: str, abstract: str, region: str
) -> None:
    file = tmp_path_factory.mktemp("import") / "sources.yaml"
    row = [title, abstract, "Greece", region, *ROW[4:]]
    drafts = proposed(from_table([HEAD, row, ROW], FILE), {}, {})
    append(file, drafts)
    assert load_sources(file) == {draft.id: draft.source for draft in drafts if draft.fit}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([*PAGE.splitlines(), "Title", "Year: x", "\x00", "<br>", "Title:"]))
)
def test_any_page_is_read_or_refused_in_one_line(refusal: Refusal, lines: list[str]) -> None:
    error = refusal(lambda: from_page("\n".join(lines), FILE))
    assert error is None or len(str(error).splitlines()) == 1
