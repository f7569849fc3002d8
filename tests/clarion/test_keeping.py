"""What looks after the accounts beside the posting tells each thing once, and goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable

from clarion.posting import Keeping


def told(*looks: Callable[[], list[str]]) -> list[str]:
    """What a look at the accounts makes known."""
    done, lines = threading.Event(), list[str]()
    turns = iter(looks)

    def look() -> list[str]:
        try:
            return next(turns)()
        finally:
            done.set()

    keeping = Keeping(look, lines.append)
    keeping.start()
    assert done.wait(10)
    keeping.stop()
    return lines


def test_it_looks_at_once_and_tells_what_is_wrong() -> None:
    assert told(lambda: ["it/x ends in 3 days"]) == ["it/x ends in 3 days"]


def test_a_bug_there_ends_nothing() -> None:
    def bug() -> list[str]:
        raise ValueError

    assert told(bug) == []


def test_stopping_what_never_began_is_harmless() -> None:
    Keeping(list, print).stop()
