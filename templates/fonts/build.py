"""Rebuild or verify the folder of packaged fonts.

    python templates/fonts/build.py --from SOURCE [SOURCE ...]   write the fonts and manifest.json
    python templates/fonts/build.py --check                      compare every file with the list

A source is a package of `PACKAGES` as it was downloaded (a wheel, or a tarball of an npm package)
or a folder that was unpacked from one; together they must hold every file that `FACES` names. The
build is a function of those packages alone, so two builds give the same bytes. Nearly all faces
are taken verbatim; the two that are not, and why:

* Chinese, Japanese and Korean share one face, cut down to the characters of `cjk_characters`, to
  the weights the layouts use and to horizontal setting: 11 MB instead of 33. HarfBuzz cuts it, and
  keeps every regional form of a kept character, to be chosen by the language of a text.
* Nastaliq is published compressed for browsers (WOFF2), which HarfBuzz does not read. Unpacking it
  needs the packages of the `fonts` dependency group; the outlines stay as they are.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import io
import json
import struct
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
LIMIT = 16_000_000
"""Bytes of all fonts together. A clone and every later change of a font pays for them: 11 MB for
Chinese, Japanese and Korean together, which each alone would take nearly as much, and 4.3 MB for
the other scripts. Compressed that is 9 MB of a wheel that must stay below 25."""

PACKAGES = {
    "manimgx-fonts": {"version": "2026.9.26.post1", "licence": "OFL-1.1"},
    "manimgx-fonts-cjk": {"version": "2026.9.26.post1", "licence": "OFL-1.1"},
    "@fontsource-variable/noto-nastaliq-urdu": {"version": "5.3.0", "licence": "OFL-1.1"},
}
WEIGHTS = (400, 700)


@dataclass(frozen=True)
class Face:
    """How a packaged face comes about: its file there, and the ISO 15924 codes it is chosen for.

    `languages` limits the choice to texts in these: a primary subtag, or `und-` and a script
    subtag that a language tag may carry.
    """

    name: str
    scripts: tuple[str, ...]
    package: str = "manimgx-fonts"
    file: str = ""
    languages: tuple[str, ...] = ()
    make: Callable[[bytes], bytes] = bytes

    @property
    def origin(self) -> str:
        return self.file or f"{self.name}[wght].ttf"


def unpacked(data: bytes) -> bytes:
    """A WOFF2 file as the font that it holds; any other file as it is."""
    if data[:4] != b"wOF2":
        return data
    font = _tool("fontTools.ttLib").TTFont(
        io.BytesIO(data), recalcTimestamp=False, recalcBBoxes=False
    )
    font.flavor = None
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def cjk_subset(data: bytes) -> bytes:
    """The first face of `data` with the characters of `cjk_characters` and the weights in use."""
    uharfbuzz = _tool("uharfbuzz")
    face = uharfbuzz.Face(uharfbuzz.Blob(data), 0)
    wanted = uharfbuzz.SubsetInput()
    wanted.unicode_set.set(set(cjk_characters()))
    wanted.layout_feature_tag_set.clear()
    wanted.layout_feature_tag_set.update(map(_tag, CJK_FEATURES))
    wanted.drop_table_tag_set.update(map(_tag, CJK_DROPPED))
    wanted.name_id_set.set({0, 1, 2, 3, 4, 5, 6, 13, 14})
    wanted.flags = uharfbuzz.SubsetFlags.NO_HINTING
    if not wanted.set_axis_range(face, "wght", *WEIGHTS, WEIGHTS[0]):
        raise ValueError("no axis of weights: this is another font than the one named here")
    return bytes(uharfbuzz.subset(face, wanted).blob.data)


CJK_FEATURES = ("ccmp", "locl", "calt", "liga", "ljmo", "vjmo", "tjmo", "halt", "mark")
"""Composition, regional forms, Hangul letters, and punctuation without its blank half."""
CJK_DROPPED = ("VORG", "VVAR", "vhea", "vmtx", "DSIG", "GDEF")
"""Vertical setting, which nothing here does; a signature of the whole; an empty table."""


def cjk_characters() -> Iterator[int]:
    """Code points of GB 2312, JIS X 0208, KS X 1001 and the first level of Big5, by Python's
    codecs, with kana, Bopomofo, Hangul letters, and full-width forms.

    Latin, Greek and Cyrillic letters and ASCII are left to Noto Sans, spaces excepted.
    """
    rows = range(0xA1, 0xFF)
    for codec, leads, trails in (
        ("gb2312", rows, rows),
        ("euc_jp", rows, rows),
        ("euc_kr", rows, rows),
        ("big5", range(0xA1, 0xC7), (*range(0x40, 0x7F), *rows)),
    ):
        for lead in leads:
            for trail in trails:
                text = bytes((lead, trail)).decode(codec, "ignore")
                yield from (ord(char) for char in text if char >= "\u2000")
    yield from (0x20, 0xA0, 0xB7)
    for first, last in ((0x3000, 0x318F), (0x31F0, 0x31FF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF)):
        yield from range(first, last + 1)


def _tool(module: str) -> Any:
    """A library that only a rebuild needs: `--check` runs without it."""
    return importlib.import_module(module)


def _tag(name: str) -> int:
    return int.from_bytes(name.encode("ascii"), "big")


def _sans(script: str, name: str) -> Face:
    return Face(f"NotoSans{name}", (script,))


# The first face is the fallback of all the others, the largest comes last: a character that its
# own script's face lacks is looked for in this order.
FACES = (
    Face("NotoSans", ("Latn", "Grek", "Cyrl")),
    _sans("Arab", "Arabic"),
    Face(
        "NotoNastaliqUrdu",
        ("Arab",),
        "@fontsource-variable/noto-nastaliq-urdu",
        "noto-nastaliq-urdu-arabic-wght-normal.woff2",
        languages=("ur", "und-Aran"),
        make=unpacked,
    ),
    _sans("Armn", "Armenian"),
    _sans("Beng", "Bengali"),
    _sans("Deva", "Devanagari"),
    _sans("Ethi", "Ethiopic"),
    _sans("Geor", "Georgian"),
    _sans("Gujr", "Gujarati"),
    _sans("Guru", "Gurmukhi"),
    _sans("Hebr", "Hebrew"),
    _sans("Knda", "Kannada"),
    _sans("Khmr", "Khmer"),
    _sans("Laoo", "Lao"),
    _sans("Mlym", "Malayalam"),
    _sans("Mymr", "Myanmar"),
    _sans("Orya", "Oriya"),
    _sans("Sinh", "Sinhala"),
    _sans("Taml", "Tamil"),
    _sans("Telu", "Telugu"),
    _sans("Thai", "Thai"),
    Face(
        "NotoSansCJK",
        ("Hani", "Hira", "Kana", "Bopo", "Hang"),
        "manimgx-fonts-cjk",
        "NotoSansCJK-VF.otf.ttc",
        make=cjk_subset,
    ),
)


def revision(font: bytes) -> str:
    """The `fontRevision` of the head table, as the three decimals that Noto prints."""
    tables = struct.unpack_from(">H", font, 4)[0]
    for index in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sLLL", font, 12 + 16 * index)
        if tag == b"head":
            return f"{struct.unpack_from('>l', font, offset + 4)[0] / 65536:.3f}"
    raise ValueError("no head table: this is not a TrueType or OpenType font")


def _files(source: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Name and reader of every file of a wheel, a tarball or a folder."""
    if source.is_dir():
        yield from ((path.name, path.read_bytes) for path in sorted(source.rglob("*")))
    elif zipfile.is_zipfile(source):
        wheel = zipfile.ZipFile(source)
        yield from ((Path(name).name, partial(wheel.read, name)) for name in wheel.namelist())
    else:
        tarball = tarfile.open(source)  # noqa: SIM115 - read from until the process ends
        for info in filter(tarfile.TarInfo.isfile, tarball.getmembers()):
            yield Path(info.name).name, partial(_member, tarball, info)


def _member(tarball: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    file = tarball.extractfile(info)
    return file.read() if file else b""


def build(sources: Iterable[Path], folder: Path = FOLDER) -> dict[str, Any]:
    """Make the faces from `sources` into `folder` and return the manifest that was written.

    Raises FileNotFoundError with the packages to download if a face's file is in no source.
    """
    found = {name: read for source in sources for name, read in _files(source)}
    if missing := {face.package for face in FACES if face.origin not in found}:
        raise FileNotFoundError("; ".join(f"{p}=={PACKAGES[p]['version']}" for p in missing))
    entries = [_entry(face, face.make(found[face.origin]()), folder) for face in FACES]
    manifest = {"packages": PACKAGES, "fonts": entries}
    text = json.dumps(manifest, indent=2) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    return manifest


def _entry(face: Face, data: bytes, folder: Path) -> dict[str, Any]:
    """Write a face and say in the manifest's words what it is."""
    file = f"{face.name}.{'otf' if data[:4] == b'OTTO' else 'ttf'}"
    (folder / file).write_bytes(data)
    entry: dict[str, Any] = {
        "name": face.name,
        "file": file,
        "package": face.package,
        "from": face.origin,
        "version": revision(data),
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "scripts": list(face.scripts),
        "weights": list(WEIGHTS),
    }
    return entry | ({"languages": list(face.languages)} if face.languages else {})


def check(folder: Path = FOLDER) -> list[str]:
    """What differs between the folder and its manifest, one line a finding; empty means intact."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    findings = []
    for entry in manifest["fonts"]:
        path = folder / entry["file"]
        if not path.is_file():
            findings.append(f"{path.name}: missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            findings.append(f"{path.name}: SHA-256 differs from manifest.json")
    listed = {entry["file"] for entry in manifest["fonts"]}
    findings += [f"{p.name}: not listed" for p in folder.glob("*.[ot]tf") if p.name not in listed]
    if sum(entry["size"] for entry in manifest["fonts"]) > LIMIT:
        findings.append(f"the fonts are larger than {LIMIT} bytes together")
    return sorted(findings)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Rebuild or verify the packaged fonts.")
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument(
        "--from", dest="sources", type=Path, nargs="+", help="wheels, tarballs or folders"
    )
    mode.add_argument("--check", action="store_true", help="verify size and SHA-256")
    options = parser.parse_args(arguments)
    if options.sources:
        try:
            build(options.sources)
        except FileNotFoundError as error:
            sys.stderr.write(f"not among the sources: {error}; download and name them too\n")
            return 2
    findings = check()
    for finding in findings:
        sys.stdout.write(f"{finding}; rebuild with --from\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
