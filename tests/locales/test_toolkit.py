"""Our PO files through translate-toolkit's and gettext's own programs, as translators use them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from locales.bring import Bringer, Outcome
from locales.parcel import addressed, open_parcel
from locales.po import PoCatalog, format_po
from locales.sheet import Only
from tests.locales.hostile import catalogue
from tests.locales.programs import program, run

COLUMNS = "--columnorder=location,source,target,context"


@pytest.fixture
def catalog() -> PoCatalog:
    """Three messages; two have the same English, one is fuzzy."""
    return catalogue(
        ("Same text", "Même texte"), ("Same text", "Le même"), ("Call {helpline}", "Appelez"),
        ("=Sum", "=Somme"), fuzzy=frozenset({3}),
    )  # fmt: skip


@pytest.fixture
def file(catalog: PoCatalog, tmp_path: Path) -> Path:
    path = tmp_path / "small.fr.po"
    path.write_bytes(format_po(addressed(catalog, Only.ALL, {})))
    return path


def through_csv(file: Path, edit: dict[str, str]) -> Path:
    """What po2csv makes of it, with some translations replaced, back by csv2po on its template."""
    at, about = file.parent, "po2csv and csv2po"
    run(program(about, "po2csv"), "--progress=none", COLUMNS, file, at / "o.csv", at=at)
    with (at / "o.csv").open(encoding="utf-8", newline="") as opened:
        rows = [[edit.get(cell, cell) for cell in row] for row in csv.reader(opened)]
    assert rows[0] == ["location", "source", "target", "context"]
    with (at / "o.csv").open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, quoting=csv.QUOTE_ALL).writerows(rows)
    done = run(
        program(about, "csv2po"), "--progress=none", COLUMNS, "--unescape-formulas", "-t", file,
        at / "o.csv", at / "back.po", at=at,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return at / "back.po"


def test_po2csv_and_csv2po_with_contexts_and_a_template_change_nothing(
    file: Path, catalog: PoCatalog
) -> None:
    parcel = open_parcel(through_csv(file, {}))
    before = format_po(catalog)
    found = Bringer(catalog, "translator-fr").bring(parcel.incoming)
    assert {one.outcome for one in found} == {Outcome.UNCHANGED}
    assert format_po(catalog) == before


def test_an_edit_in_their_csv_reaches_its_own_message_only(file: Path, catalog: PoCatalog) -> None:
    parcel = open_parcel(through_csv(file, {"Le même": "Le même aussi"}))
    found = Bringer(catalog, "translator-fr").bring(parcel.incoming)
    assert [one.context for one in found if one.outcome is Outcome.TAKEN] == ["card.2"]
    texts = [catalog.contexts[f"card.{n}"].string for n in (1, 2)]
    assert texts == ["Même texte", "Le même aussi"]


def test_csv2po_leaves_a_fuzzy_mark_and_so_it_stays(file: Path, catalog: PoCatalog) -> None:
    parcel = open_parcel(through_csv(file, {"Appelez": "Appelez le {helpline}"}))
    found = Bringer(catalog, "translator-fr").bring(parcel.incoming)
    assert found[2].why == "still marked fuzzy in the file"
    message = catalog.contexts["card.3"]
    assert (message.string, message.fuzzy) == ("Appelez le {helpline}", True)


def test_msgcat_s_other_order_and_wrapping_do_not_matter(file: Path, catalog: PoCatalog) -> None:
    other = file.with_name("sorted.po")
    words = ("--sort-output", "--width=20", "-o", other, file)
    done = run(program("files of PO editors", "msgcat"), *words, at=file.parent)
    assert done.returncode == 0, done.stderr
    assert other.read_bytes() != file.read_bytes()
    found = Bringer(catalog, "translator-fr").bring(open_parcel(other).incoming)
    assert {one.outcome for one in found} == {Outcome.UNCHANGED}


def test_an_exported_file_passes_msgfmt(file: Path) -> None:
    done = run(program("exported PO files", "msgfmt"), "-c", "-o", "x.mo", file, at=file.parent)
    assert done.returncode == 0, done.stderr
    assert all("missing in header" in line for line in done.stderr.splitlines())


def test_pofilter_runs_on_an_exported_file(file: Path) -> None:
    words = ("--progress=none", "--language=fr", "--fuzzy", "-i", file, "-o", "found.po")
    done = run(program("pofilter", "pofilter"), *words, at=file.parent)
    assert done.returncode == 0, done.stderr
    assert "(pofilter) " in file.with_name("found.po").read_text("utf-8")
