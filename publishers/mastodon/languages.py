"""BCP 47 as Mastodon writes it: ISO 639-1, else ISO 639-3, and four kinds of Chinese.

Mastodon's list (app/helpers/languages_helper.rb) has no script and no region but those of Chinese.
Of a tag that it does not know it keeps the first part; where it does not know that either, it
silently takes the account's usual language, so nothing is sent that it could misread.
"""

from __future__ import annotations

_REGIONS = {"cn": "zh-CN", "sg": "zh-CN", "hk": "zh-HK", "mo": "zh-HK", "tw": "zh-TW"}
_SCRIPTS = {"hans": "zh-CN", "hant": "zh-TW"}

_CALLED = {
    "arb": "ar",  # Standard Arabic
    "cmn": "zh",  # Mandarin
    "fil": "tl",  # Filipino: Mastodon lists Tagalog
    "in": "id",  # withdrawn codes, still written by some systems
    "iw": "he",
    "ji": "yi",
    "kmr": "ku",  # Kurmanji: what Mastodon's "ku" stands for
    "pes": "fa",  # Persian of Iran, and Dari
    "prs": "fa",
    "swh": "sw",
    "yue": "zh-YUE",  # Cantonese
}


def language_for(tag: str) -> str:
    """What to send for this tag: `sr-Latn` is `sr`, `zh-Hant-HK` is `zh-HK`."""
    first, *rest = tag.replace("_", "-").lower().split("-")
    first = _CALLED.get(first, first)
    if first != "zh":
        return first
    if "yue" in rest:
        return "zh-YUE"
    region = next((_REGIONS[part] for part in rest if part in _REGIONS), "")
    script = next((_SCRIPTS[part] for part in rest if part in _SCRIPTS), "")
    agree = (script == "zh-CN") == (region == "zh-CN")
    return (region if not script or agree else script) or script or first
