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
    """Base of what the text engine raises for a text or its fonts.

    ``box_name`` is the layout's name for the text, once the card knows it.
    """

    box_name = ""

    @property
    def subject(self) -> str:
        """How a message calls the text."""
        return f"text '{self.box_name}'" if self.box_name else "text"


class FontsDamaged(TextError):
    """The packaged fonts are not the ones that the manifest names."""


class LowContrast(TextError):
    """A text could not be read on the ground it stands on.

    ``ratio`` is the lowest contrast found under the text's box, ``needed`` what WCAG 2.2 asks for.
    """

    def __init__(self, ratio: float, needed: float) -> None:
        super().__init__(ratio, needed)
        self.ratio = ratio
        self.needed = needed

    def __str__(self) -> str:
        return (
            f"{self.subject} has a contrast of {self.ratio:.1f}:1 to its ground, "
            f"{self.needed:g}:1 needed; choose a darker or lighter colour"
        )


def excerpt(text: str, length: int = 40) -> str:
    """The beginning of a text on one line, for a message."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"
