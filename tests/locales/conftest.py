"""A small library and its catalogues, written to disk and translated by a rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from campaigns.library import Library
from campaigns.model import Campaign, Society
from campaigns.observances import load_observances
from campaigns.records import Evidence, Referral
from campaigns.registers import load_figures, load_shared, load_sources
from campaigns.societies import load_societies
from locales import Catalogues, Held, LocalisedCard, localise, write_po
from locales.catalogue import catalogue_path
from locales.po import PoCatalog, read_po
from locales.signing import sign_reviewed, sign_translated
from locales.update import update

FILES = {
    "small/campaign.yaml": """\
id: small
author: campaign-author
observance: wdatip
source_locale: en_GB
hashtags: [EndHumanTrafficking, Second]
risk: {could_be_hurt: Readers at risk., mitigation: Nobody is named.}
title: Small campaign
call: Share this.
schedule:
  {time: "09:00", late: {policy: skip}, days: {"0": [myth, pair, number, help, meaning, steps]}}
cards:
  - id: myth
    kind: myth_fact
    sources: [S01, S02]
    literal_numbers: ["18"]
    myth: {msg: They are the same., note: Keep it false.}
    fact: They are two crimes, also under 18.
    more: Read {hashtag} more.
  - id: pair
    kind: myth_fact
    carousel: yes
    sources: [S01]
    myth: They agreed to it.
    fact: Nobody can agree to that.
    more: Two pictures.
  - id: number
    kind: statistic
    sources: [S01, S03]
    figures: {figure: F01, figure_2: F02}
    lead: People in {year}
    value: "{figure} million"
    body: An estimate of {figure_2} on {date}.
  - id: help
    kind: get_help
    sources: [S01]
    heading: You can ask
    body: Call the line below.
    body_without_line: Ask {society}.
  - id: meaning
    kind: definition
    sources: [S01]
    slides:
      - {heading: The act, body: Somebody moves a person.}
      - {heading: The purpose, body: The aim is exploitation.}
    more: Two parts.
  - id: steps
    kind: checklist
    sources: [S01]
    heading: Before you say yes
    items: [Ask for a contract., Tell a friend., Keep your passport.]
""",
    "sources.yaml": """\
sources:
  - {id: S01, title: A report, abstract: It says., country: Worldwide, region: Worldwide,
     authors: UNODC, year: "2024", category: Research, url: "https://example.org/report"}
  - {id: S02, title: Another, abstract: It says., country: Worldwide, region: Worldwide,
     authors: "ILO, IOM", year: "2022", category: Research}
  - {id: S03, title: Of the same year, abstract: It says., country: Worldwide, region: Worldwide,
     authors: UNODC, year: "2024", category: Research}
""",
    "figures.yaml": """\
figures:
  - {id: F01, value: "27.6", unit: number, counts: people, year: "2020-2021", source: S01,
     review_by: "2027-12-31", grade: primary}
  - {id: F02, value: "42", unit: percent, counts: people, year: "2022", source: S01,
     review_by: "2027-12-31", grade: primary}
""",
    "shared.yaml": """\
labels:
  myth: Myth
  fact: Fact
  figure: Key figure
  definition: What it means
  checklist: Checklist
  source: "Source: {source}"
  slide: "{count} of {total}"
  helpline: "{helpline_name}: {helpline}"
  sample_line: Not a real number
  day: "{day_name}, {date}"
alt:
  myth_fact: "Myth: {myth} Fact: {fact} {society}. {source_line}"
  statistic: "Key figure: {lead}: {value}. {body} {source_line}"
  definition: "{count} of {total}: {heading}. {body} {source_line}"
  myth_slide: "Myth, {count} of {total}: {myth} {society}."
  fact_slide: "Myth: {myth} Fact, {count} of {total}: {fact} {society}. {source_line}"
  get_help: "Help: {heading}. {body} {helpline_name}: {helpline}. {source_line}"
  get_help_without_line: "Help: {heading}. {body} {source_line}"
  checklist: "Checklist: {heading}. {items} {source_line}"
days:
  wdatip: World Day against Trafficking in Persons
""",
    "observances.yaml": """\
observances:
  - {id: wdatip, name: World Day, rule: FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=30,
     proclaimed_by: United Nations, source: A/RES/68/192, confidence: secondary}
""",
    "societies.yaml": """\
societies:
  - id: lb
    names: {en: Lebanese Red Cross, fr: Croix-Rouge libanaise, ar: الصليب الأحمر اللبناني}
    emblem: cross
    locales: [ar, fr, fr_CH, en]
    formats: {ar: ar_LB, fr: fr_FR, fr_CH: fr_CH, en: en_GB}
    timezone: Asia/Beirut
    weekend: [sat, sun]
    channels: []
""",
}

MARKS = {"fr": "Fr", "ar": "ع", "sr": "Ср", "en_GB": ""}
DAY = date(2027, 7, 30)
LINE = Referral(
    id="L1", territory="LB", type="helpline", status="active", name="A line",
    display="800 290 290", operator="Somebody", operator_type="ngo", purpose="support",
    evidence=(Evidence("the operator's page", "operator", DAY),), verified_on=DAY,
    verified_by=("one", "two"), method="test call",
)  # fmt: skip

Translate = Callable[[str, str, dict[str, str]], None]
Localise = Callable[..., LocalisedCard | Held]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """One campaign of six cards, with nothing of what ships."""
    root = tmp_path / "campaigns"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return Library(
        folders=(root,),
        sources=load_sources(root / "sources.yaml"),
        figures=load_figures(root / "figures.yaml"),
        referrals={LINE.id: LINE},
        societies=load_societies(root / "societies.yaml"),
        observances=load_observances(root / "observances.yaml"),
        shared=load_shared(root / "shared.yaml"),
    )


@pytest.fixture
def campaign(library: Library) -> Campaign:
    return library.campaign("small")


@pytest.fixture
def society(library: Library) -> Society:
    return library.societies["lb"]


@pytest.fixture
def root(tmp_path: Path, library: Library) -> Path:
    """Catalogues in English, French and Arabic, each message marked with its language."""
    folder = tmp_path / "locales"
    for locale in ("en_GB", "fr", "ar"):
        update(library, folder, [locale])
        for domain in ("small", "shared"):
            path = catalogue_path(folder, locale, domain)
            catalog = read_po(path, locale, domain)
            for message in catalog.contexts.values():
                message.string = f"{MARKS[locale]} {message.id}".strip()
            write_po(catalog, path)
    return folder


@pytest.fixture
def catalogues(root: Path) -> Catalogues:
    return Catalogues([root])


@pytest.fixture
def edit(root: Path) -> Callable[[str, str, Callable[[PoCatalog], object]], None]:
    """Change a catalogue on disk the way a translator would."""

    def change(locale: str, domain: str, action: Callable[[PoCatalog], object]) -> None:
        path = catalogue_path(root, locale, domain)
        catalog = read_po(path, locale, domain)
        action(catalog)
        write_po(catalog, path)

    return change


@pytest.fixture
def set_state(root: Path) -> Callable[[str, str], None]:
    """Sign every message of both catalogues of a locale, as ``translated`` or ``reviewed``."""

    def change(locale: str, state: str) -> None:
        for domain in ("small", "shared"):
            path = catalogue_path(root, locale, domain)
            catalog = read_po(path, locale, domain)
            for message in catalog.contexts.values():
                sign_translated(catalog, message, "first-translator")
                if state == "reviewed":
                    sign_reviewed(catalog, message, "second-translator")
            write_po(catalog, path)

    return change


@pytest.fixture
def card_in(
    library: Library, campaign: Campaign, society: Society, catalogues: Catalogues
) -> Localise:
    """Localise a card of the small campaign; options override what is passed on."""

    def run(card: str, locale: str, **options: object) -> LocalisedCard | Held:
        line = options.get("helpline")
        chosen = options.get("society", society)
        assert isinstance(chosen, Society)
        return localise(
            campaign.card(card),
            campaign,
            chosen,
            locale,
            library,
            catalogues,
            observance_date=DAY,
            helpline=line if isinstance(line, Referral) else None,
        )

    return run


@pytest.fixture
def line() -> Referral:
    """A helpline that is fit to be posted."""
    return LINE
