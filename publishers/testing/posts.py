"""Posts to try a publisher with: real pictures, short texts in many scripts."""

from __future__ import annotations

import dataclasses
import hashlib
import struct
import zlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from publishers.port import Picture, Post

NOW = datetime(2027, 7, 30, 9, 0, tzinfo=timezone(timedelta(hours=2)))
"""When posts go out, unless a lab keeps a real server's time."""
FACTS = {
    "society": "Croce Rossa Italiana",
    "channel": "it-it-folder",
    "campaign": "myths-and-facts",
    "card": "smuggling",
    "locale": "it",
    "local_time": "2027-07-30 09:00 Europe/Rome",
    "utc_time": "2027-07-30 07:00",
    "sources": "UNODC 2024",
    "observance": "wdatip",
}
TEXTS = MappingProxyType(
    {
        "arabic": ("ar", "الاتجار بالأشخاص جريمة. اتصل بـ \u2066+20 2 123\u2069 مجانًا."),
        "hebrew": ("he", "סחר בבני אדם הוא פשע.\n\nעזרה: \u2066104\u2069"),
        "serbian": ("sr-Latn", "Trgovina ljudima je zločin – čak i kad žrtva „pristane“."),
        "cyrillic": ("uk", "Торгівля людьми — це злочин."),
        "greek": ("el", "Η εμπορία ανθρώπων είναι έγκλημα· ζητήστε βοήθεια."),
        "georgian": ("ka", "ადამიანით ვაჭრობა დანაშაულია."),
        "devanagari": ("hi", "मानव तस्करी एक अपराध है।"),
        "bengali": ("bn", "মানব পাচার একটি অপরাধ।"),
        "thai": ("th", "การค้ามนุษย์เป็นอาชญากรรม"),
        "khmer": ("km", "ការជួញដូរមនុស្សគឺជាបទល្មើស។"),
        "han": ("zh", "贩卖人口是犯罪。"),
        "kana": ("ja", "人身取引は犯罪です。"),
        "hangul": ("ko", "인신매매는 범죄입니다."),
        "joined": ("fa", "می\u200cخواهم کمک بگیرم 👩🏽\u200d⚕️🇮🇷"),
        "decomposed": ("fr", "E\u0301te\u0301, cafe\u0301, nai\u0308f"),
        "spaces": ("en", "  two spaces, a tab\t, \r\n carriage return, trailing newline\n\n"),
        "script": ("en", '</script>&amp; "quotes" \\ %s {x} ‮'),
    }
)
"""Language and text, by name: scripts, emoji of many parts, flags, marks, and what breaks HTML."""

LINK = "https://example.org/help?from=post"
TAG = "#EndHumanTrafficking"
MARKED = f"👩🏽\u200d⚕️ cafe\u0301 الاتجار جريمة 🇮🇹 {LINK} ‏Aiuto: {TAG}"
"""A link and a hashtag after characters of many bytes."""

_RIGHT_TO_LEFT = {"ar", "he", "fa", "ur"}


def a_post(
    *,
    key: str = "mfrggzdfmztwq2lknnwg23tpoa",
    text: str = "La tratta è un reato. #EndHumanTrafficking",
    language: str = "it",
    pictures: tuple[Picture, ...] = (),
    at: datetime = NOW,
) -> Post:
    """A post that is due at `at`, to the minute."""
    direction: Literal["ltr", "rtl"] = "rtl" if language in _RIGHT_TO_LEFT else "ltr"
    facts = FACTS | {"utc_time": at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")}
    return Post(key, text, language, direction, "Smuggling", pictures, facts)


def a_picture(
    folder: Path, alt: str, *, size: int = 0, width: int = 64, height: int = 64
) -> Picture:
    """A PNG of coloured squares, made up to `size` bytes; each alt text gets one of its own."""
    data = _png(alt, width, height, size)
    path = folder / f"{hashlib.sha256(alt.encode()).hexdigest()[:12]}.png"
    path.write_bytes(data)
    return Picture(path, "image/png", alt, width, height, hashlib.sha256(data).hexdigest())


def with_alt(post: Post, alt: str) -> Post:
    """The same post, with this alt text on its first picture."""
    first, *rest = post.pictures
    return dataclasses.replace(post, pictures=(dataclasses.replace(first, alt=alt), *rest))


def _png(alt: str, width: int, height: int, size: int) -> bytes:
    shades = hashlib.sha512(alt.encode("utf-8", "surrogatepass")).digest()
    edge = 16
    rows = []
    for y in range(height):
        squares = (shades[(y // edge * 7 + x // edge) % 61 :][:3] for x in range(width))
        rows.append(b"\0" + b"".join(squares))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [_chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(b"".join(rows), 9))]
    bare = 8 + sum(map(len, parts)) + 12
    if size > bare:
        # A private chunk that every reader passes over (PNG, 5.4): the file stays a picture.
        parts.append(_chunk(b"plDd", b"\0" * max(size - bare - 12, 0)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
