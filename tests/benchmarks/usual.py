"""The usual Pillow loop as a contestant: ``python -m tests.benchmarks.usual CARDS``.

What most scripts do: open the font at a size, measure word by word, go down a size until the text
fits, draw line by line, save. One font a text; nothing is kept but the font files.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont, features

from tests.benchmarks.serving import serve

Scene = dict[str, Any]
_OPTIONS: dict[str, dict[str, Any]] = {
    "jpeg": {"format": "JPEG", "quality": 90, "subsampling": 0},
    "png": {"format": "PNG"},
}


def main(file: str) -> None:
    """Serve until the input ends."""
    data = json.loads(Path(file).read_text("utf-8"))
    fonts = {font["name"]: font["file"] for font in data["fonts"]}

    def draw(card: int, encoding: str) -> bytes:
        out = io.BytesIO()
        picture(data["cards"][card]["scene"], fonts).save(out, **_OPTIONS[encoding])
        return out.getvalue()

    serve(draw)


def picture(scene: Scene, fonts: dict[str, str]) -> Image.Image:
    """The card, drawn with Pillow alone."""
    image = Image.new("RGB", (scene["width"], scene["height"]), scene["paper"])
    pen = ImageDraw.Draw(image)
    for shape in scene["shapes"]:
        _shape(pen, shape)
    for block in scene["blocks"]:
        _block(pen, block, scene["direction"], fonts)
    return image


def _shape(pen: ImageDraw.ImageDraw, shape: dict[str, Any]) -> None:
    left, top, width, height = (shape[key] for key in ("left", "top", "width", "height"))
    box = (left, top, left + width - 1, top + height - 1)
    if shape["kind"] == "rect":
        pen.rounded_rectangle(box, shape["radius"], fill=shape["colour"])
    elif shape["kind"] == "ring":
        pen.ellipse(box, outline=shape["colour"], width=round(shape["stroke"]))
    else:
        scale = width / 24
        for stroke in shape["strokes"]:
            points = [(left + x * scale, top + y * scale) for x, y in stroke]
            pen.line(points, fill=shape["colour"], width=round(shape["stroke"] * scale))


def _block(
    pen: ImageDraw.ImageDraw, block: dict[str, Any], direction: str, fonts: dict[str, str]
) -> None:
    for base in range(block["largest"], block["smallest"] - 1, -1):
        set_texts = [_set(text, base, block["width"], fonts) for text in block["texts"]]
        if sum(len(lines) * leading for _, lines, leading in set_texts) <= block["height"]:
            break
    top = block["top"]
    for text, (font, lines, leading) in zip(block["texts"], set_texts, strict=True):
        for line in lines:
            left = block["left"]
            if (block["align"] == "end") == (direction == "ltr"):
                left += block["width"] - pen.textlength(line, font)
            pen.text((left, top), line, text["colour"], font)
            top += leading


def _set(
    text: dict[str, Any], base: int, width: int, fonts: dict[str, str]
) -> tuple[ImageFont.FreeTypeFont, list[str], int]:
    """The font at a size, the lines, and their distance."""
    size = round(base * text["scale"])
    font = ImageFont.truetype(fonts[text["families"][0]], size)
    with suppress(OSError):  # a font of one weight
        font.set_variation_by_axes([text["weight"]])
    words = text["text"].split() if " " in text["text"] else list(text["text"])
    gap = " " if " " in text["text"] else ""
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]}{gap}{word}"
        if font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return font, lines, round(size * 1.3)


LAYOUT = "Raqm" if features.check("raqm") else "basic"
"""Which layout engine Pillow found on this machine."""

if __name__ == "__main__":
    main(*sys.argv[1:])
