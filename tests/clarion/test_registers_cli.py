"""Sources, figures and referrals from the command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]

from campaigns import open_library
from clarion.doctor import figure_checks
from clarion.lines import showings
from clarion.settings import load_settings
from clarion.wiring import Studio
from tests.acceptance.today import observances
from tests.conftest import Command

HEAD = ("Title", "Abstract", "Country", "Region", "Authors", "Year", "Category")
ROW = ("A report", "It says.", "Greece", "Europe; Asia", "UNODC", "2020", "Research")
REFERRALS = """\
referrals:
  - id: mt-helpline
    territory: MT
    type: helpline
    name: A line
    display: "1770"
    operator: Somebody
    operator_type: {operator}
    purpose: support
    shares_with_authorities: "no"
    evidence: [{{what: a page, kind: operator, seen_on: "2027-07-20"}}]
    verified_on: "{checked}"
    verified_by: [one, two]
    method: test call
    status: active
"""


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A library's records, two of them complete."""
    file = tmp_path / "library.csv"
    rows = [HEAD, ROW, ("Another", *ROW[1:]), ("Bare", "It says.", "Greece", "Europe", "", "", "")]
    lines = [",".join(f'"{cell}"' for cell in row) for row in rows]
    file.write_text("\n".join(lines), "utf-8-sig")
    return file


def test_nothing_is_written_before_it_was_asked_for(
    clarion: Command, workspace: Path, sheet: Path
) -> None:
    done = clarion("sources", "import", sheet)
    assert done.code == 1
    assert "missing: authors, year, category: add it to the file, or --fill it" in done.out
    assert "2 of 3 records would be written: repeat with --write" in done.out
    assert not (workspace / "campaigns" / "sources.yaml").exists()


def test_what_is_written_is_found_again(clarion: Command, workspace: Path, sheet: Path) -> None:
    filled = [f"--fill={text}" for text in ("authors=IOM", "year=2021", "category=News")]
    assert clarion("sources", "import", sheet, "--write", *filled).code == 0
    found = clarion("sources", "search", "REPORT", "unodc", "--region", "asia", "--json").value
    assert [one["id"] for one in found["sources"]] == ["L01"]
    assert found["sources"][0]["regions"] == ["Europe", "Asia"]
    again = clarion("sources", "import", sheet, "--write", "--json", *filled).value
    assert [one["there_already"] for one in again["records"]] == ["L01", "L02", "L03"]
    assert clarion("sources", "search", "--category", "news", "--year", "2021").out.count("\n") == 3
    assert list(open_library(workspace).sources)[-3:] == ["L01", "L02", "L03"]


def test_a_spreadsheet_and_a_page_come_in_too(clarion: Command, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(HEAD)
    book.active.append([*ROW[:5], 2020, ROW[6]])  # people type years as numbers
    book.save(tmp_path / "library.xlsx")
    (tmp_path / "page.txt").write_text(
        "".join(f"{name}: {cell}\n" for name, cell in zip(HEAD, ROW, strict=True)), "utf-8"
    )
    values = [
        clarion("sources", "import", tmp_path / name, "--json").value["records"][0]["values"]
        for name in ("library.xlsx", "page.txt")
    ]
    assert values[0] == values[1]
    assert values[0]["year"] == ["2020"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("x.txt", b"\xff\xfe\x00", "is neither a sheet nor UTF-8 text"),
        ("x.txt", b"nothing", "holds no record"),
        ("x.csv", b"a,b\n1,2\n", "has no column 'title' in its first row"),
        ("x.xlsx", b"PK\x03\x04broken", "XLSX"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_line(
    clarion: Command, tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    assert why in clarion("sources", "import", file).complaint


def test_a_filling_that_is_none_is_wrong_usage(clarion: Command, sheet: Path) -> None:
    for typed in ("category", "category=", "colour=red"):
        done = clarion("sources", "import", sheet, "--fill", typed)
        assert (done.code, "write FIELD=TEXT" in done.err) == (2, True)


def test_a_search_that_finds_nothing_says_so(clarion: Command) -> None:
    done = clarion("sources", "search", "zzzz")
    assert (done.code, done.out.startswith("no source has all of that")) == (0, True)


def test_figures_say_what_they_count_and_until_when(clarion: Command) -> None:
    found = {one["id"]: one for one in clarion("figures", "--json").value["figures"]}
    assert found["F02"]["value"] == "27.6"
    assert found["F02"]["counts"].startswith("million people, estimated")
    assert found["F02"]["review_by"] == "2027-12-31"
    assert "27.6 million" in clarion("figures").out
    everything = clarion("figures", "--due", "36500", "--json").value["figures"]
    assert {one["id"] for one in everything} == set(found)
    assert clarion("figures", "--due", "0").out == "no figure is due within 0 days\n"


def test_doctor_warns_of_figures_that_cards_print(workspace: Path) -> None:
    (workspace / "clarion.toml").write_text('campaigns = ["myths-and-facts"]\n', "utf-8")
    studio = Studio(load_settings(workspace))
    last = studio.library.figures["F02"].review_by
    early, late = last - timedelta(days=61), last - timedelta(days=1)
    assert [check.verdict for check in figure_checks(studio, early)] == ["ok"]
    warned = list(figure_checks(studio, late))
    assert {check.verdict for check in warned} == {"warning"}
    texts = " ".join(check.text for check in warned)
    assert "figure F02 is to be reviewed" in texts
    assert "F07" not in texts, "no card prints it"


def lines(workspace: Path, at: datetime, **record: str) -> list[dict[str, object]]:
    """What ``clarion referrals`` says at this instant."""
    values = {"checked": "2027-07-10", "operator": "ngo"} | record
    file = workspace / "campaigns" / "referrals.yaml"
    file.write_text(REFERRALS.format(**values), "utf-8")
    (workspace / "clarion.toml").write_text(
        'campaigns = ["our-first-campaign"]\nsocieties = ["mt"]\nsample_helpline = true\n', "utf-8"
    )
    return [one.as_dict() for one in showings(Studio(load_settings(workspace)), (), (), at)]


AT = datetime(2027, 7, 15, tzinfo=UTC)


def test_the_line_that_the_next_post_would_show(workspace: Path) -> None:
    assert lines(workspace, AT) == [
        {
            "society": "mt", "campaign": "our-first-campaign", "post_day": "2027-07-30",
            "line": "mt-helpline", "display": "1770", "verified_until": "2027-08-09",
            "problems": [],
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("record", "why", "until"),
    [
        (
            {"checked": "2027-06-01"},
            "verified 59 days before the post, 0 to 30 allowed; verify it again on 2027-06-30",
            "2027-07-01",
        ),
        ({"operator": "police"}, "never stands alone", None),
    ],
)
def test_why_none_is_shown_and_no_number_is_told(
    workspace: Path, record: dict[str, str], why: str, until: str | None
) -> None:
    [found] = lines(workspace, AT, **record)
    assert (found["line"], found["display"], found["verified_until"]) == (None, None, until)
    assert why in str(found["problems"])


def test_after_the_day_it_is_the_next_year_s(workspace: Path) -> None:
    [found] = lines(workspace, datetime(2027, 7, 30, 7, 0, 1, tzinfo=UTC))
    assert found["post_day"] == "2028-07-30"


def test_what_is_due_ends_with_findings(clarion: Command, workspace: Path) -> None:
    """A line that was checked twenty days ago, for the main day in two: ten days are left."""
    today = datetime.now(UTC).date()
    day = today + timedelta(days=2)
    (workspace / "campaigns" / "observances.yaml").write_text(observances(day), "utf-8")
    lines(workspace, AT, checked=(today - timedelta(days=20)).isoformat())
    assert clarion("referrals").code == 0
    early = clarion("referrals", "--due", "8", "--json")
    assert (early.code, early.value["referrals"]) == (0, [])
    due = clarion("referrals", "--due", "10", "--json")
    assert due.code == 1
    [found] = due.value["referrals"]
    assert found["verified_until"] == (today + timedelta(days=10)).isoformat()


def test_a_check_that_has_run_out_is_due_too(clarion: Command, workspace: Path) -> None:
    lines(workspace, AT, checked="2025-01-01")
    due = clarion("referrals", "--due", "0")
    assert (due.code, "no line" in due.out, "verify it again" in due.out) == (1, True, True)
    lines(workspace, AT, operator="police")
    none = clarion("referrals", "--due", "0")
    assert (none.code, none.out) == (0, "no check of a line runs out within 0 days\n")
