"""What it means that a platform refuses a post because it has the same words already.

It may be this very post, of an attempt whose answer was lost, or an older one. Looking tells which;
without a look, an older one would be looked up, found absent, sent again and refused for ever.
"""

from __future__ import annotations

from collections.abc import Callable

from publishers.errors import Permanent, PublishError, Unknown
from publishers.port import Absent, CannotTell, Found

DUPLICATE = "duplicate"
"""The phase of the `Unknown` that stands for such a refusal."""


def looked_at(error: Unknown, find: Callable[[], Found | Absent | CannotTell]) -> PublishError:
    """`error` as it is, or Permanent where it is such a refusal and `find` knows no such post
    since this one was due."""
    if error.phase != DUPLICATE:
        return error
    try:
        absent = isinstance(find(), Absent)
    except PublishError:
        return error
    if not absent:
        return error
    text = f"{error}; no such post was found since it was due: look at the account, change a word"
    return Permanent(text, code="text.duplicate", field="text")
