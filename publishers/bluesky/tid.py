"""The key under which a post is stored: the same post has the same one for ever.

A TID (https://atproto.com/specs/tid) is 53 bits of microseconds since 1970 and 10 bits that tell
writers apart, as 13 characters that sort by time. Here the minute is the one the post is planned
for; the microseconds within it and the 10 bits come from the post's idempotency key.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_MINUTE = 60_000_000


def tid(due: datetime, key: str) -> str:
    """The TID of the post with this key, planned for `due` (aware)."""
    spread = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    writer, within = divmod(spread, _MINUTE)
    minute = int(due.timestamp()) // 60 * _MINUTE
    number = (minute + within) << 10 | writer % 1024
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(60, -1, -5))
