"""Post texts: three styles for every kind of card, counted as people count, never cut."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from campaigns.kinds import KINDS
from clarion.press import Job, Press
from locales import LocalisedCard
from rendering.asset import AssetStore
from rendering.build import Workshop
from rendering.caption import AUTOMATIC, LIMITS, VARIANTS, caption, captions, graphemes
from rendering.errors import CaptionError, CaptionTooLong
from templates import environment
from tests.templates.samples import DAY, SLOTS, catalogues, composer, library, shipped, written

COMMON = {
    "more": "A little more.",
    "helpline": "",
    "helpline_text": "",
    "call": "Share what you know.",
    "label_day": "World Day, 30 July",
    "sources": "Source: UNODC, 2024",
    "hashtags": "#EndHumanTrafficking #Second",
    "figures": False,
}
END = (
    "Share what you know.\n\nWorld Day, 30 July\nSource: UNODC, 2024\n\n"
    "#EndHumanTrafficking #Second"
)
LINE = {"helpline": "+00 000 000 000", "helpline_text": "Sample line: +00 000 000 000\nNot real"}
SLIDES = ({"heading": "The act", "body": "One."}, {"heading": "The aim", "body": "Two."})
MESSAGE = "Before you say yes\nAsk who pays, where you will live and who keeps your passport."
LINES = {
    "event": {"occasion": "30 July 2027, 18:00\nTown library"},
    "recap": {"occasion": "30 July 2027\nTown library"},
    "invitation": {"facts": "Dates: 3–5 May 2027\nWrite to us."},
    "resource": {"facts": "Available in: English\nAsk us."},
    "network": {"facts": "Write to us."},
    "story": {"told": "Told with consent"},
}
"""What these kinds say besides; of all others it is empty."""
LONG = {
    "myth_fact": "Myth\nThey agreed to it.\n\nFact\nNobody can agree to being exploited.",
    "tip": "Look twice at the offer\n" + SLOTS["body"],
    "statistic": "People in forced labour\n27.6 million\n" + SLOTS["body"],
    "definition": "The act. One.\nThe aim. Two.",
    "get_help": MESSAGE,
    "checklist": (
        "Before you say yes\n– Ask for a contract.\n– Tell a friend.\n– Keep your passport."
    ),
    "term": (
        "Before you say yes\n\nIn plain words\nSomebody gains from your work.\n\n"
        "In law\nThe law names three elements."
    ),
    "result": "People in forced labour\n27.6 million\n" + SLOTS["body"],
    "event": f"Before you say yes\n30 July 2027, 18:00\nTown library\n\n{SLOTS['body']}",
    "recap": f"Before you say yes\n30 July 2027\nTown library\n\n{SLOTS['body']}",
    "invitation": MESSAGE + "\n\nDates: 3–5 May 2027\nWrite to us.",
    "resource": MESSAGE + "\n\nAvailable in: English\nAsk us.",
    "network": MESSAGE + "\n\nWrite to us.",
    "story": MESSAGE + "\n\nTold with consent",
}
SHORT = {
    "myth_fact": "Nobody can agree to being exploited.",
    "tip": "Look twice at the offer\n" + SLOTS["body"],
    "statistic": "People in forced labour\n27.6 million\n" + SLOTS["body"],
    "result": "People in forced labour\n27.6 million\n" + SLOTS["body"],
    "definition": "The act\nOne.",
    "get_help": MESSAGE,
    "checklist": "Before you say yes",
    "term": "Before you say yes\nSomebody gains from your work.",
    "event": "Before you say yes\n30 July 2027, 18:00\nTown library",
    "recap": "Before you say yes\n30 July 2027\nTown library",
    "invitation": "Before you say yes\nDates: 3–5 May 2027\nWrite to us.",
    "resource": "Before you say yes\nAvailable in: English\nAsk us.",
    "network": "Before you say yes\nWrite to us.",
    "story": "Before you say yes\nTold with consent",
}
BRIEF = (
    SHORT
    | {
        "tip": "Look twice at the offer",
        "definition": "The act",
        "statistic": "People in forced labour\n27.6 million",
        "result": "People in forced labour\n27.6 million",
    }
    | dict.fromkeys(
        ("get_help", "term", "invitation", "resource", "network", "story"), "Before you say yes"
    )
)
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


def values(kind: str, **others: Any) -> dict[str, Any]:
    slides = SLIDES if kind == "definition" else (SLOTS,)
    lines = dict.fromkeys(("occasion", "facts", "told"), "") | LINES.get(kind, {})
    return {**SLOTS, **COMMON, **lines, "kind": kind, "slides": slides, **others}


def of_workspace(folder: Path, text: str, name: str = "own") -> Any:
    return environment(written(folder, f"captions/{name}.txt.j2", text))


def test_the_texts_of_these_tests_are_for_every_kind() -> None:
    assert set(LONG) == set(SHORT) == set(BRIEF) == set(KINDS)


@EVERY_KIND
def test_long_says_the_card_more_what_to_do_sources_and_hashtags(kind: str) -> None:
    assert caption(environment(), "long", values(kind)) == (
        f"{LONG[kind]}\n\nA little more.\n\n{END}"
    )


@EVERY_KIND
def test_long_gives_the_helpline_a_paragraph_and_leaves_out_what_is_empty(kind: str) -> None:
    assert caption(environment(), "long", values(kind, **LINE, more="")) == (
        f"{LONG[kind]}\n\nSample line: +00 000 000 000\nNot real\n\n{END}"
    )


@EVERY_KIND
@pytest.mark.parametrize("style", ["short", "brief"])
def test_no_figure_stands_without_its_source(kind: str, style: str) -> None:
    text = caption(environment(), style, values(kind, figures=True))
    assert text.endswith("\n\nSource: UNODC, 2024\n\n#EndHumanTrafficking #Second")
    assert "Source" not in caption(environment(), style, values(kind))


@EVERY_KIND
def test_short_says_the_heart_of_the_card_and_hashtags(kind: str) -> None:
    assert caption(environment(), "short", values(kind)) == (
        f"{SHORT[kind]}\n\n#EndHumanTrafficking #Second"
    )


@EVERY_KIND
def test_short_gives_the_helpline_too(kind: str) -> None:
    assert caption(environment(), "short", values(kind, **LINE)) == (
        f"{SHORT[kind]}\nSample line: +00 000 000 000\nNot real\n\n#EndHumanTrafficking #Second"
    )


@EVERY_KIND
def test_brief_says_one_line_of_the_card_help_and_hashtags(kind: str) -> None:
    assert caption(environment(), "brief", values(kind, **LINE)) == (
        f"{BRIEF[kind]}\nSample line: +00 000 000 000\nNot real\n\n#EndHumanTrafficking #Second"
    )


@EVERY_KIND
def test_texts_to_try_are_one_a_style_or_the_one_that_is_fixed(kind: str) -> None:
    full = values(kind, **LINE)
    assert list(captions(environment(), AUTOMATIC, full)) == [
        caption(environment(), style, full) for style in VARIANTS
    ]
    assert list(captions(environment(), "short", full)) == [caption(environment(), "short", full)]


def test_a_text_over_its_own_limit_is_passed_over_unless_it_is_the_last(tmp_path: Path) -> None:
    full = values("tip", more="word " * 500)
    assert list(captions(environment(), AUTOMATIC, full)) == [
        caption(environment(), style, full) for style in ("short", "brief")
    ]
    with pytest.raises(CaptionTooLong):
        list(captions(environment(), "long", full))
    ours = of_workspace(tmp_path, "{{ text }}", "brief")
    found = captions(ours, AUTOMATIC, full | {"text": "x" * 2201})
    assert next(found) == caption(environment(), "short", full)
    with pytest.raises(CaptionTooLong, match="'brief' has 2201 characters of 2200"):
        next(found)


@EVERY_KIND
@pytest.mark.parametrize("style", VARIANTS)
def test_no_line_ends_in_space_and_no_two_in_a_row_are_empty(kind: str, style: str) -> None:
    loose = {name: f"{text}  " for name, text in (COMMON | LINE).items()} | {"call": " "}
    text = caption(environment(), style, values(kind, **loose | {"hashtags": "#A \n\n\n"}))
    assert text == text.strip()
    assert text.count("\n\n")
    assert not re.search(r"[ \t]\n|\n\n\n", text)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", 0),
        ("word", 4),
        ("👨‍👩‍👧‍👦", 1),
        ("🇬🇷🇷🇸", 2),
        ("👍🏽", 1),
        ("e\u0323\u0301", 1),
        ("हिन्दी", 2),
        ("क्षेत्र", 2),
        ("한국", 2),
        ("ש\u05c1\u05b8לום", 4),
        ("a\r\nb", 3),
        ("a👍b\U0001d400c", 5),
    ],
)
def test_a_character_is_what_a_reader_sees(text: str, seen: int) -> None:
    assert graphemes(text) == seen


@pytest.mark.parametrize("character", ["x", "👨‍👩‍👧‍👦", "🇲🇹", "नि"])
def test_a_text_at_the_limit_passes_and_one_character_more_is_refused(
    tmp_path: Path, character: str
) -> None:
    assert LIMITS == {"long": 2200, "short": 600}
    ours = of_workspace(tmp_path, "{{ text }}", "short")
    assert caption(ours, "short", {"text": character * 600}) == character * 600
    with pytest.raises(CaptionTooLong) as caught:
        caption(ours, "short", {"text": character * 601})
    assert str(caught.value) == ("caption 'short' has 601 characters of 600; shorten the card")


def test_a_card_with_too_much_to_say_is_refused_and_never_cut() -> None:
    with pytest.raises(CaptionTooLong, match=r"'long' has \d+ characters of 2200; shorten 'more'"):
        caption(environment(), "long", values("tip", more="word " * 500))
    caption(environment(), "short", values("tip", more="word " * 500))


@EVERY_KIND
@pytest.mark.parametrize("style", VARIANTS)
def test_the_longest_allowed_english_fits_every_style(kind: str, style: str) -> None:
    """Translations may be half as long again; these are filled to the limits of English."""
    spec = KINDS[kind]
    filled = {field.name: "x" * field.max for field in spec.fields if field.repeat is None}
    lists = {
        field.name: "\n".join(["x" * field.max] * field.repeat[1])
        for field in spec.fields
        if field.repeat is not None
    }
    slide = {field.name: "x" * field.max for field in spec.slide_fields}
    slides = (slide,) * spec.slides[1] if spec.slides else ({**filled, **lists},)
    others = {"call": "x" * 60, "sources": "x" * 200, "label_day": "x" * 80}
    if kind == "get_help":
        others |= {"helpline": "x", "helpline_text": "x" * 80}
    full = {
        **SLOTS,
        **COMMON,
        **filled,
        **lists,
        **others,
        "kind": kind,
        "slides": slides,
        "figures": True,
    }
    assert caption(environment(), style, full)


@pytest.mark.parametrize("name", ["call", "sources", "hashtags", "myth", "label_fact", "more"])
def test_a_text_the_card_does_not_have_is_named_with_its_template(name: str) -> None:
    given = values("myth_fact")
    del given[name]
    with pytest.raises(CaptionError) as caught:
        caption(environment(), "long", given)
    assert str(caught.value) == (
        f"templates/captions/long.txt.j2: '{name}' is undefined; mend the template"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{ x", "unexpected end of template"),
        ("a\n{% if x %}\n{{ a b }}", "expected token"),
        ("{{ ''.__class__ }}", "unsafe"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ heading + 1 }}", "concatenate"),
        ("{% for n in range(10 ** 9) %}{% endfor %}", "Range too big"),
        ("{% include 'captions/own.txt.j2' %}", "recursion"),
        ("{{ heading | nonsense }}", "nonsense"),
        ("{# nothing #}\n\n", "gives an empty text"),
    ],
)
def test_a_template_at_fault_is_named_on_one_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CaptionError) as caught:
        caption(of_workspace(tmp_path, text), "own", values("tip"))
    message = str(caught.value)
    assert message.startswith("templates/captions/own.txt.j2: ")
    assert message.endswith("; mend the template")
    assert says in message
    assert "\n" not in message


def test_a_style_nobody_wrote_is_answered_with_the_file_to_add() -> None:
    with pytest.raises(CaptionError) as caught:
        caption(environment(), "poem", values("tip"))
    assert str(caught.value) == "no caption style 'poem'; add templates/captions/poem.txt.j2"


def test_a_part_that_is_not_there_is_named_with_who_asks_for_it(tmp_path: Path) -> None:
    ours = of_workspace(tmp_path, "{% include 'captions/_part.txt.j2' %}")
    with pytest.raises(CaptionError) as caught:
        caption(ours, "own", {})
    assert str(caught.value) == (
        "templates/captions/own.txt.j2 includes what is not there; "
        "add templates/captions/_part.txt.j2"
    )


def test_a_workspaces_style_is_used_and_may_build_on_the_shipped_ones(tmp_path: Path) -> None:
    ours = of_workspace(tmp_path, "{% include 'captions/_card.txt.j2' %}\n{{ society }}", "long")
    assert caption(ours, "long", values("tip")) == f"{LONG['tip']}\nMalta Red Cross Society"
    assert caption(ours, "short", values("tip")).startswith(SHORT["tip"])


# --- what ships -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Press:
    workshop = Workshop(AssetStore(tmp_path_factory.mktemp("assets")))
    return Press(library(), catalogues(), workshop, environment(), sample_helpline=True)


@pytest.fixture(scope="module")
def everything(press: Press) -> list[LocalisedCard]:
    """Every shipped card in every locale a society publishes in, where there is a catalogue."""
    seen = {}
    for society in library().societies.values():
        for locale in society.locales:
            for campaign in map(library().campaign, library().campaign_ids()):
                for card in campaign.cards:
                    key = (campaign.id, card.id, locale)
                    if key in seen:
                        continue
                    done = press.localise(Job(campaign, card, society, locale, DAY))
                    if isinstance(done, LocalisedCard):
                        seen[key] = done
    assert len(seen) > 200
    return list(seen.values())


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text))


def test_every_word_of_every_picture_stands_in_its_description_or_in_the_post(
    press: Press, everything: list[LocalisedCard]
) -> None:
    missing = []
    for card in everything:
        post = words(press.caption(card, "long"))
        shown = composer().layout(card.layout).slots
        for slots, alt in zip(card.slides, card.alts, strict=True):
            on_picture = words(" ".join(text for name, text in slots.items() if name in shown))
            lost = on_picture - words(alt) - words(slots["hashtag"])
            if lost or words(slots["hashtag"]) - post:
                missing.append((card.campaign, card.card, card.locale, lost))
    assert not missing


@pytest.mark.parametrize("style", VARIANTS)
def test_every_shipped_card_has_a_post_text_within_the_limit(
    press: Press, everything: list[LocalisedCard], style: str
) -> None:
    for card in everything:
        assert 0 < graphemes(press.caption(card, style)) <= LIMITS.get(style, 300)


@pytest.mark.parametrize("style", VARIANTS)
def test_hashtags_and_helpline_are_in_every_text(
    press: Press, everything: list[LocalisedCard], style: str
) -> None:
    shown = 0
    for card in everything:
        text = press.caption(card, style)
        assert text.endswith(card.texts["hashtags"])
        if card.helpline:
            assert card.texts["helpline_text"] in text
            shown += 1
    assert shown > 20


def test_each_text_of_a_shipped_card_is_no_longer_than_the_one_before(
    press: Press, everything: list[LocalisedCard]
) -> None:
    for card in everything:
        sizes = [graphemes(press.caption(card, style)) for style in VARIANTS]
        assert sizes == sorted(sizes, reverse=True)


def test_a_carousel_is_told_part_by_part(press: Press) -> None:
    card = shipped("what-trafficking-is", "mt", "en_GB")
    text = press.caption(card, "long")
    places = [text.index(slots["body"]) for slots in card.slides]
    assert places == sorted(places)
