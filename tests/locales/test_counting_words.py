"""A figure in millions, told in the words of a language that has no million."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from campaigns.errors import ContentError
from campaigns.library import Library
from campaigns.model import Campaign, Society
from campaigns.registers import load_figures
from campaigns.review import review
from locales import Catalogues, Held, LocalisedCard, localise
from locales.po import PoCatalog
from tests.locales.conftest import DAY

Edit = Callable[[str, str, Callable[[PoCatalog], object]], None]
Say = Callable[[str], LocalisedCard | Held]


@pytest.fixture
def say(
    library: Library, campaign: Campaign, society: Society, catalogues: Catalogues, edit: Edit
) -> Say:
    """The card with a number when its French value is this text; F01 counts millions, F02 not."""
    figures = {**library.figures, "F01": replace(library.figures["F01"], scale="million")}
    counting = replace(library, figures=figures)

    def run(text: str) -> LocalisedCard | Held:
        edit("fr", "small", lambda po: setattr(po.contexts["number.value"], "string", text))
        return localise(
            campaign.card("number"), campaign, society, "fr", counting, catalogues,
            observance_date=DAY, helpline=None,
        )  # fmt: skip

    return run


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{figure} millions", "27,6 millions"),
        ("{figure_wan} wan", "2\u202f760 wan"),
        ("{figure_lakh} lakh", "276 lakh"),
        ("{figure_crore} crore", "2,76 crore"),
    ],
)
def test_a_translation_counts_as_its_language_does(say: Say, text: str, shown: str) -> None:
    card = say(text)
    assert isinstance(card, LocalisedCard), card
    assert card.slides[0]["value"] == shown


def test_a_figure_without_a_scale_cannot_be_counted_otherwise(
    say: Say, library: Library, campaign: Campaign, edit: Edit
) -> None:
    said = "{figure_2_wan} wan, {date}"
    edit("fr", "small", lambda po: setattr(po.contexts["number.body"], "string", said))
    card = say("{figure} millions")
    assert isinstance(card, Held), card
    assert "{figure_2_wan} needs a figure with a scale; write {figure_2}" in "\n".join(card.reasons)


def test_english_texts_do_not_count_in_other_words(library: Library, campaign: Campaign) -> None:
    card = campaign.card("number")
    value = replace(card.fields["value"], text="{figure_wan} wan")
    changed = replace(card, fields={**card.fields, "value": value})
    cards = tuple(changed if one.id == "number" else one for one in campaign.cards)
    found = review(replace(campaign, cards=cards), library)
    assert [(one.rule, one.field) for one in found if "figure_wan" in one.problem] == [
        ("figure-missing", "number"), ("placeholder-unknown", "number.value"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "scale", "problem"),
    [("percent", "million", "does not go with unit percent"),
     ("number", "billion", "'billion' is not allowed; use one of million")],
)  # fmt: skip
def test_only_a_number_has_a_scale_and_only_one_we_know(
    tmp_path: Path, unit: str, scale: str, problem: str
) -> None:
    file = tmp_path / "figures.yaml"
    file.write_text(
        f'figures:\n  - {{id: F01, value: "1", unit: {unit}, scale: {scale}, counts: "people", '
        'year: "2021", source: S01, review_by: "2027-12-31", grade: primary}\n',
        "utf-8",
    )
    with pytest.raises(ContentError, match=problem):
        load_figures(file)
