from __future__ import annotations

from datetime import date

import pytest

from publishers.mastodon.instance import domain_of, keyed, known, software_of, told
from publishers.mastodon.languages import language_for
from publishers.mastodon.words import plain, same_letters, same_words
from publishers.port import Idempotency
from publishers.testing.contract import TEXTS
from tests.publishers.servers.mastodon import rendered

TODAY = date(2026, 11, 22)

_SHOWN = {
    "arabic": (
        '<p dir="auto">الاتجار بالأشخاص جريمة.<br />اطلب المساعدة: \u2066116 123\u2069</p>'
        '<p><a href="https://x/tags/1" class="mention hashtag" rel="tag">#<span>لا_للاتجار</span>'
        "</a></p>",
        "الاتجار بالأشخاص جريمة.\nاطلب المساعدة: \u2066116 123\u2069\n\n#لا_للاتجار",
    ),
    "link": (
        '<p>See <a href="https://www.example.org/a/very/long/path/indeed?x=1&amp;y=2">'
        '<span class="invisible">https://www.</span><span class="ellipsis">example.org/a/very/long/'
        'path/</span><span class="invisible">indeed?x=1&amp;y=2</span></a>.</p>',
        "See https://www.example.org/a/very/long/path/indeed?x=1&y=2.",
    ),
    "name": (
        '<p><span class="h-card"><a href="https://x/@ifrc" class="u-url mention">@<span>ifrc</span>'
        "</a></span> hello</p>",
        "@ifrc hello",
    ),
    "entities": (
        "<p>&lt;b&gt; &amp;amp; &quot;x&quot; &#39;y&#39; &nbsp;</p>",
        "<b> &amp; \"x\" 'y'",
    ),
    "lists": ("<p>Do:</p><ol><li>call</li><li>ask</li></ol><ul><li>go</li></ul>", None),
    "old breaks": ("one<br>two<br/>three", "one\ntwo\nthree"),
    "emoji as picture": ('<p>go <img class="emoji" alt=":heart:" src="x"></p>', "go :heart:"),
    "empty": ("", ""),
    "broken": ("<p>one <a href='x'>two", "one two"),
}


@pytest.mark.parametrize("name", _SHOWN)
def test_the_words_in_html(name: str) -> None:
    html, text = _SHOWN[name]
    expected = "Do:\n\n1. call\n2. ask\n\n- go" if text is None else text
    assert plain(html) == expected


@pytest.mark.parametrize("name", TEXTS)
def test_what_mastodon_makes_of_a_text_is_read_as_the_same_words(name: str) -> None:
    _, text = TEXTS[name]
    assert same_words(text, plain(rendered(text.strip())))


def test_lines_links_tags_and_names_come_back_whole() -> None:
    text = (
        "First line\nsecond: https://www.example.org/a/very/long/path/that/is/cut?x=1&y=2\n\n"
        "@ifrc@social.example says <stop> & #EndHumanTrafficking"
    )
    assert same_words(text, plain(rendered(text)))


@pytest.mark.parametrize(
    ("one", "other", "words", "letters"),
    [
        ("Call 116 123!", "Call 116  123!\n", True, True),
        ("cafe\u0301", "café", True, True),
        ("@ifrc@example.org hello", "@ifrc hello", True, True),
        ("write to help@example.org", "write to help", False, False),
        ("a **bold** word", "a bold word", False, True),
        ("Call 116 123", "Call 116 124", False, False),
        ("Call them", "Call us", False, False),
        ("नमक", "नमकि", False, False),
        ("❤️", "💔", False, False),
        ("❤️", "❤️", True, True),
        ("", "", True, True),
    ],
)
def test_the_same_words_and_the_same_letters(
    one: str, other: str, words: bool, letters: bool
) -> None:
    assert same_words(one, other) == words
    assert same_letters(one, other) == letters


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("it", "it"),
        ("en-GB", "en"),
        ("pt-BR", "pt"),
        ("sr-Latn", "sr"),
        ("sr_Latn_RS", "sr"),
        ("ckb", "ckb"),
        ("zh", "zh"),
        ("zh-TW", "zh-TW"),
        ("zh-Hant", "zh-TW"),
        ("zh-Hant-HK", "zh-HK"),
        ("zh-Hans", "zh-CN"),
        ("zh-hans-sg", "zh-CN"),
        ("zh-Hans-HK", "zh-CN"),
        ("zh-Hant-CN", "zh-TW"),
        ("zh-MO", "zh-HK"),
        ("zh-YUE", "zh-YUE"),
        ("yue", "zh-YUE"),
        ("prs", "fa"),
        ("fil", "tl"),
        ("iw", "he"),
        ("AR-eg", "ar"),
    ],
)
def test_a_language_as_mastodon_writes_it(tag: str, language: str) -> None:
    assert language_for(tag) == language


@pytest.mark.parametrize(
    ("version", "source", "software"),
    [
        ("4.5.2", "https://github.com/mastodon/mastodon", "mastodon"),
        ("4.5.2", "", "mastodon"),
        ("v4.2.0", "", "mastodon"),
        ("4.6.0-beta.2", "", "mastodon"),
        ("4.3.0-rc1", "", "mastodon"),
        ("4.4.0-nightly.2026-03-01", "", "mastodon"),
        ("4.5.0+glitch", "https://github.com/glitch-soc/mastodon", "mastodon"),
        ("4.6.0-alpha.1+glitch", "", "mastodon"),
        ("4.2.10+hometown-1.1.1", "", "mastodon"),
        ("0.10.0", "https://github.com/fedify-dev/hollo", "hollo"),
        ("0.10.0", "https://github.com/fedify-dev/hollo/", "hollo"),
        ("4.0.0 (compatible; Hollo 0.11.0)", "", "hollo"),
        ("0.10.0", "", "other"),
        ("2.6.0", "", "other"),
        ("4.0.0 (not true; really snac/2.94)", "https://comam.es/what-is-snac", "other"),
        ("takahe/0.11.0", "", "other"),
        ("0.17.3+git-8d9e1a2", "", "other"),
        ("3.5.3+0.17.3-git-8d9e1a2", "", "other"),
        ("3.5.3", "https://codeberg.org/superseriousbusiness/gotosocial", "other"),
        ("2.7.2 (compatible; Pleroma 2.9.1)", "", "other"),
        ("2.7.2 (compatible; Akkoma 3.13.3)", "", "other"),
        ("3.5.3 (compatible; Pixelfed 0.12.5)", "", "other"),
        ("4.2.1 (compatible; Iceshrimp 2023.12.9)", "", "other"),
        ("4.3.0-something", "", "other"),
        ("2026.4.1", "", "other"),
        ("", "", "other"),
    ],
)
def test_the_software_is_recognised(version: str, source: str, software: str) -> None:
    assert software_of(version, source) == software
    facts = told({"version": version, "source_url": source}, TODAY)
    assert keyed(facts) == (software != "other")
    expected = Idempotency.WINDOWED if software != "other" else Idempotency.READBACK
    assert known(facts)["idempotency"] is expected
    assert known(facts).get("key_ttl") == (3600.0 if software != "other" else None)


def test_of_a_server_that_nobody_asked_nothing_is_believed() -> None:
    assert known({}) == {"idempotency": Idempotency.READBACK}


@pytest.mark.parametrize(
    "configuration",
    [
        None,
        [],
        {"statuses": None, "media_attachments": 7},
        {"statuses": {"max_characters": 0, "max_media_attachments": True}},
        {"statuses": {"max_characters": "500"}, "media_attachments": {"supported_mime_types": []}},
        {"media_attachments": {"supported_mime_types": ["video/mp4", 7], "image_size_limit": -1}},
    ],
)
def test_limits_that_are_none_are_not_taken(configuration: object) -> None:
    facts = told({"version": "4.5.0", "configuration": configuration}, TODAY)
    assert facts["limits"] == {}


@pytest.mark.parametrize(
    ("fields", "domain"),
    [
        ({"domain": "social.example"}, "social.example"),
        ({"uri": "social.example"}, "social.example"),
        ({"uri": "https://social.example/"}, "social.example"),
        ({}, "asked.example"),
        ({"domain": 7}, "asked.example"),
    ],
)
def test_the_domain_of_a_server(fields: dict[str, object], domain: str) -> None:
    assert domain_of(fields, "asked.example") == domain
