"""A glossary has the columns it should, and concepts that English has."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.errors import ContentError
from locales.terminology import read_glossary

ENGLISH = """\
concept,term,definition,avoid,source,reviewed_by
survivor,survivor,Somebody who has lived through it.,victim | slave,S01,
act,act,"What is done, in law.",,S01,
"""
FRENCH = """\
concept,term,avoid,note,source,reviewed_by
survivor,personne survivante,victime,,S01,
"""


def glossary(root: Path, locale: str, text: str | bytes) -> Path:
    path = root / locale / "glossary.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_records_by_column_in_their_order(tmp_path: Path) -> None:
    glossary(tmp_path, "en_GB", ENGLISH)
    glossary(tmp_path, "fr", "\ufeff" + FRENCH.replace("\n", "\r\n"))
    assert [one["concept"] for one in read_glossary("en_GB", tmp_path)] == ["survivor", "act"]
    (one,) = read_glossary("fr_CH", tmp_path)
    assert one == {
        "concept": "survivor", "term": "personne survivante", "avoid": "victime", "note": "",
        "source": "S01", "reviewed_by": "",
    }  # fmt: skip
    assert read_glossary("de", tmp_path) == ()
    assert read_glossary("../en_GB", tmp_path) == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (FRENCH.replace("note", "notes"), "1: has other columns; write concept,term,avoid,note"),
        (FRENCH.replace("survivor", "slave"), "2: slave: is no concept of en_GB/glossary.csv"),
        (FRENCH + "survivor,x,,,,\n", "3: survivor: stands twice"),
        (FRENCH.replace("personne survivante", " "), "2: survivor: lacks its term"),
        (FRENCH + "act,acte\n", "3: has 2 cells, 6 expected"),
        (FRENCH + 'act,"acte\n', "is not CSV"),
        (FRENCH.encode("latin-1") + b"act,\xe9,,,,\n", "is not UTF-8 text"),
        ("", "1: has other columns"),
        (FRENCH + "x" * 1024 * 1024, "is larger than 1024 KiB"),
    ],
)
def test_another_shape_is_refused(tmp_path: Path, text: str | bytes, problem: str) -> None:
    glossary(tmp_path, "en_GB", ENGLISH)
    path = glossary(tmp_path, "fr", text)
    with pytest.raises(ContentError, match=problem) as refused:
        read_glossary("fr", tmp_path)
    assert refused.value.place.file == path
