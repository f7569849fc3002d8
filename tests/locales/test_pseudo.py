"""Pseudo-translations: as much longer as was asked, readable, and never mistaken for a language."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from campaigns.library import Library
from campaigns.model import Campaign, Society
from campaigns.records import Referral
from campaigns.review import length
from locales import Catalogues, Held, LocalisedCard, localise
from locales.placeholders import names
from locales.po import PoCatalog
from locales.pseudo import Pseudo, PseudoCatalogues, PseudoError, growth, literal, parse
from rendering.caption import graphemes
from rendering.fonts import packaged

DAY = date(2027, 7, 30)
LONGER, MIRRORED = parse("140%"), parse("rtl")
KEPT = (
    "{figure}", "{helpline}", "{society}", "#EndHumanTrafficking", "@redcross", "116 000", "18",
    "42%", "27.6", "https://example.org/a", "help@example.org", "+30 210 1234567", "18-year-old",
)  # fmt: skip
WORDS = st.from_regex(r"[A-Za-z]{1,12}[,.;:!?]?", fullmatch=True)
TEXTS = st.lists(WORDS | st.sampled_from(KEPT), min_size=1, max_size=40).map(" ".join)
ASKED = st.integers(100, 300).map(lambda percent: parse(f"{percent}%"))


@given(text=TEXTS, pseudo=ASKED)
def test_what_is_translated_grows_as_asked(text: str, pseudo: Pseudo) -> None:
    words = literal(text)
    assume(any(sign.isalpha() for sign in words))
    wanted = round(length(words) * growth(length(words), pseudo.percent))
    made = literal(pseudo.text(text))
    assert graphemes(made) == pytest.approx(max(wanted, length(words) + 2), abs=1)


@given(text=TEXTS, pseudo=ASKED | st.just(MIRRORED))
def test_what_is_no_text_stays_as_it_is_and_in_its_order(text: str, pseudo: Pseudo) -> None:
    made = pseudo.text(text)
    assert names(made) == names(text)
    position = 0
    for word in text.split(" "):
        if word in KEPT:
            position = made.index(word, position) + len(word)


@given(text=TEXTS, pseudo=ASKED | st.just(MIRRORED))
def test_a_changed_text_is_recognised_and_not_changed_again(text: str, pseudo: Pseudo) -> None:
    made = pseudo.text(text)
    assert (made[0], made[-1]) == ("[", "]")
    assert not any(sign.isascii() and sign.isalpha() for sign in literal(made))
    assert pseudo.text(made) == made


@given(text=TEXTS, pseudo=ASKED | st.just(MIRRORED))
def test_every_letter_is_in_the_packaged_fonts(text: str, pseudo: Pseudo) -> None:
    drawn = {ord(sign) for sign in pseudo.text(text) if not sign.isspace()}
    fonts = packaged()
    assert drawn <= {
        *fonts.font("NotoSans", 400).characters,
        *fonts.font("NotoSansArabic", 400).characters,
    }


@pytest.mark.parametrize(
    ("characters", "percent"),
    [(1, 200), (10, 200), (11, 180), (20, 180), (21, 160), (30, 160), (31, 140), (50, 140),
     (71, 130), (500, 130)],
)  # fmt: skip
def test_asked_for_130_the_growth_is_the_lower_end_of_the_table(
    characters: int, percent: int
) -> None:
    assert growth(characters, 130) == pytest.approx(percent / 100)


def test_letters_keep_their_words_readable() -> None:
    made = LONGER.text(
        "No border has to be crossed, at any point of the whole journey of a person."
    )
    bare = "".join(
        sign for sign in unicodedata.normalize("NFD", made) if not unicodedata.combining(sign)
    )
    assert bare == (
        "[Noo boordeer haas too bee croosseed, aat aany pooiint oof thee whoolee "
        "joouurneey oof aa peersoon onee.]"
    )


def test_letters_from_right_to_left_are_strong_ones_and_as_many() -> None:
    text = "Smuggling, at the border: who pays? Call {helpline}."
    made = MIRRORED.text(text)
    assert {unicodedata.bidirectional(sign) for sign in literal(made) if sign.isalpha()} == {"AL"}
    assert len(made) == len(text) + 2
    assert "،" in made
    assert "؟" in made


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_an_empty_text_stays_empty(text: str) -> None:
    assert LONGER.text(text) == text


@pytest.mark.parametrize("asked", ["", "140", "99%", "301%", "1000%", "RTL", "140%-rtl", "-140%"])
def test_anything_else_is_refused_with_what_there_is(asked: str) -> None:
    with pytest.raises(PseudoError, match="write 100% to 300%, or rtl"):
        parse(asked)


@pytest.fixture
def changed(
    library: Library, campaign: Campaign, society: Society, catalogues: Catalogues, line: Referral
) -> Callable[[str, Pseudo], LocalisedCard | Held]:
    """Localise a card of the small campaign in a pseudo-locale, as the press does."""

    def run(card: str, pseudo: Pseudo) -> LocalisedCard | Held:
        return localise(
            campaign.card(card),
            campaign,
            replace(society, formats={pseudo.locale: pseudo.formats("en_GB")}),
            pseudo.locale,
            library,
            PseudoCatalogues(catalogues, pseudo, {"small": "en_GB"}),
            observance_date=DAY,
            helpline=line,
        )

    return run


@pytest.mark.parametrize("card", ["myth", "number", "help", "meaning", "steps"])
@pytest.mark.parametrize(("pseudo", "direction"), [(LONGER, "ltr"), (MIRRORED, "rtl")])
def test_a_card_passes_every_check_and_shows_what_it_is(
    changed: Callable[[str, Pseudo], LocalisedCard | Held],
    campaign: Campaign, card: str, pseudo: Pseudo, direction: str,
) -> None:  # fmt: skip
    done = changed(card, pseudo)
    assert isinstance(done, LocalisedCard), done
    assert (done.direction, done.locale, done.reviewed) == (direction, pseudo.locale, False)
    for slide in done.slides:
        shown = [slide[name] for name in slide if name in campaign.card(card).fields]
        assert all(text[0] == "[" and text[-1] == "]" for text in shown)
        assert slide["source_line"][0] == "["
        assert slide["hashtag"].strip("\u2066\u2069") == "#EndHumanTrafficking"
    assert all("[" in alt for alt in done.alts)


def test_reviewed_sources_give_no_reviewed_pseudo_translation(
    changed: Callable[[str, Pseudo], LocalisedCard | Held], set_state: Callable[[str, str], None]
) -> None:
    set_state("en_GB", "reviewed")
    done = changed("myth", LONGER)
    assert isinstance(done, LocalisedCard)
    assert not done.reviewed


def test_no_other_locale_stands_in(catalogues: Catalogues) -> None:
    found = PseudoCatalogues(catalogues, LONGER, {"small": "en_GB"})
    assert found.locales() == ("en_XA",)
    assert found.find("en_XA", "small") is not None
    for locale in ("en_GB", "fr", "ar", "ar_XB"):
        assert found.find(locale, "small") is None
    assert found.find("en_XA", "absent") is None


def test_a_source_that_cannot_carry_a_card_holds_it(
    changed: Callable[[str, Pseudo], LocalisedCard | Held],
    edit: Callable[[str, str, Callable[[PoCatalog], object]], None],
) -> None:
    def empty(catalog: PoCatalog) -> None:
        catalog.contexts["myth.fact"].string = ""

    edit("en_GB", "small", empty)
    done = changed("myth", LONGER)
    assert isinstance(done, Held)
    assert "en_XA/small: empty: myth.fact" in done.reasons


def test_an_edit_of_the_source_is_seen_at_once(
    catalogues: Catalogues, edit: Callable[[str, str, Callable[[PoCatalog], object]], None]
) -> None:
    found = PseudoCatalogues(catalogues, LONGER, {"small": "en_GB"})
    before = found.find("en_XA", "small")

    def reword(catalog: PoCatalog) -> None:
        catalog.contexts["campaign.title"].string = "Anew"

    edit("en_GB", "small", reword)
    after = found.find("en_XA", "small")
    assert before is not None
    assert after is not None
    assert (
        after.entries["campaign.title"].msgstr
        == LONGER.text("Anew")
        != before.entries["campaign.title"].msgstr
    )
