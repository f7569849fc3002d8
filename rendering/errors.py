"""What can go wrong in rendering; every message is one line that says what to do about it."""

from __future__ import annotations


class RenderError(Exception):
    """Base of everything that rendering raises for its input or its surroundings."""


class AssetError(RenderError):
    """A finished picture cannot be stored."""


class PictureError(RenderError):
    """A file cannot be used as a picture."""


class CaptionError(RenderError):
    """A caption template is missing or asks for what the card does not have."""


class CaptionTooLong(CaptionError):
    """A caption exceeds its limit; it is never cut."""


class TextError(RenderError):
    """Base of what the text engine raises for a text or its fonts."""


class FontsDamaged(TextError):
    """The packaged fonts are not the ones that the manifest names."""


def excerpt(text: str, length: int = 40) -> str:
    """The beginning of a text on one line, for a message."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"
