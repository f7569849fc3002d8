"""One card, one catalogue, or held with reasons."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from campaigns.library import Library
from campaigns.model import Campaign, Society
from campaigns.records import Referral
from locales import CatalogueError, Catalogues, Held, LocalisedCard, localise
from locales.catalogue import catalogue_path
from locales.placeholders import FSI, LRI, NBSP, PDI, balanced
from locales.po import PoCatalog
from locales.signing import clear, sign_reviewed
from locales.translator import Translator
from locales.update import update

Localise = Callable[..., LocalisedCard | Held]
Edit = Callable[[str, str, Callable[[PoCatalog], object]], None]
NUMBER = f"{LRI}800{NBSP}290{NBSP}290{PDI}"


def ready(result: LocalisedCard | Held) -> LocalisedCard:
    assert isinstance(result, LocalisedCard), result
    return result


def held(result: LocalisedCard | Held) -> str:
    assert isinstance(result, Held)
    return "\n".join(result.reasons)


def test_a_card_is_finished_from_one_locales_catalogues(card_in: Localise) -> None:
    card = ready(card_in("myth", "fr"))
    assert (card.campaign, card.card, card.kind, card.layout) == (
        "small", "myth", "myth_fact", "myth_fact",
    )  # fmt: skip
    assert (card.locale, card.language, card.formats, card.direction) == (
        "fr",
        "fr",
        "fr_FR",
        "ltr",
    )
    (slide,) = card.slides
    assert {name: text for name, text in slide.items() if text} == (
        {
            "kind_myth_fact": "myth_fact",
            "myth": "Fr They are the same.",
            "fact": "Fr They are two crimes, also under 18.",
            "label_myth": "Fr Myth",
            "label_fact": "Fr Fact",
            "label_sample_line": "Fr Not a real number",
            "label_day": "Fr Fr World Day against Trafficking in Persons, 30 juillet",
            "label_source": "Fr Source: UNODC,\u00a02024; ILO, IOM,\u00a02022",
            "source_line": "Fr Source: UNODC,\u00a02024; ILO, IOM,\u00a02022",
            "society": "Croix-Rouge libanaise",
            "hashtag": "#EndHumanTrafficking",
        }
    )
    assert card.alts == (
        "Fr Myth: Fr They are the same. Fact: Fr They are two crimes, also under 18. "
        "Croix-Rouge libanaise. Fr Source: UNODC,\u00a02024; ILO, IOM,\u00a02022",
    )
    assert card.hashtags == ("EndHumanTrafficking", "Second")
    assert (card.figures, card.helpline) == ((), "")


def test_texts_for_posts_hold_what_the_picture_does_not_show(card_in: Localise) -> None:
    texts = ready(card_in("myth", "fr")).texts
    assert texts["more"] == "Fr Read #EndHumanTrafficking more."
    assert texts["title"] == texts["campaign_title"] == "Fr Small campaign"
    assert texts["call"] == "Fr Share this."
    assert texts["hashtags"] == "#EndHumanTrafficking #Second"
    assert texts["day_name"] == "Fr World Day against Trafficking in Persons"
    assert texts["sources"] == "Fr Source: UNODC,\u00a02024; ILO, IOM,\u00a02022"
    assert texts["society"] == "Croix-Rouge libanaise"
    assert texts["helpline"] == texts["helpline_text"] == texts["sample_note"] == ""
    assert ready(card_in("help", "fr")).texts["more"] == ""


@pytest.mark.parametrize(
    ("locale", "lead", "value", "body"),
    [
        ("en", "People in 2020-2021", "27.6 million", "An estimate of 42% on 30 July."),
        ("ar", f"ع People in {LRI}2020-2021{PDI}", "ع 27,6 million",
         f"ع An estimate of {LRI}42%{PDI} on 30 تموز."),
    ],
)  # fmt: skip
def test_figures_and_dates_are_written_as_the_society_writes_them(
    card_in: Localise, locale: str, lead: str, value: str, body: str
) -> None:
    card = ready(card_in("number", locale))
    assert [card.slides[0][name] for name in ("lead", "value", "body")] == [lead, value, body]
    assert card.figures == ("F01", "F02")


def test_one_credit_for_two_sources_is_printed_once(card_in: Localise) -> None:
    assert ready(card_in("number", "en")).slides[0]["source_line"] == "Source: UNODC,\u00a02024"


def test_a_carousel_has_one_picture_and_one_description_a_slide(card_in: Localise) -> None:
    card = ready(card_in("meaning", "fr"))
    assert [slide["heading"] for slide in card.slides] == ["Fr The act", "Fr The purpose"]
    assert [slide["counter"] for slide in card.slides] == ["Fr 1 of 2", "Fr 2 of 2"]
    assert [(slide["count"], slide["total"]) for slide in card.slides] == [("1", "2"), ("2", "2")]
    assert not any("more" in slide for slide in card.slides)
    assert [alt.partition(":")[0] for alt in card.alts] == ["Fr 1 of 2", "Fr 2 of 2"]
    assert "The aim is exploitation." in card.alts[1]
    assert "The aim is exploitation." not in card.alts[0]
    assert card.texts["slides_2_body"] == "Fr The aim is exploitation."


def test_a_myth_told_in_two_pictures_is_first_alone_and_then_answered(card_in: Localise) -> None:
    card = ready(card_in("pair", "fr"))
    assert (card.kind, card.layout) == ("myth_fact", "myth_then_fact")
    myth, fact = "Fr They agreed to it.", "Fr Nobody can agree to that."
    first, second = card.slides
    assert first["myth"] == second["myth"] == myth
    assert "fact" not in first
    assert second["fact"] == fact
    assert [slide["counter"] for slide in card.slides] == ["Fr 1 of 2", "Fr 2 of 2"]
    assert first["source_line"] == "", "a source speaks for the fact"
    assert second["source_line"] == "Fr Source: UNODC,\u00a02024"
    assert not any("more" in slide for slide in card.slides)
    assert card.alts == (
        f"Fr Myth, 1 of 2: {myth} Croix-Rouge libanaise.",
        f"Fr Myth: {myth} Fact, 2 of 2: {fact} Croix-Rouge libanaise. Fr Source: UNODC,\u00a02024",
    )
    assert [card.texts[name] for name in ("myth", "fact", "more")] == [
        myth, fact, "Fr Two pictures.",
    ]  # fmt: skip


def test_the_first_picture_does_not_change_when_the_answer_does(
    card_in: Localise, edit: Edit
) -> None:
    before = ready(card_in("pair", "fr"))
    edit("fr", "small", lambda c: setattr(c.contexts["pair.fact"], "string", "Personne."))
    after = ready(card_in("pair", "fr"))
    assert (after.slides[0], after.alts[0]) == (before.slides[0], before.alts[0])
    assert after.slides[1] != before.slides[1]
    assert after.alts[1] != before.alts[1]


@pytest.mark.parametrize("pattern", ["alt.myth_slide", "alt.fact_slide"])
def test_a_carousel_is_held_whole_when_one_picture_has_no_description(
    card_in: Localise, edit: Edit, pattern: str
) -> None:
    edit("fr", "shared", lambda catalog: setattr(catalog.contexts[pattern], "string", ""))
    assert held(card_in("pair", "fr")) == f"fr/shared: empty: {pattern}"
    assert ready(card_in("myth", "fr"))


def test_a_checklist_has_its_items_one_by_one_and_as_lines(card_in: Localise) -> None:
    card = ready(card_in("steps", "fr"))
    slide = card.slides[0]
    assert slide["items"].split("\n") == [slide[f"item_{number}"] for number in (1, 2, 3)]
    assert slide["item_3"] == "Fr Keep your passport."
    assert card.texts["items"] == slide["items"]
    assert "Fr Tell a friend. Fr Keep your passport. Fr Source" in card.alts[0]


def test_help_with_a_line_shows_the_number_isolated(card_in: Localise, line: Referral) -> None:
    card = ready(card_in("help", "fr", helpline=line))
    slide = card.slides[0]
    assert (slide["body"], slide["helpline"], slide["helpline_name"]) == (
        "Fr Call the line below.", NUMBER, "A line",
    )  # fmt: skip
    assert card.texts["helpline_text"] == f"Fr A line: {NUMBER}"
    assert card.alts[0].endswith(f"A line: {NUMBER}. Fr Source: UNODC,\u00a02024")
    assert card.helpline == "L1"
    assert "sample_note" not in slide


def test_help_without_a_line_points_to_the_society(card_in: Localise) -> None:
    card = ready(card_in("help", "fr"))
    assert card.slides[0]["body"] == "Fr Ask Croix-Rouge libanaise."
    assert "helpline" not in card.slides[0]
    assert "helpline" not in card.alts[0]
    assert card.helpline == ""


def test_a_sample_line_says_so_on_the_picture_in_the_post_and_in_its_description(
    card_in: Localise, line: Referral
) -> None:
    card = ready(card_in("help", "fr", helpline=replace(line, status="sample")))
    assert card.slides[0]["sample_note"] == "Fr Not a real number"
    assert "Fr Not a real number" in card.texts["helpline_text"]
    assert card.alts[0].startswith("Fr Not a real number. ")


def test_only_a_card_that_shows_a_line_takes_it_up(card_in: Localise, line: Referral) -> None:
    card = ready(card_in("myth", "fr", helpline=line))
    assert card.helpline == ""
    assert "helpline" not in card.slides[0]
    assert card.texts["helpline"] == ""


def test_right_to_left_text_isolates_what_runs_the_other_way(
    card_in: Localise, line: Referral
) -> None:
    card = ready(card_in("help", "ar", helpline=line))
    assert card.direction == "rtl"
    assert card.slides[0]["helpline"] == NUMBER
    assert card.slides[0]["source_line"] == f"ع Source: {FSI}UNODC,\u00a02024{PDI}"
    assert card.texts["hashtags"] == f"{LRI}#EndHumanTrafficking{PDI} {LRI}#Second{PDI}"
    for text in (*card.slides[0].values(), *card.texts.values(), *card.alts):
        assert balanced(text), ascii(text)
    assert NUMBER in card.alts[0]
    assert FSI not in card.alts[0]


@pytest.mark.parametrize("locale", ["fr", "ar", "en"])
@pytest.mark.parametrize("card_id", ["myth", "pair", "number", "help", "meaning", "steps"])
def test_a_description_says_every_word_of_its_picture(
    card_in: Localise, campaign: Campaign, locale: str, card_id: str, line: Referral
) -> None:
    card = ready(card_in(card_id, locale, helpline=line))
    signs = dict.fromkeys(map(ord, f"{LRI}{FSI}{PDI}"), None)
    for slide, alt in zip(card.slides, card.alts, strict=True):
        unsaid = ("hashtag", "counter", "label")
        own = [n for n in slide if not n.startswith(("label_", "kind_")) and n not in unsaid]
        own = [name for name in own if not (name == "society" and card_id not in ("myth", "pair"))]
        for name in own:
            shown = slide[name].replace("\n", " ").translate(signs)
            assert shown in alt.translate(signs), (name, alt)


@pytest.mark.parametrize(
    ("domain", "context", "needed"),
    [
        ("small", "myth.fact", True),
        ("small", "campaign.call", True),
        ("small", "number.body", False),
        ("shared", "labels.fact", True),
        ("shared", "days.wdatip", True),
        ("shared", "alt.statistic", False),
    ],
)
def test_a_card_is_reviewed_when_every_message_it_needs_is(
    card_in: Localise,
    edit: Edit,
    set_state: Callable[[str, str], None],
    domain: str,
    context: str,
    needed: bool,
) -> None:
    set_state("fr", "translated")
    assert not ready(card_in("myth", "fr")).reviewed
    set_state("fr", "reviewed")
    assert ready(card_in("myth", "fr")).reviewed
    edit("fr", domain, lambda catalog: clear(catalog.contexts[context]))
    assert ready(card_in("myth", "fr")).reviewed is not needed


@pytest.mark.parametrize("reviewer", ["campaign-author", "Campaign Author"])
def test_the_author_is_no_reviewer(
    card_in: Localise, edit: Edit, set_state: Callable[[str, str], None], reviewer: str
) -> None:
    set_state("fr", "reviewed")
    edit("fr", "small", lambda c: sign_reviewed(c, c.contexts["myth.fact"], reviewer))
    assert not ready(card_in("myth", "fr")).reviewed
    assert ready(card_in("number", "fr")).reviewed


def test_an_edit_ends_the_review_of_the_cards_that_show_it(
    card_in: Localise, edit: Edit, set_state: Callable[[str, str], None]
) -> None:
    set_state("fr", "reviewed")
    edit(
        "fr", "small", lambda catalog: setattr(catalog.contexts["myth.fact"], "string", "À 18 ans.")
    )
    assert not ready(card_in("myth", "fr")).reviewed
    assert ready(card_in("pair", "fr")).reviewed


def test_a_finished_card_travels_to_another_process(card_in: Localise) -> None:
    card = ready(card_in("meaning", "ar"))
    assert pickle.loads(pickle.dumps(card)) == card


# --- held ------------------------------------------------------------------------------------


def test_without_a_catalogue_the_card_is_held(card_in: Localise) -> None:
    assert held(card_in("myth", "hr")) == (
        "hr: has no translation of 'small' yet; have one made and reviewed"
    )


def test_fuzzy_is_never_published(card_in: Localise, edit: Edit) -> None:
    edit("fr", "small", lambda catalog: catalog.contexts["myth.fact"].flags.add("fuzzy"))
    assert held(card_in("myth", "fr")) == "fr/small: fuzzy: myth.fact"
    assert ready(card_in("number", "fr"))


def test_one_missing_message_holds_the_whole_card(card_in: Localise, edit: Edit) -> None:
    edit("fr", "small", lambda catalog: setattr(catalog.contexts["myth.more"], "string", ""))
    assert held(card_in("myth", "fr")) == "fr/small: empty: myth.more"


def test_a_missing_shared_message_holds_every_card(card_in: Localise, edit: Edit) -> None:
    edit("fr", "shared", lambda catalog: setattr(catalog.contexts["labels.source"], "string", " "))
    for card_id in ("myth", "number", "steps"):
        assert held(card_in(card_id, "fr")) == "fr/shared: empty: labels.source"


def test_a_description_pattern_holds_only_the_cards_it_describes(
    card_in: Localise, edit: Edit
) -> None:
    edit("fr", "shared", lambda catalog: setattr(catalog.contexts["alt.checklist"], "string", ""))
    assert held(card_in("steps", "fr")) == "fr/shared: empty: alt.checklist"
    assert ready(card_in("myth", "fr"))


def test_many_reasons_are_counted_after_the_fifth(card_in: Localise, edit: Edit) -> None:
    def clear(catalog: PoCatalog) -> None:
        for message in catalog.contexts.values():
            message.string = ""

    edit("fr", "small", clear)
    assert held(card_in("meaning", "fr")) == (
        "fr/small: empty: campaign.title, campaign.call, meaning.slides.1.heading, "
        "meaning.slides.1.body, meaning.slides.2.heading +2 more"
    )


@pytest.mark.parametrize(
    ("context", "string", "reason"),
    [
        ("number.value", "millions", "fr/small: placeholder: number.value"),
        ("number.value", "{figure} {year} millions", "fr/small: placeholder: number.value"),
        ("number.value", "{figure.value} millions", "fr/small: brace: number.value"),
        ("number.lead", "En {year} : 30", "fr/small: number: number.lead"),
        ("number.lead", "En \u202e{year}", "fr/small: control: number.lead"),
        ("number.lead", "En \u2066{year}", "fr/small: isolate: number.lead"),
    ],
)
def test_a_translation_that_says_something_else_holds_the_card(
    card_in: Localise, edit: Edit, context: str, string: str, reason: str
) -> None:
    edit("fr", "small", lambda catalog: setattr(catalog.contexts[context], "string", string))
    assert held(card_in("number", "fr")) == reason


def test_a_translation_of_an_older_text_holds_the_card(
    campaign: Campaign, society: Society, library: Library, catalogues: Catalogues
) -> None:
    card = campaign.card("myth")
    text = replace(card.fields["myth"], text="They are quite the same.")
    changed = replace(card, fields={**card.fields, "myth": text})
    result = localise(
        changed, campaign, society, "fr", library, catalogues,
        observance_date=library.observances["wdatip"].in_year(2027),
    )  # fmt: skip
    assert held(result).startswith("fr/small: stale: myth.myth; run 'clarion messages update'")


def test_a_locale_that_has_no_formats_holds_the_card(card_in: Localise, society: Society) -> None:
    strange = replace(society, formats={"fr": "xx_XX"})
    assert "CLDR knows no locale 'xx_XX'" in held(card_in("number", "fr", society=strange))


def test_a_text_that_shows_a_line_is_held_without_one_and_takes_it_up_with_one(
    campaign: Campaign, library: Library, root: Path, card_in: Localise, line: Referral
) -> None:
    text = campaign.file.read_text(encoding="utf-8")
    campaign.file.write_text(text.replace("Tell a friend.", "'Call {helpline}.'"), encoding="utf-8")
    changed = library.campaign("small")
    update(library, root, ["en_GB"])
    society, day = library.societies["lb"], library.observances["wdatip"].in_year(2027)

    def run(helpline: Referral | None) -> LocalisedCard | Held:
        return localise(
            changed.card("steps"), changed, society, "en", library, Catalogues([root]),
            observance_date=day, helpline=helpline,
        )  # fmt: skip

    assert held(run(None)) == "en_GB: {helpline} has no value here"
    card = ready(run(line))
    assert (card.slides[0]["item_2"], card.helpline) == (f"Call {NUMBER}.", "L1")
    assert NUMBER in card.alts[0]


def test_a_shared_message_that_is_not_there_is_named(
    campaign: Campaign, society: Society, library: Library, catalogues: Catalogues
) -> None:
    shared = {key: m for key, m in library.shared.items() if key != "days.wdatip"}
    result = localise(
        campaign.card("myth"), campaign, society, "fr", replace(library, shared=shared),
        catalogues, observance_date=library.observances["wdatip"].in_year(2027),
    )  # fmt: skip
    assert held(result) == "shared.yaml lacks days.wdatip; add the message"


def test_a_file_that_cannot_be_read_is_an_error_not_a_hold(card_in: Localise, root: Path) -> None:
    catalogue_path(root, "fr", "small").write_bytes(b"\xff")
    with pytest.raises(CatalogueError, match="is not UTF-8 text"):
        card_in("myth", "fr")


# --- many cards in one go --------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["fr", "ar", "fr_CH", "pt_PT"])
def test_many_cards_in_one_go_are_as_each_by_itself(
    campaign: Campaign, library: Library, catalogues: Catalogues, society: Society, locale: str
) -> None:
    translator, day = Translator(library, catalogues), library.observances["wdatip"].in_year(2027)
    other = replace(society, names={"en": "Another Society"}, formats={})
    for card in campaign.cards * 2:
        for one in (society, other):
            together = translator.localise(card, campaign, one, locale, observance_date=day)
            assert together == localise(
                card, campaign, one, locale, library, catalogues, observance_date=day
            )


def test_another_card_of_the_same_name_is_looked_up_anew(
    campaign: Campaign, library: Library, catalogues: Catalogues, society: Society
) -> None:
    translator, day = Translator(library, catalogues), library.observances["wdatip"].in_year(2027)
    card = campaign.card("myth")
    text = replace(card.fields["myth"], text="They are quite the same.")
    changed = replace(card, fields={**card.fields, "myth": text})
    ready(translator.localise(card, campaign, society, "fr", observance_date=day))
    again = translator.localise(changed, campaign, society, "fr", observance_date=day)
    assert "stale: myth.myth" in held(again)


def test_what_is_edited_meanwhile_is_seen_by_the_next(
    campaign: Campaign, library: Library, catalogues: Catalogues, society: Society, edit: Edit
) -> None:
    day = library.observances["wdatip"].in_year(2027)

    def said(translator: Translator) -> str:
        card = campaign.card("myth")
        done = translator.localise(card, campaign, society, "fr", observance_date=day)
        return ready(done).slides[0]["myth"]

    translator = Translator(library, catalogues)
    before = said(translator)
    edit("fr", "small", lambda c: setattr(c.contexts["myth.myth"], "string", "Pas pareil."))
    assert (said(translator), said(Translator(library, catalogues))) == (before, "Pas pareil.")


# --- whole-card fallback ---------------------------------------------------------------------


def test_a_regional_locale_without_catalogues_uses_its_base_for_the_whole_card(
    card_in: Localise,
) -> None:
    card = ready(card_in("number", "fr_CH"))
    assert (card.locale, card.language, card.formats) == ("fr", "fr", "fr_CH")


def swiss(root: Path, domains: tuple[str, ...]) -> None:
    """Swiss French catalogues, marked by their own word."""
    for domain in domains:
        text = catalogue_path(root, "fr", domain).read_text(encoding="utf-8")
        path = catalogue_path(root, "fr_CH", domain)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = text.replace("Language: fr\\n", "Language: fr_CH\\n").replace(
            'msgstr "Fr ', 'msgstr "Ch '
        )
        path.write_text(text, encoding="utf-8")


def test_its_own_catalogues_come_first(card_in: Localise, root: Path) -> None:
    swiss(root, ("small", "shared"))
    card = ready(card_in("myth", "fr_CH"))
    assert card.locale == "fr_CH"
    assert card.language == "fr-CH"
    assert not any("Fr " in text for text in (*card.slides[0].values(), *card.texts.values()))


@pytest.mark.parametrize("damage", ["no shared catalogue", "one message empty"])
def test_a_card_never_mixes_two_catalogues(
    card_in: Localise, root: Path, edit: Edit, damage: str
) -> None:
    swiss(root, ("small",) if damage == "no shared catalogue" else ("small", "shared"))
    if damage == "one message empty":
        edit("fr_CH", "small", lambda catalog: setattr(catalog.contexts["myth.fact"], "string", ""))
    card = ready(card_in("myth", "fr_CH"))
    assert card.locale == "fr"
    assert not any("Ch " in text for text in (*card.slides[0].values(), *card.texts.values()))


def test_when_neither_carries_the_card_the_reasons_are_the_regional_ones(
    card_in: Localise, root: Path, edit: Edit
) -> None:
    swiss(root, ("small", "shared"))
    for locale in ("fr", "fr_CH"):
        edit(locale, "small", lambda c: c.contexts["myth.fact"].flags.add("fuzzy"))
    assert held(card_in("myth", "fr_CH")) == "fr_CH/small: fuzzy: myth.fact"


def test_without_regional_catalogues_the_reasons_are_those_of_the_base(
    card_in: Localise, edit: Edit
) -> None:
    edit("fr", "small", lambda catalog: catalog.contexts["myth.fact"].flags.add("fuzzy"))
    assert held(card_in("myth", "fr_CH")) == "fr/small: fuzzy: myth.fact"


def test_a_plural_message_is_never_used(card_in: Localise, edit: Edit) -> None:
    def make_plural(catalog: PoCatalog) -> None:
        message = catalog.contexts["myth.fact"]
        text = str(message.id)
        message.id, message.string = (text, text + "s"), ("a", "b")

    edit("fr", "small", make_plural)
    assert held(card_in("myth", "fr")) == "fr/small: plural: myth.fact"


def test_montenegrin_is_formatted_as_its_neighbours_write_in_montenegro(
    root: Path, library: Library, card_in: Localise, edit: Edit, society: Society
) -> None:
    """CLDR knows no cnr: words and formats have locales of their own."""
    update(library, root, ["cnr"])
    for domain in ("small", "shared"):
        edit("cnr", domain, _in_montenegrin)
    formats = {**society.formats, "cnr": "sr_Latn_ME"}
    there = replace(society, locales=("cnr",), formats=formats)
    card = ready(card_in("number", "cnr", society=there))
    assert (card.locale, card.language, card.formats) == ("cnr", "cnr", "sr_Latn_ME")
    assert card.slides[0]["value"] == "Cg 27,6 million"
    assert card.texts["date"] == "30. jul"
    for near in ("sr_Latn", "hr", "bs", "sr"):
        assert held(card_in("number", near, society=there)).startswith(f"{near}: has no")


def _in_montenegrin(catalog: PoCatalog) -> None:
    for message in catalog.contexts.values():
        message.string = f"Cg {message.id}"
