"""Which bytes of a text are links and hashtags, and the key a post is stored under."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishers.bluesky.richtext import facets
from publishers.bluesky.tid import tid
from publishers.counting import graphemes

MINUTES = st.datetimes(datetime(2024, 1, 1), datetime(2200, 1, 1)).map(
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)
SCRIPTS = "aé ß\n\u200f\u2066\u2069\u200c\u200d الاתמहिই้กំ中かグ한👩🏽⚕️🇮🇹#＃@/:.,()?&_-0"
PIECES = st.lists(
    st.one_of(
        st.text(st.sampled_from(SCRIPTS), max_size=8),
        st.sampled_from(["https://example.org/a?b=c#d", "http://", "#StopTrafficking", "@a.test"]),
    ),
    max_size=8,
).map("".join)


def marked(text: str) -> list[str]:
    """What the facets cut out of the bytes of the text."""
    data, spans = text.encode(), [facet["index"] for facet in facets(text)]
    return [data[one["byteStart"] : one["byteEnd"]].decode() for one in spans]


@given(PIECES)
def test_every_facet_cuts_out_what_it_says(text: str) -> None:
    """Whatever the text: whole characters, in order, apart, within it, and what they are."""
    data, end = text.encode(), 0
    for facet in facets(text):
        span, (feature,) = facet["index"], facet["features"]
        assert end <= span["byteStart"] < span["byteEnd"] <= len(data)
        end = span["byteEnd"]
        piece = data[span["byteStart"] : end].decode()
        kind = feature["$type"].partition("#")[2]
        assert piece == feature["uri"] if kind == "link" else piece[1:] == feature["tag"]
        assert piece.startswith(("http://", "https://") if kind == "link" else ("#", "＃"))
        assert graphemes(feature.get("tag", "")) <= 64


@given(
    before=st.text(max_size=20).filter(lambda text: not re.search(r"[#＃/&]|http", text)),
    tag=st.sampled_from(
        ["#EndHumanTrafficking", "#الاتجار_بالبشر", "#סחר", "#ค้ามนุษย์", "#می\u200cخواهم"]
    ),
    link=st.sampled_from(["https://example.org/help?from=post", "HTTP://EXAMPLE.ORG"]),
)
def test_a_tag_and_a_link_are_found_after_anything(before: str, tag: str, link: str) -> None:
    assert marked(f"{before} {link} {before} {tag}") == [link, tag]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See https://example.org.", ["https://example.org"]),
        ("(https://example.org/a_(b))", ["https://example.org/a_(b)"]),
        ("مساعدة: https://example.org/help، اتصل", ["https://example.org/help"]),
        ("ดูhttps://example.org/ไทย ได้", ["https://example.org/ไทย"]),
        ("看https://example.org。下一句", ["https://example.org"]),
        ("\u2066https://example.org\u2069 \u2066#Tag\u2069", ["https://example.org", "#Tag"]),
        ("https://example.org/#Part #Tag", ["https://example.org/#Part", "#Tag"]),
        ("https:// and http://? are none", []),
        ("“https://example.org”", ["https://example.org"]),
        ("#Tag, #Tag2. #रोकें! #中文。", ["#Tag", "#Tag2", "#रोकें", "#中文"]),
        ("#2027 is a year, #2027Day a tag", ["#2027Day"]),
        ("no#tag, &#39; ##double, #\ufe0f\u20e3", []),
        ("＃かな", ["＃かな"]),
        ("name@example.org and @name.test stay plain", []),
        (f"#{'a' * 64} #{'b' * 65}", [f"#{'a' * 64}"]),
        (f"#{'क्षि' * 54} #{'ক্ষি' * 53}", [f"#{'ক্ষি' * 53}"]),  # 640 bytes are the most
    ],
)
def test_what_is_a_link_and_what_a_hashtag(text: str, expected: list[str]) -> None:
    assert marked(text) == expected


@given(MINUTES, st.text(min_size=1, max_size=40))
def test_a_key_lies_within_the_minute_and_stays_the_same(due: datetime, key: str) -> None:
    made = tid(due, key)
    assert re.fullmatch(r"[234567a-j][2-7a-z]{12}", made)
    assert made == tid(due, key)
    number = 0
    for letter in made:
        number = number << 5 | "234567abcdefghijklmnopqrstuvwxyz".index(letter)
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=number >> 10)
    assert due <= at < due + timedelta(minutes=1)


def test_many_posts_of_one_minute_have_keys_of_their_own() -> None:
    due = datetime(2027, 7, 30, 7, tzinfo=UTC)
    assert len({tid(due, f"key {n}") for n in range(20_000)}) == 20_000


@given(MINUTES, st.integers(1, 1_000_000))
def test_a_later_minute_sorts_later(due: datetime, minutes: int) -> None:
    assert tid(due, "a") < tid(due + timedelta(minutes=minutes), "b")
