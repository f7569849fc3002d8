"""Counting as platforms do, held to ICU for clusters and to the published rules for the rest."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publishers.counting import COUNTERS, LINK, UNITS, count, has_link, hashtags
from publishers.testing.posts import TEXTS
from rendering.caption import graphemes as clusters_of_icu

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
NAMES = ("characters", "utf16_units", "utf8_bytes", "graphemes", "mastodon", "weighted", "threads")

_COUNTS = {
    "plain": ("abc", 3, 3, 3, 3, 3, 3, 3),
    "arabic": ("سلام", 4, 4, 8, 4, 4, 4, 4),
    "decomposed": ("e\u0301", 2, 2, 3, 1, 1, 1, 2),
    "emoji": ("😀", 1, 2, 4, 1, 1, 2, 4),
    "family": (FAMILY, 7, 11, 25, 1, 1, 2, 25),
    "skin": ("👍🏽", 2, 4, 8, 1, 1, 2, 8),
    "flag": ("🇮🇹", 2, 4, 8, 1, 1, 2, 8),
    "england": (ENGLAND, 7, 14, 28, 1, 1, 2, 28),
    "keycap": ("1\ufe0f\u20e3", 3, 3, 7, 1, 1, 2, 7),
    "hindi": ("हिन्दी", 6, 6, 18, 2, 2, 6, 6),
    "khmer": ("ខ្មែរ", 5, 5, 15, 2, 2, 10, 5),
    "han": ("贩卖人口", 4, 4, 12, 4, 4, 8, 4),
    "hangul": ("한국", 2, 2, 6, 2, 2, 4, 2),
    "jamo": (unicodedata.normalize("NFD", "한국"), 6, 6, 18, 2, 2, 4, 6),
    "quotes": ("„a“ – ‘b’…", 10, 10, 22, 10, 10, 11, 10),
    "isolates": ("\u2066#a\u2069", 4, 4, 8, 4, 4, 6, 4),
    "lines": ("a\r\nb", 4, 4, 4, 3, 3, 4, 4),
    "link": ("see https://www.ifrc.org/help now", 33, 33, 33, 33, 31, 31, 33),
    "short link": ("http://t.co", 11, 11, 11, 11, 23, 23, 11),
    "long link": ("https://ifrc.org/" + "a" * 200, 217, 217, 217, 217, 23, 23, 217),
    "end of a sentence": ("https://ifrc.org/a.", 19, 19, 19, 19, 24, 24, 19),
    "name": ("@help@social.example.org", 24, 24, 24, 24, 5, 24, 24),
    "empty": ("", 0, 0, 0, 0, 0, 0, 0),
    "half": ("\ud83d", 1, 1, 3, 1, 1, 2, 1),
}


@pytest.mark.parametrize("name", _COUNTS)
@pytest.mark.parametrize("place", range(len(NAMES)), ids=NAMES)
def test_counting_as_platforms_do(name: str, place: int) -> None:
    text, *counts = _COUNTS[name]
    assert count(str(text), NAMES[place]) == counts[place]


def test_every_counter_is_counted_above_and_has_a_unit_in_words() -> None:
    assert set(COUNTERS) == set(NAMES) == set(UNITS)


def test_an_unknown_counter_is_refused() -> None:
    with pytest.raises(KeyError):
        count("a", "words")


_PIECES = st.one_of(
    st.sampled_from(
        [*"aZ #@.\r\n\t", "\u200d", "\ufe0f", "\ufe0e", "\u0301", "\u20e3", "\u2066", "\u2069"]
    ),
    st.sampled_from([FAMILY, ENGLAND, "🏽", "👍", "❤", "©", "🇮", "🇹", "한", "\u1112\u1161"]),
    st.sampled_from([text for _, text in TEXTS.values()]),
    st.characters(exclude_categories=["Cs", "Cn", "Co"]),
)
_TEXTS = st.lists(_PIECES, max_size=24).map("".join)
_SYLLABLES = st.lists(
    st.one_of(
        st.from_regex(pattern, fullmatch=True)
        for pattern in (
            r"[कखतनरषह](्[कतनरष]){0,2}[िीुं]?",
            r"[কখতর](্[কতর]){0,2}[িা]?",
            r"[កខមរ](្[កមរ])?[ែា]?",
            r"[සයරක](්\u200d?[යර])?[ාි]?",
            r"[สทยก][ุ่ำ]{0,2}",
        )
    ),
    max_size=8,
).map("".join)
"""Whole syllables of five scripts. A sign that joins two consonants but follows none, as in no
word, is one cluster to `regex` and two to ICU."""


@given(st.one_of(_TEXTS, _SYLLABLES))
@settings(max_examples=400, deadline=None)
def test_clusters_are_those_of_icu(text: str) -> None:
    assert count(text, "graphemes") == clusters_of_icu(text)


@given(_TEXTS)
@settings(max_examples=100, deadline=None)
def test_units_and_bytes_are_those_of_the_encodings(text: str) -> None:
    assert count(text, "characters") == len(list(text))
    assert count(text, "utf16_units") * 2 == len(text.encode("utf-16-le"))
    assert count(text, "utf8_bytes") == len(text.encode("utf-8"))


@given(_TEXTS)
@settings(max_examples=200, deadline=None)
def test_no_counter_is_below_what_people_see_or_above_what_is_sent(text: str) -> None:
    """But for links: X and Mastodon give one the length of 23."""
    seen = count(text, "graphemes")
    if not has_link(text):
        assert count(text, "threads") >= seen
        assert count(text, "threads") <= count(text, "utf8_bytes")
        composed = unicodedata.normalize("NFC", text)
        assert seen <= count(text, "weighted") <= 2 * len(composed) + text.count("\u20e3")


# --- X: the weights of its published configuration, version 3 -------------------------------------


@pytest.mark.parametrize(("first", "last"), [(0, 4351), (8192, 8205), (8208, 8223), (8242, 8247)])
def test_the_alphabets_that_weigh_one_end_where_x_says(first: int, last: int) -> None:
    def weight(code: int) -> int:
        return count(f"a{chr(code)}a", "weighted") - 2

    assert (weight(first), weight(last)) == (1, 1)
    assert first == 0 or weight(first - 1) == 2
    assert weight(last + 1) == 2


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("Ask http://ifrc.org", 27),
        ("https://www.ifrc.org/get-help " * 7, 168),
        ("https://ifrc.org/help?from=post&x=1#part", 23),
        ("HTTPS://WWW.IFRC.ORG/", 23),
        ("(https://ifrc.org/help)", 25),
        ("\u00c1 A\u0301", 3),
        (FAMILY * 140, 280),
        ("1\u20e3", 2),
        ("🧡, 🦺, 👩🏾‍⚕️, " + ENGLAND, 14),
        ("۱۲۳ ٫", 5),
    ],
)
def test_weights_that_are_sure(text: str, weight: int) -> None:
    assert count(text, "weighted") == weight


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("example.org", LINK),  # a link to X, not to us
        ("z.B. ifrc.org/help", 5 + LINK),
        ("https://xn--mgbh0fb.xn--kgbechtv/", LINK),
        ("https://example.museum/" + "a" * 100, 100),  # if X knew no .museum
        ("https://" + "a" * 64 + ".org/", 73),  # no link: a label has 63 at most
        ("http://example.org:8080/", LINK + 6),
        ("http://foobar.پاکستان/\u202c", LINK + 2),
        ("http://例え.テスト/漢字", LINK + 4),
        ("\u202ahttp://example.org/\u202c", 2 + LINK + 2),
        ("@https://example.org/" + "a" * 50, 71),  # a link after @ is none
    ],
)
def test_in_doubt_the_larger_number_counts(text: str, least: int) -> None:
    assert count(text, "weighted") >= least


def test_a_text_that_grows_weighs_more() -> None:
    words = "Anyone can be trafficked – 贩卖人口 😀 https://ifrc.org/help #End".split(" ")
    lengths = [count(" ".join(words[:n]), "weighted") for n in range(len(words) + 1)]
    assert all(one < two for one, two in pairwise(lengths))


# --- Mastodon: StatusLengthValidator --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("www.ifrc.org", 12),  # a link needs its https:// there
        ("@a@ifrc.org, @b @c@d", 11),
        ("https://www.ifrc.org/@a@ifrc.org", 23),
        ("https://social.example/@a@ifrc.org", 35),  # .example may be no link there
        ("mail help@ifrc.org", 18),
        ("https://" + "a" * 64 + ".org", 76),
    ],
)
def test_what_mastodon_shortens(text: str, length: int) -> None:
    assert count(text, "mastodon") == length


# --- links and hashtags ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("see www.ifrc.org.", True),
        ("see https://ifrc.org", True),
        ("help@ifrc.org", False),
        ("e.g. 3.5 million, 1.2.2026, U.S. and so on ... end", False),
        ("+00 000 000 000", False),
        ("", False),
    ],
)
def test_links_are_seen_where_x_may_see_one(text: str, there: bool) -> None:
    assert has_link(text) is there


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("\u2066#EndHumanTrafficking\u2069 \u2066#Second\u2069", 2),
        ("#معا #Ενωμένοι #Zaustavimo_trgovinu", 3),
        ("#1st #1 # #! a#b &#39; https://a.org/#part", 1),
        ("##two", 0),
    ],
)
def test_hashtags_are_counted(text: str, there: int) -> None:
    assert hashtags(text) == there
