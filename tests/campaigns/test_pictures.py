"""What a picture may show: read as data, judged by the vocabulary, agreed to by those in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from campaigns.consent import Consent
from campaigns.details import Details
from campaigns.errors import ContentError, Place
from campaigns.library import open_library
from campaigns.loader import load_campaign
from campaigns.model import Photo
from campaigns.pictures import SHIPPED, consent_problems, load_vocabulary, picture_faults
from campaigns.review import card_errors, review
from tests.project import ROOT

Edit = Callable[[str, str, str], Path]
FILE = "small/campaign.yaml"
TOLD = "    myth: They are the same.\n"
CONSENT = "{reference: C-12, given_on: 2027-01-31, expires: 2027-12-31, territories: [GR, MT]}"
WORDS = load_vocabulary(SHIPPED)


def written(
    depicts: str = "[office]",
    people: str = "none",
    origin: str = "photograph",
    consent: str = "",
) -> str:
    more = f", consent: {consent}" if consent else ""
    return (
        f"    photo: {{file: market.jpg, credit: A role, origin: {origin}, depicts: {depicts}, "
        f"people: {people}{more}}}\n    photo_alt: What is to be seen.\n"
    )


@pytest.fixture
def photo(edit: Edit) -> Callable[..., Photo]:
    """The photo of a card that is written like this."""

    def read(**said: str) -> Photo:
        found = load_campaign(edit(FILE, TOLD, written(**said) + TOLD)).card("smuggling").photo
        assert found is not None
        return found

    return read


def rules(photo: Photo) -> list[str]:
    return [fault.rule for fault in picture_faults(photo, WORDS)]


def test_a_picture_says_what_it_shows_and_who_agreed(photo: Callable[..., Photo]) -> None:
    found = photo(depicts="[adult, office]", people="adults", consent=CONSENT)
    assert (found.origin, found.depicts, found.people) == (
        "photograph", ("adult", "office"), "adults",
    )  # fmt: skip
    assert found.consent is not None
    assert (found.consent.reference, found.consent.expires) == ("C-12", date(2027, 12, 31))
    assert rules(found) == []


def test_a_picture_of_nobody_needs_no_consent(photo: Callable[..., Photo]) -> None:
    assert rules(photo()) == []


@pytest.mark.parametrize("word", [word.id for word in WORDS.values() if word.use == "banned"])
def test_every_banned_word_is_refused_with_its_reason(
    photo: Callable[..., Photo], word: str
) -> None:
    [fault] = picture_faults(photo(depicts=f"[office, {word}]"), WORDS)
    assert fault.rule == "picture-motif"
    assert fault.problem == f"depicts {word}: {WORDS[word].why} ({WORDS[word].source})"


def test_the_motifs_of_the_study_are_banned() -> None:
    named = {
        "chains", "ropes", "cage", "barcode", "bruises", "tape-over-mouth", "dark-silhouette",
        "doll", "hands-reaching-up", "red-light-scene", "handcuffs", "bars", "blood",
        "crying-child",
    }  # fmt: skip
    assert named <= {word.id for word in WORDS.values() if word.use == "banned"}


@pytest.mark.parametrize(
    ("said", "rule", "words"),
    [
        ({"people": "children"}, "picture-children", "shows children, who are never shown"),
        ({"people": "children", "consent": CONSENT}, "picture-children", "never shown"),
        ({"origin": "generated"}, "picture-origin", "is generated"),
        ({"depicts": "[chain]"}, "picture-word", "'chain', which is no known word"),
        ({"depicts": "[adult]"}, "picture-people", "depicts adults and says 'people: none'"),
        ({"people": "volunteers", "consent": CONSENT}, "picture-people", "depicts none"),
        (
            {"depicts": "[adult]", "people": "adults"},
            "picture-consent", "shows people without their consent",
        ),
        (
            {"depicts": "[volunteer]", "people": "volunteers", "origin": "library"},
            "picture-consent", "shows people without their consent",
        ),
    ],
)  # fmt: skip
def test_what_may_not_be_shown_is_refused(
    photo: Callable[..., Photo], said: dict[str, str], rule: str, words: str
) -> None:
    [fault] = picture_faults(photo(**said), WORDS)
    assert fault.rule == rule
    assert words in fault.problem
    assert fault.remedy


def test_a_generated_picture_of_people_has_both_faults(photo: Callable[..., Photo]) -> None:
    found = photo(origin="generated", depicts="[adult]", people="adults")
    assert rules(found) == ["picture-origin", "picture-consent"]


def test_drawn_people_need_not_agree(photo: Callable[..., Photo]) -> None:
    found = photo(origin="illustration", depicts="[group-of-adults]", people="adults")
    assert rules(found) == []


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"depicts": "[]"}, "photo.depicts: is empty; say what is to be seen"),
        ({"depicts": "office"}, "photo.depicts: must be a list"),
        ({"origin": "found"}, "photo.origin: 'found' is not allowed; use one of photograph, posed"),
        ({"people": "everybody"}, "photo.people: 'everybody' is not allowed; use one of none"),
        ({"consent": "on file"}, "photo.consent: is one text; write {reference: ..., given_on"),
        (
            {"consent": CONSENT.replace("2027-12-31", "2026-12-31")},
            "photo.consent.expires: is before the day it was given",
        ),
    ],
)
def test_a_picture_that_is_written_wrongly_is_refused_with_its_line(
    photo: Callable[..., Photo], said: dict[str, str], message: str
) -> None:
    with pytest.raises(ContentError) as caught:
        photo(**said)
    assert f"campaign.yaml:20: cards[1].{message}" in str(caught.value)


def test_a_banned_motif_holds_its_card_and_no_other(edit: Edit, folder: Path) -> None:
    edit(FILE, TOLD, written(depicts="[chains]") + TOLD)
    library = open_library(folder.parent)
    campaign = library.campaign("small")
    found = [one for one in review(campaign, library) if one.rule.startswith("picture-")]
    assert [str(one).split(": ", 1)[1] for one in found] == [
        "error picture-motif smuggling.photo: depicts chains: most people are held by threats, "
        "debt and deceit (EJN/ICMPD); use another picture"
    ]
    held = [card.id for card in campaign.cards if card_errors(card, library)]
    assert held == ["smuggling"]


def test_a_workspace_may_ban_more(folder: Path) -> None:
    own = "words:\n  - {id: sea, use: banned, why: people drowned here, source: the society}\n"
    (folder / "pictures.yaml").write_text(own, "utf-8")
    words = open_library(folder.parent).pictures
    assert (words["sea"].use, words["chains"].use, words["sky"].use) == (
        "banned", "banned", "allowed",
    )  # fmt: skip


def test_a_workspace_cannot_allow_what_is_banned(folder: Path) -> None:
    own = "words:\n  - {id: chains, use: allowed, why: we like them, source: the society}\n"
    (folder / "pictures.yaml").write_text(own, "utf-8")
    with pytest.raises(ContentError, match=r"pictures\.yaml:2: words\.chains\.use: is 'allowed'"):
        open_library(folder.parent)


def test_every_word_says_why_and_who_says_so() -> None:
    assert all(word.why and word.source for word in WORDS.values())


@pytest.mark.parametrize(
    ("on", "territory", "words"),
    [
        (date(2027, 7, 30), "GR", []),
        (date(2027, 12, 31), "MT", []),
        (date(2027, 7, 30), "GR-I", []),
        (date(2028, 1, 1), "GR", ["the consent C-12 ended on 2027-12-31"]),
        (date(2027, 1, 30), "GR", ["the consent C-12 was given only on 2027-01-31"]),
        (date(2027, 7, 30), "FR", ["the consent C-12 is for GR, MT, not for FR"]),
    ],
)
def test_a_consent_holds_until_its_day_and_in_its_countries(
    edit: Edit, on: date, territory: str, words: list[str]
) -> None:
    said = written(depicts="[adult]", people="adults", consent=CONSENT)
    card = load_campaign(edit(FILE, TOLD, said + TOLD)).card("smuggling")
    assert consent_problems(card, on, territory) == words


def test_the_consent_to_a_story_is_kept_in_the_same_way(folder: Path) -> None:
    told = Consent("S-3", date(2027, 1, 31), date(2027, 6, 30), (), Place(folder))
    card = load_campaign(folder / FILE).card("smuggling")
    assert consent_problems(card, date(2027, 7, 30), "GR") == []
    story = replace(card, details=Details(consent=told))
    assert consent_problems(story, date(2027, 7, 30), "GR") == [
        "the consent S-3 ended on 2027-06-30"
    ]
    assert consent_problems(story, date(2027, 6, 30), "FR") == []


def test_the_reference_lists_the_words_as_they_are() -> None:
    text = (ROOT / "docs/reference/picture-rules.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    listed = {row[0].strip("`"): row[1:] for row in rows if row[0].strip("`") in WORDS}
    assert listed == {
        word.id: [*([word.people] if word.use == "allowed" else []), word.why, word.source]
        for word in WORDS.values()
    }
