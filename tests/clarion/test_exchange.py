"""``clarion messages export`` and ``import``: the whole way of a translation, and what stops it."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from locales.catalogue import SHIPPED, catalogue_path, load_catalogue
from tests.conftest import Command

OURS = "our-first-campaign"
ROLE = "translator-fr"
TITLE = "campaign.title"


@pytest.fixture
def catalogue(workspace: Path, clarion: Command) -> Path:
    """The workspace's French catalogue, still empty."""
    assert clarion("messages", "update", "--locale", "fr").code == 0
    return catalogue_path(workspace / "locales", "fr", OURS)


def exported(clarion: Command, form: str, *words: str) -> Path:
    done = clarion("messages", "export", "-l", "fr", "--to", form, *words, "-o", "out")
    assert done.code == 0, done
    return Path("out") / f"{OURS}.fr.{form}"


def type_in_csv(file: Path, texts: dict[str, str]) -> None:
    """What a person does in a spreadsheet program: type, save with semicolons."""
    raw = file.read_text("utf-8-sig")
    separator = ";" if raw.startswith("context;") else ","
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened, delimiter=separator))
    for row in rows:
        row["translation"] = texts.get(row["context"], row["translation"])
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def type_in_xlsx(file: Path, texts: dict[str, str]) -> None:
    book = load_workbook(file)
    for row in book.active.iter_rows(min_row=2):
        if row[0].value in texts:
            row[5].value = texts[row[0].value]
    book.save(file)


def type_in_po(file: Path, texts: dict[str, str]) -> None:
    lines, context = [], ""
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("msgctxt "):
            context = line.removeprefix("msgctxt ").strip('"')
        typed = line == 'msgstr ""' and context in texts
        lines.append(f'msgstr "{texts[context]}"' if typed else line)
    file.write_text("\n".join(lines) + "\n", "utf-8")


FORMS = {"csv": type_in_csv, "xlsx": type_in_xlsx, "po": type_in_po}


@pytest.mark.parametrize("form", FORMS)
def test_a_translation_goes_out_and_comes_back(
    form: str, catalogue: Path, clarion: Command
) -> None:
    file = exported(clarion, form)
    FORMS[form](file, {TITLE: "Nos premiers pas"})
    assert clarion("messages", "import", file, "--as", ROLE).code == 0
    entry = load_catalogue(catalogue).entries[TITLE]
    assert (entry.msgstr, entry.fuzzy, entry.translated_by) == ("Nos premiers pas", False, ROLE)
    untouched = load_catalogue(catalogue).entries["campaign.call"]
    assert (untouched.msgstr, untouched.translated_by) == ("", "")


@pytest.mark.parametrize("form", FORMS)
def test_without_an_edit_not_a_byte_changes(
    form: str, catalogue: Path, workspace: Path, clarion: Command
) -> None:
    shutil.copy(catalogue_path(SHIPPED, "fr", "shared"), catalogue.parent / "shared.po")
    before = {file: file.read_bytes() for file in (workspace / "locales").rglob("*.po")}
    exported(clarion, form)
    done = clarion("messages", "import", *sorted(Path("out").glob("*")), "--as", ROLE, "--json")
    assert done.code == 0
    assert [one["written"] for one in done.value["files"]] == [False, False]
    assert {file: file.read_bytes() for file in (workspace / "locales").rglob("*.po")} == before


def test_an_edit_of_a_shipped_text_is_kept_in_the_workspace(
    catalogue: Path, clarion: Command
) -> None:
    shipped = catalogue_path(SHIPPED, "fr", "shared")
    before = shipped.read_bytes()
    exported(clarion, "csv")
    type_in_csv(Path("out/shared.fr.csv"), {"labels.myth": "On croit souvent"})
    assert clarion("messages", "import", "out/shared.fr.csv", "--as", ROLE).code == 0
    own = load_catalogue(catalogue.with_name("shared.po")).entries
    assert own["labels.myth"].msgstr == "On croit souvent"
    assert own["labels.fact"].msgstr == load_catalogue(shipped).entries["labels.fact"].msgstr
    assert shipped.read_bytes() == before


def test_rows_that_cannot_be_taken_are_told_and_the_others_taken(
    catalogue: Path, clarion: Command
) -> None:
    file = exported(clarion, "csv")
    type_in_csv(file, {TITLE: "Un"})
    assert clarion("messages", "import", file, "--as", ROLE).code == 0
    type_in_csv(file, {TITLE: "Deux", "campaign.call": "Parlez-en."})
    done = clarion("messages", "import", file, "--as", ROLE)
    assert done.code == 1
    lines = done.out.splitlines()
    assert f"  row 2 {TITLE}: conflict, not taken; the catalogue has another text by now" in lines
    assert lines[2:4] == ["    file:      Deux", "    catalogue: Un"]
    entries = load_catalogue(catalogue).entries
    assert (entries[TITLE].msgstr, entries["campaign.call"].msgstr) == ("Un", "Parlez-en.")
    settled = clarion("messages", "import", file, "--as", ROLE, "--replace", "--json")
    assert settled.code == 0
    assert load_catalogue(catalogue).entries[TITLE].msgstr == "Deux"


def test_a_dry_run_says_the_same_and_writes_nothing(catalogue: Path, clarion: Command) -> None:
    before = catalogue.read_bytes()
    file = exported(clarion, "csv")
    type_in_csv(file, {TITLE: "Un"})
    done = clarion("messages", "import", file, "--as", ROLE, "--dry-run")
    assert (done.code, catalogue.read_bytes()) == (0, before)
    assert "1 taken" in done.out
    assert done.out.endswith("nothing was written: dry run\n")


def test_what_the_checks_find_is_told_and_does_not_stop_it(
    catalogue: Path, clarion: Command
) -> None:
    file = exported(clarion, "csv")
    type_in_csv(file, {TITLE: "Nos {count} premiers pas"})
    done = clarion("messages", "import", file, "--as", ROLE)
    assert done.code == 0
    assert f"error placeholder {TITLE}: placeholders lost: none; added: {{count}}" in done.out
    assert "the card is held until it is mended" in done.out
    assert load_catalogue(catalogue).entries[TITLE].msgstr == "Nos {count} premiers pas"


def test_one_may_export_only_what_is_missing(catalogue: Path, clarion: Command) -> None:
    file = exported(clarion, "csv")
    type_in_csv(file, {TITLE: "Un"})
    clarion("messages", "import", file, "--as", ROLE)
    shutil.rmtree("out")
    missing = exported(clarion, "csv", "--only", "missing").read_text("utf-8-sig")
    assert TITLE not in missing
    assert "campaign.call" in missing
    shutil.rmtree("out")
    done = clarion("messages", "export", "-l", "fr", "--only", "fuzzy", "-o", "out")
    assert f"{OURS}: nothing is fuzzy" in done.out


@pytest.mark.parametrize("form", FORMS)
def test_pictures_go_with_the_texts(form: str, catalogue: Path, clarion: Command) -> None:
    file = exported(clarion, form, "--screenshots")
    there = sorted(path.name for path in Path("out/pictures").iterdir())
    assert len(there) == 3
    assert all(name.startswith(f"{OURS}.") and ".en_GB." in name for name in there)
    named = set(_pictures(file))
    assert named == {f"pictures/{name}" for name in there}


def _pictures(file: Path) -> list[str]:
    """What a file names, a picture a message."""
    if file.suffix == ".po":
        lines = file.read_text("utf-8").splitlines()
        return [line.partition("Picture: ")[2] for line in lines if "#. Picture: " in line]
    if file.suffix == ".csv":
        with file.open(encoding="utf-8-sig", newline="") as opened:
            return [row["picture"] for row in csv.DictReader(opened)]
    rows = load_workbook(file).active.iter_rows(min_row=2)
    return [row[9].hyperlink.target for row in rows]


def test_a_stale_catalogue_is_exported_as_update_would_write_it(
    workspace: Path, catalogue: Path, clarion: Command
) -> None:
    file = exported(clarion, "csv")
    campaign = workspace / "campaigns" / OURS / "campaign.yaml"
    text = campaign.read_text("utf-8")
    campaign.write_text(text.replace("far away", "in another country"), "utf-8")
    assert "in another country" in exported(clarion, "csv").read_text("utf-8-sig")
    type_in_csv(file, {"where-it-happens.myth": "Cela se passe ailleurs."})
    assert clarion("messages", "import", file, "--as", ROLE).code == 0
    entry = load_catalogue(catalogue).entries["where-it-happens.myth"]
    assert "in another country" in entry.msgid


def test_an_old_sheet_does_not_translate_a_new_text(
    workspace: Path, catalogue: Path, clarion: Command
) -> None:
    file = exported(clarion, "csv")
    old = Path(shutil.copy(file, "old.csv"))
    campaign = workspace / "campaigns" / OURS / "campaign.yaml"
    text = campaign.read_text("utf-8")
    campaign.write_text(text.replace("far away", "in another country"), "utf-8")
    type_in_csv(old, {"where-it-happens.myth": "Cela se passe très loin."})
    done = clarion("messages", "import", old, "--as", ROLE)
    assert done.code == 1
    assert "it translates another English text than the catalogue has now" in done.out
    assert load_catalogue(catalogue).entries["where-it-happens.myth"].msgstr == ""


def broken_name(file: Path) -> Path:
    return file.rename(file.with_name("renamed (1).csv"))


def test_a_sheet_may_be_renamed_but_not_go_to_another_language(
    catalogue: Path, clarion: Command
) -> None:
    file = broken_name(exported(clarion, "csv"))
    assert clarion("messages", "import", file, "--as", ROLE).code == 0
    done = clarion("messages", "import", file, "--as", ROLE, "--locale", "es")
    assert done.complaint == f"{file}: is in fr, not in es; leave '--locale' out"


def test_a_po_file_from_elsewhere_is_told_by_its_name(catalogue: Path, clarion: Command) -> None:
    raw = catalogue.read_text("utf-8").replace('msgstr ""\n\n', 'msgstr "Un texte."\n\n')
    Path("from-poedit.po").write_text(raw, "utf-8")
    done = clarion("messages", "import", "from-poedit.po", "--as", ROLE)
    assert "there is no campaign 'from-poedit'; name the file <campaign>.fr.po" in done.complaint
    Path(f"{OURS}.po").write_text(raw, "utf-8")
    done = clarion("messages", "import", f"{OURS}.po", "--as", ROLE)
    assert "taken" in done.out
    assert load_catalogue(catalogue).entries[TITLE].translated_by == ROLE


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("export", "-l", "en_GB"), "'en_GB' is the campaign's own language"),
        (("export", "-l", "sr_Latn"), "'sr_Latn' is made from 'sr'; have that translated"),
        (("export", "-l", "nl"), "run 'clarion messages update --locale nl' first"),
        (("import", "gone.csv", "--as", ROLE), "gone.csv: No such file"),
    ],
)
def test_what_cannot_be_exchanged_is_told_in_one_line(
    words: tuple[str, ...], complaint: str, catalogue: Path, clarion: Command
) -> None:
    output = ("-o", "out") if words[0] == "export" else ()
    assert complaint in clarion("messages", *words, *output).complaint


def test_no_file_is_taken_while_another_cannot_be_read(catalogue: Path, clarion: Command) -> None:
    before = catalogue.read_bytes()
    file = exported(clarion, "csv")
    type_in_csv(file, {TITLE: "Un"})
    Path("broken.csv").write_bytes("context;été".encode("cp1252"))
    done = clarion("messages", "import", file, "broken.csv", "--as", ROLE)
    assert "is neither XLSX nor UTF-8 text" in done.complaint
    assert catalogue.read_bytes() == before


def test_somebody_has_to_stand_for_a_translation(catalogue: Path, clarion: Command) -> None:
    file = exported(clarion, "csv")
    assert clarion("messages", "import", file).code == 2
    type_in_csv(file, {TITLE: "Un"})
    done = clarion("messages", "import", file, "--as", "; reviewed by me")
    assert done.complaint.startswith("--as: '; reviewed by me' is not a role")
