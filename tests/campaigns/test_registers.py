"""Registers: sources, figures, shared messages, societies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.errors import ContentError
from campaigns.observances import load_observances
from campaigns.registers import load_figures, load_shared, load_sources
from campaigns.societies import load_societies

Edit = Callable[[str, str, str], Path]
Refusal = Callable[[Callable[[], object]], ContentError | None]

READERS: dict[str, Callable[[Path], object]] = {
    "sources.yaml": load_sources,
    "figures.yaml": load_figures,
    "shared.yaml": load_shared,
    "observances.yaml": load_observances,
    "societies.yaml": load_societies,
}


def test_a_source_credits_who_and_when(folder: Path) -> None:
    assert load_sources(folder / "sources.yaml")["S01"].credit == "UNODC, 2024"


def test_a_source_may_be_about_several_countries_and_regions(edit: Edit) -> None:
    file = edit("sources.yaml", "region: Worldwide", "region: [Middle East, North Africa]")
    source = load_sources(file)["S01"]
    assert source.regions == ("Middle East", "North Africa")
    assert source.countries == ("Worldwide",)


def test_a_figure_is_an_exact_number_that_expires_after_its_day(folder: Path) -> None:
    figure = load_figures(folder / "figures.yaml")["F01"]
    assert figure.value == Decimal("27.6")
    assert not figure.expired(date(2027, 12, 31))
    assert figure.expired(date(2028, 1, 1))


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("figures.yaml", '"27.6"', '"27,6"', "value: '27,6' is not a number"),
        ("figures.yaml", '"27.6"', '"NaN"', "value: 'NaN' is not a number"),
        ("figures.yaml", '"27.6"', '"Infinity"', "is not a number"),
        ("figures.yaml", "unit: number", "unit: people", "'people' is not allowed; use one of"),
        ("figures.yaml", '"2027-12-31"', '"31.12.2027"', "'31.12.2027' is not a date"),
        ("figures.yaml", "grade: primary", "grade: sure", "'sure' is not allowed"),
        ("sources.yaml", "    category: Research\n", "", "category: is missing"),
        ("sources.yaml", "category:", "categories:", "category: is missing"),
        ("sources.yaml", "region: Worldwide", "region: []", "region: is empty; write a text or a"),
        ("sources.yaml", "region: Worldwide", "region: [[a]]", "region.*must be one text"),
        ("shared.yaml", "days:", "dais:", "days: is missing"),
        ("shared.yaml", 'max: "16"', 'max: "1600"', "labels.myth.max: '1600' is not a limit"),
        ("societies.yaml", "emblem: cross", "emblem: circle", "'circle' is not allowed"),
        ("societies.yaml", "en: Hellenic Red Cross, ", "", "has no English name"),
        ("societies.yaml", "{el: el_GR}", "{}", "has no format locale for 'el'"),
        ("societies.yaml", "[sat, sun]", "[saturday]", "weekend: 'saturday' is no day"),
        ("societies.yaml", "locale: el}", "locale: en}", "'en' is not a locale of the society"),
        ("societies.yaml", "id: gr\n", "id: 'GR'\n", "'GR' is not an id; use small letters"),
        ("observances.yaml", "BYMONTHDAY=30", "BYMONTHDAY=32", "gives no date"),
        ("observances.yaml", "BYMONTH=7;", "BYMONTH=2;", "gives no date"),
        ("observances.yaml", "FREQ=YEARLY", "FREQ=SOMETIMES", "gives no date"),
        ("observances.yaml", "secondary", "hearsay", "'hearsay' is not allowed"),
    ],
)
def test_a_mistake_is_named_in_one_line(
    edit: Edit, name: str, old: str, new: str, message: str
) -> None:
    file = edit(name, old, new)
    with pytest.raises(ContentError, match=message) as caught:
        READERS[name](file)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["sources.yaml", "figures.yaml", "observances.yaml"])
def test_a_record_that_stands_twice_is_refused(folder: Path, name: str) -> None:
    file = folder / name
    head, _, record = file.read_text(encoding="utf-8").partition("\n")
    file.write_text(f"{head}\n{record}{record}", encoding="utf-8")
    with pytest.raises(ContentError, match="stands twice"):
        READERS[name](file)


def test_shared_messages_are_found_by_context(folder: Path) -> None:
    shared = load_shared(folder / "shared.yaml")
    assert list(shared) == ["labels.myth", "labels.source", "alt.myth_fact", "days.wdatip"]
    assert shared["labels.myth"].max == 16


def test_a_societys_name_falls_back_to_english_only(folder: Path) -> None:
    society = load_societies(folder / "societies.yaml")["gr"]
    assert society.name("el") == "Ελληνικός Ερυθρός Σταυρός"
    assert society.name("fr") == "Hellenic Red Cross"


@given(
    st.sampled_from(sorted(READERS)),
    st.integers(0, 1000),
    st.integers(0, 8),
    st.text(alphabet="ab10 :-[]{}&*!|>'\"#,\n\t~=;é\x00", max_size=6),
)
def test_a_damaged_register_loads_or_is_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory,
    texts: dict[str, str],
    refusal: Refusal,
    name: str,
    at: int,
    cut: int,
    typed: str,
) -> None:
    text = texts[name]
    at %= len(text)
    file = tmp_path_factory.getbasetemp() / f"damaged-{name}"
    file.write_text(text[:at] + typed + text[at + cut :], encoding="utf-8", newline="")
    error = refusal(lambda: READERS[name](file))
    assert error is None or len(str(error).splitlines()) == 1
