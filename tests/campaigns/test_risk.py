"""The risk note: what it lacks, who may assess it, and that a signature is for these words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.errors import ContentError, Place
from campaigns.loader import load_campaign
from campaigns.model import RiskNote
from campaigns.risk import Signature, digest, load_signatures, risk_problem

Edit = Callable[[str, str, str], Path]
FILE = "small/campaign.yaml"
NOTE = "risk: {could_be_hurt: Readers at risk., mitigation: Nobody is named.}\n"
FULL = NOTE.replace("}", ", assessed_by: safeguarding-lead, assessed_on: 2027-01-31}")
SIGN = "clarion risk sign --campaign small --as ROLE"


def problem(file: Path, *signed: Signature) -> str:
    found = risk_problem(load_campaign(file), {one.campaign: one for one in signed})
    return "; ".join(found) if found else ""


def signature(file: Path, by: str = "safeguarding-lead") -> Signature:
    return Signature("small", by, date(2027, 2, 1), digest(load_campaign(file).risk))


def test_a_note_with_all_its_parts_is_complete(edit: Edit) -> None:
    assert problem(edit(FILE, NOTE, FULL)) == ""


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("", "lacks could_be_hurt and mitigation; write it under 'risk' in "),
        ("risk: Nobody is named.\n", "lacks could_be_hurt and mitigation"),
        ("risk:\n", "lacks could_be_hurt and mitigation"),
        ("risk: {mitigation: Nobody is named.}\n", "lacks could_be_hurt; write"),
        ('risk: {could_be_hurt: Readers., mitigation: ""}\n', "lacks mitigation; write"),
        (NOTE, f"is not assessed; {SIGN}"),
        (NOTE.replace("}", ", assessed_by: somebody}"), f"is not assessed; {SIGN}"),
        (NOTE.replace("}", ", assessed_on: 2027-01-31}"), "is not assessed"),
        (FULL.replace("safeguarding-lead", '"-"'), "is not assessed"),
        (
            FULL.replace("safeguarding-lead", "Campaign Author"),
            "was assessed by the author (Campaign Author): somebody else has to; ",
        ),
    ],
)
def test_a_note_loads_without_a_part_and_says_which(edit: Edit, note: str, words: str) -> None:
    found = problem(edit(FILE, NOTE, note))
    assert found.startswith("the risk note of small ")
    assert words in found
    assert "\n" not in found


@pytest.mark.parametrize(
    ("note", "message"),
    [
        ("risk: [one]\n", "risk: must be a mapping"),
        ("risk: {could_be_hurt: [one]}\n", "risk.could_be_hurt: must be one text"),
        ("risk: {assessed_on: soon}\n", "risk.assessed_on: 'soon' is not a date"),
        ("risk: {who: me}\n", "risk.who: is not a known key"),
    ],
)
def test_a_note_that_is_no_note_is_refused(edit: Edit, note: str, message: str) -> None:
    with pytest.raises(ContentError, match=message.replace(".", r"\.")):
        load_campaign(edit(FILE, NOTE, note))


def test_a_signature_completes_the_note_and_an_edit_voids_it(edit: Edit, folder: Path) -> None:
    signed = signature(folder / FILE)
    assert problem(folder / FILE, signed) == ""
    file = edit(FILE, "Nobody is named.", "Names are left out.")
    assert problem(file, signed) == (
        f"the risk note of small has changed since safeguarding-lead signed it; {SIGN}"
    )
    assert problem(file, signature(file)) == ""


def test_what_the_file_says_of_itself_does_not_stand_in_for_a_void_signature(
    edit: Edit, folder: Path
) -> None:
    """No edit of the words voids 'assessed_by', so somebody who signed them is asked again."""
    signed = signature(edit(FILE, NOTE, FULL))
    file = edit(FILE, "Nobody is named.", "Names are shown.")
    assert "has changed since safeguarding-lead signed it" in problem(file, signed)


def test_other_lines_of_the_campaign_leave_the_signature_as_it_is(edit: Edit, folder: Path) -> None:
    signed = signature(folder / FILE)
    assert problem(edit(FILE, "They are the same.", "There is no difference."), signed) == ""


def test_the_author_s_signature_is_none(folder: Path) -> None:
    signed = signature(folder / FILE, "campaign_author")
    assert "somebody else has to" in problem(folder / FILE, signed)


def test_of_several_signatures_the_last_counts(tmp_path: Path) -> None:
    file = tmp_path / "risk.yaml"
    lines = [
        f"  - {{campaign: small, assessed_by: {by}, assessed_on: 2027-02-01, words: {word}}}\n"
        for by, word in (("one", "a" * 16), ("two", "b" * 16))
    ]
    file.write_text("signatures:\n" + "".join(lines), "utf-8")
    assert load_signatures(file)["small"].assessed_by == "two"


_WORDS = st.lists(st.text("abc.,é", min_size=1), min_size=1).map(" ".join)


@given(_WORDS, _WORDS, st.sampled_from([" ", "\n", "  \n ", "\t"]))
def test_the_digest_is_that_of_the_words_not_of_the_lines(
    hurt: str, mitigation: str, gap: str
) -> None:
    def note(one: str, other: str) -> RiskNote:
        return RiskNote(one, other, "", None, Place(Path("campaign.yaml")))

    said = digest(note(hurt, mitigation))
    assert digest(note(hurt.replace(" ", gap), mitigation)) == said
    assert digest(note(f"{hurt} more", mitigation)) != said
    assert (digest(note(mitigation, hurt)) == said) == (hurt == mitigation)
