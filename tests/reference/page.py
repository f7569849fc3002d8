"""A scene as HTML, for a browser that breaks, shapes and orders the texts by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path

from rendering.breaks import wholes
from rendering.fonts import FOLDER
from tests.reference.scene import Block, Scene, Shape, Text

_BREAKS = {"ja": "word-break:auto-phrase;", "ko": "word-break:keep-all;"}
"""What a browser needs to be told to break these as readers expect."""


def fonts_css() -> str:
    """An ``@font-face`` rule for every packaged font, under the name it has in the manifest."""
    entries = json.loads((FOLDER / "manifest.json").read_text("utf-8"))["fonts"]
    return "\n".join(
        f"@font-face{{font-family:'{entry['name']}';src:url('{(FOLDER / entry['file']).as_uri()}');"
        f"font-weight:{min(entry['weights'])} {max(entry['weights'])}}}"
        for entry in entries
    )


def stage() -> str:
    """An empty page that knows the fonts; cards are put into its body one after the other."""
    return (
        "<!doctype html><meta charset=utf-8><style>"
        f"{fonts_css()}"
        "html,body{margin:0;padding:0;overflow:hidden}"
        "#card{position:relative;overflow:hidden}"
        "#card>*{position:absolute;box-sizing:border-box}"
        "p{margin:0;line-break:strict;text-wrap:balance;overflow-wrap:normal}"
        "bdi{white-space:nowrap}"
        "</style><body></body>"
    )


def body(scene: Scene, ground: str = "") -> str:
    """The card. ``ground`` is the address of a picture to stand in for the shapes."""
    paint = f"background:url({ground})" if ground else f"background:{scene.paper}"
    parts = [] if ground else [_shape(shape) for shape in scene.shapes]
    parts += [_text(scene, block, text) for block in scene.blocks for text in block.texts]
    return (
        f'<div id=card lang="{scene.language}" dir={scene.direction} '
        f'style="width:{scene.width}px;height:{scene.height}px;{paint}">{"".join(parts)}</div>'
    )


def write_stage(folder: Path) -> Path:
    """The stage as a file, so that the browser may load the fonts beside it."""
    file = folder / "stage.html"
    file.write_text(stage(), "utf-8")
    return file


def _shape(shape: Shape) -> str:
    place = f"left:{shape.left}px;top:{shape.top}px;width:{shape.width}px;height:{shape.height}px;"
    if shape.kind == "icon":
        return icon_svg(shape, place)
    paint = (
        f"border:{shape.stroke}px solid {shape.colour};"
        if shape.kind == "ring"
        else f"background:{shape.colour};"
    )
    return f'<div style="{place}{paint}border-radius:{shape.radius}px"></div>'


def icon_svg(shape: Shape, style: str = "") -> str:
    """An icon as an SVG element of its own."""
    path = " ".join("M" + " L".join(f"{x} {y}" for x, y in stroke) for stroke in shape.strokes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{shape.width}" height="{shape.height}" '
        f'viewBox="0 0 24 24" style="{style}"><path d="{path}" fill="none" '
        f'stroke="{shape.colour}" stroke-width="{shape.stroke}" stroke-linecap="round" '
        'stroke-linejoin="round"/></svg>'
    )


def _text(scene: Scene, block: Block, text: Text) -> str:
    families = ",".join(f"'{name}'" for name in text.families)
    style = (
        f"left:{block.left}px;top:{text.top:.3f}px;width:{block.width}px;"
        f"font:{text.weight} {text.size}px/{text.leading}px {families};color:{text.colour};"
        f"text-align:{block.align};{_BREAKS.get(scene.language.partition('-')[0], '')}"
    )
    return f'<p style="{style}">{"".join(_isolated(text.text))}</p>'


def _isolated(text: str) -> Iterator[str]:
    """The text with what reads as one thing (a telephone number, a hashtag) isolated."""
    done = 0
    for start, end in wholes(text):
        yield escape(text[done:start])
        yield f"<bdi>{escape(text[start:end])}</bdi>"
        done = end
    yield escape(text[done:])
