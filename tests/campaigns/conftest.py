"""A small campaign and its registers, written to disk as a user would write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from campaigns.errors import ContentError

Refusal = Callable[[Callable[[], object]], ContentError | None]

CAMPAIGN = """\
id: small
author: campaign-author
observance: wdatip
source_locale: en_GB
hashtags: [EndHumanTrafficking]
risk: {could_be_hurt: Readers at risk., mitigation: Nobody is named.}
title: Small campaign
call: {msg: Share this., note: Ends the post., max: "40"}
schedule:
  time: "09:00"
  late: {policy: post_until, until: "20:00"}
  days:
    "-7": [smuggling]
    "0": [number, help]
cards:
  - id: smuggling
    kind: myth_fact
    sources: [S01]
    literal_numbers: ["18"]
    myth: They are the same.
    fact: They are two crimes, also under 18.
    more: Read more.
  - id: number
    kind: statistic
    sources: [S01]
    figures: {figure: F01}
    lead: People in {year}
    value: "{figure} million"
    body: An estimate.
  - id: help
    kind: get_help
    sources: [S01]
    heading: You can ask
    body: Call the line below.
    body_without_line: Ask your National Society.
  - id: meaning
    kind: definition
    sources: [S01]
    slides:
      - {heading: The act, body: Somebody moves a person.}
      - {heading: The purpose, body: The aim is exploitation.}
  - id: steps
    kind: checklist
    sources: [S01]
    heading: Before you say yes
    items: [Ask for a contract., Tell a friend., Keep your passport.]
"""

SOURCES = """\
sources:
  - id: S01
    title: A report
    abstract: What it says.
    country: Worldwide
    region: Worldwide
    authors: UNODC
    year: "2024"
    category: Research
"""

FIGURES = """\
figures:
  - id: F01
    value: "27.6"
    unit: number
    counts: people, estimated
    year: "2021"
    source: S01
    review_by: "2027-12-31"
    grade: primary
"""

SHARED = """\
labels:
  myth: {msg: Myth, max: "16"}
  source: "Source: {source}"
alt:
  myth_fact: "Myth: {myth} Fact: {fact}"
days:
  wdatip: World Day against Trafficking in Persons
"""

OBSERVANCES = """\
observances:
  - id: wdatip
    name: World Day against Trafficking in Persons
    rule: FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=30
    proclaimed_by: United Nations
    source: A/RES/68/192
    confidence: secondary
"""

SOCIETIES = """\
societies:
  - id: gr
    names: {en: Hellenic Red Cross, el: Ελληνικός Ερυθρός Σταυρός}
    emblem: cross
    locales: [el]
    formats: {el: el_GR}
    timezone: Europe/Athens
    weekend: [sat, sun]
    channels:
      - {id: gr-el-folder, platform: folder, locale: el}
"""

FILES = {
    "small/campaign.yaml": CAMPAIGN,
    "sources.yaml": SOURCES,
    "figures.yaml": FIGURES,
    "shared.yaml": SHARED,
    "observances.yaml": OBSERVANCES,
    "societies.yaml": SOCIETIES,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """``campaigns`` of a workspace with one campaign and every register it needs."""
    root = tmp_path / "campaigns"
    for name, text in FILES.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def edit(folder: Path) -> Callable[[str, str, str], Path]:
    """Replace a passage, which must be there, in one of the folder's files."""

    def replace(name: str, old: str, new: str) -> Path:
        file = folder / name
        text = file.read_text(encoding="utf-8")
        assert old in text, f"{name} no longer holds {old!r}"
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        return file

    return replace


@pytest.fixture(scope="session")
def refusal() -> Refusal:
    """Run a reader; give its ContentError, or None when it had nothing to refuse."""

    def run(read: Callable[[], object]) -> ContentError | None:
        try:
            read()
        except ContentError as error:
            return error
        return None

    return run


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    """The files' texts by name, for tests that damage them."""
    return dict(FILES)
