"""A channel's settings, read strictly: a misspelt name is an error, not a default."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

from publishers.errors import SetupError

_FLAGS = {"yes": True, "true": True, "no": False, "false": False}


class Settings:
    """The settings of one channel. Values are the texts of the file; a value given by code may
    be a bool, a number or a path. Every method raises SetupError naming channel and setting."""

    def __init__(self, channel: str, values: Mapping[str, object]) -> None:
        self._channel = channel
        self._values = {name: _plain(value) for name, value in values.items()}
        self._asked: set[str] = set()

    def text(self, name: str, default: str) -> str:
        self._asked.add(name)
        return self._values.get(name, default)

    def file(self, name: str, base: Path) -> str | None:
        """The path of a file or folder, from `base` if it is not an absolute one; None when it is
        not set."""
        value = self.text(name, "")
        return str(base / value) if value else None

    def number(self, name: str) -> int | None:
        """A whole number above zero; None when it is not set."""
        value = self.text(name, "")
        if not value:
            return None
        if not (value.isascii() and value.isdecimal()) or int(value) == 0:
            raise self._wrong(name, value, "a whole number above zero")
        return int(value)

    def flag(self, name: str) -> bool:
        """yes or no; no when it is not set."""
        value = self.text(name, "no").lower()
        if value not in _FLAGS:
            raise self._wrong(name, value, "yes or no")
        return _FLAGS[value]

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise self._wrong(name, value, f"one of {', '.join(allowed)}")
        return value

    def done(self) -> None:
        """Refuse every setting nobody asked for."""
        for name in self._values:
            if name not in self._asked:
                near = difflib.get_close_matches(name, self._asked, 1) or sorted(self._asked)
                hint = f"known: {', '.join(near)}"
                raise SetupError(f"channel {self._channel}: unknown setting '{name}'; {hint}")

    def _wrong(self, name: str, value: str, wanted: str) -> SetupError:
        return SetupError(f"channel {self._channel}: {name} is '{value}'; write {wanted}")


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, str | int | Path) else repr(value)
