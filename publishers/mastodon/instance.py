"""What a server told of itself, and what follows from it: does it know a key, how much fits.

`GET /api/v2/instance`, or v1 where there is no v2. What matters most is the software: Mastodon
(and what is built from it) and Hollo answer a repeated `Idempotency-Key` with the first post, for
an hour. Others take the header, ignore it, and post twice; so a server counts as one of those
until it is recognised.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from publishers.port import Idempotency

KEY_TTL = 3600.0
"""Seconds: PostStatusService of Mastodon, api/v1/statuses of Hollo."""

# 4.5.0, 4.6.0-beta.2, 4.4.0-nightly.2026-03-01, 4.5.0+glitch, 4.2.1-rc1+hometown-1.1.
# Not 3.5.3+0.17.3: so GoToSocial writes its own number behind one of Mastodon's.
_MASTODON = re.compile(
    r"v?(\d+)\.\d+\.\d+(?:-?(?:alpha|beta|rc|nightly)[\w.-]*)?(?:\+[A-Za-z][\w.+-]*)?"
)
_OLDEST, _A_YEAR = 3, 100
"""Others number their releases by the year: 2026.4.1 is none of Mastodon's."""

_LIMITS = {
    "text_limit": ("statuses", "max_characters"),
    "max_pictures": ("statuses", "max_media_attachments"),
    "max_bytes": ("media_attachments", "image_size_limit"),
    "max_pixels": ("media_attachments", "image_matrix_limit"),
    "alt_limit": ("media_attachments", "description_limit"),
}


def software_of(version: str, source: str = "") -> str:
    """`mastodon`, `hollo` or `other`. `source` is where the server says its code is."""
    if "hollo" in (source.rstrip("/").rpartition("/")[2].lower(), _named(version)):
        return "hollo"
    found = _MASTODON.fullmatch(version.strip())
    if found and _OLDEST <= int(found[1]) < _A_YEAR and "gotosocial" not in source.lower():
        return "mastodon"
    return "other"


def _named(version: str) -> str:
    """The software that `4.0.0 (compatible; Hollo 0.10.0)` names."""
    found = re.search(r"compatible; (\w+)", version)
    return found[1].lower() if found else ""


def told(fields: Mapping[str, Any], today: date) -> dict[str, Any]:
    """What to keep of an instance's answer, of either version."""
    version, source = _text(fields.get("version")), _text(fields.get("source_url"))
    found: dict[str, Any] = {
        "software": software_of(version, source),
        "version": version,
        "as_of": today.isoformat(),
    }
    limits = {name: _number(fields, *path) for name, path in _LIMITS.items()}
    found["limits"] = {name: value for name, value in limits.items() if value}
    types = _inside(fields, "media_attachments").get("supported_mime_types")
    if isinstance(types, list):
        still = sorted({one for one in types if isinstance(one, str) and one[:6] == "image/"})
        found["limits"] |= {"media_types": still} if still else {}
    return found


def domain_of(fields: Mapping[str, Any], otherwise: str) -> str:
    """What stands behind the name of an account of this server."""
    said = _text(fields.get("domain")) or _text(fields.get("uri"))
    return said.removeprefix("https://").removeprefix("http://").strip("/") or otherwise


def known(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The capabilities that follow from what was kept. Nothing kept, nothing trusted."""
    limits = dict(facts.get("limits") or {})
    if "media_types" in limits:
        limits["media_types"] = frozenset(limits["media_types"])
    if "as_of" in facts:
        limits["as_of"] = date.fromisoformat(facts["as_of"])
    if keyed(facts):
        return limits | {"idempotency": Idempotency.WINDOWED, "key_ttl": KEY_TTL}
    if facts.get("software") == "other":
        limits["text_counter"] = "characters"  # links at their whole length, as most others count
    return limits | {"idempotency": Idempotency.READBACK}


def keyed(facts: Mapping[str, Any]) -> bool:
    """Whether the server is one that keeps a repeated key from making a second post."""
    return facts.get("software") in ("mastodon", "hollo")


def _inside(fields: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    configuration = fields.get("configuration")
    inner = configuration.get(part) if isinstance(configuration, dict) else None
    return inner if isinstance(inner, dict) else {}


def _number(fields: Mapping[str, Any], part: str, name: str) -> int | None:
    """A whole number above zero; some servers write 0 for what they do not tell."""
    value = _inside(fields, part).get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _text(value: object) -> str:
    return " ".join(value.split())[:200] if isinstance(value, str) else ""
