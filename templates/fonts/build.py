"""Rebuild or verify the folder of packaged fonts.

    python templates/fonts/build.py --from WHEEL_OR_FOLDER   copy the fonts, write manifest.json
    python templates/fonts/build.py --check                  compare every file with manifest.json

The fonts are taken verbatim from the package named in `SOURCE`; only the file names lose their
brackets. The build is a function of that package alone, so two builds give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
SOURCE = {"package": "manimgx-fonts", "version": "2026.9.26.post1", "licence": "OFL-1.1"}
LIMIT = 3_000_000  # bytes: what a clone should have to pay for its type

# ISO 15924 codes each face is chosen for; the first face is the fallback of all the others.
FACES: dict[str, tuple[str, ...]] = {
    "NotoSans": ("Latn", "Grek", "Cyrl"),
    "NotoSansArabic": ("Arab",),
    "NotoSansArmenian": ("Armn",),
    "NotoSansBengali": ("Beng",),
    "NotoSansDevanagari": ("Deva",),
    "NotoSansEthiopic": ("Ethi",),
    "NotoSansGeorgian": ("Geor",),
    "NotoSansHebrew": ("Hebr",),
    "NotoSansKhmer": ("Khmr",),
    "NotoSansLao": ("Laoo",),
    "NotoSansMyanmar": ("Mymr",),
    "NotoSansSinhala": ("Sinh",),
    "NotoSansTamil": ("Taml",),
    "NotoSansThai": ("Thai",),
}


def revision(font: bytes) -> str:
    """The `fontRevision` of the head table, as the three decimals that Noto prints."""
    tables = struct.unpack_from(">H", font, 4)[0]
    for index in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sLLL", font, 12 + 16 * index)
        if tag == b"head":
            return f"{struct.unpack_from('>l', font, offset + 4)[0] / 65536:.3f}"
    raise ValueError("no head table: this is not a TrueType font")


def reader(source: Path) -> Callable[[str], bytes]:
    """A function that reads a font of the source package, be it a wheel or a folder."""
    if source.is_dir():
        return lambda name: (source / name).read_bytes()
    wheel = zipfile.ZipFile(source)
    members = {Path(member).name: member for member in wheel.namelist()}
    return lambda name: wheel.read(members[name])


def build(source: Path, folder: Path = FOLDER) -> dict[str, Any]:
    """Copy the faces from `source` into `folder` and return the manifest that was written."""
    read = reader(source)
    entries = []
    for name, scripts in FACES.items():
        data = read(f"{name}[wght].ttf")
        (folder / f"{name}.ttf").write_bytes(data)
        entries.append(
            {
                "name": name,
                "file": f"{name}.ttf",
                "from": f"{name}[wght].ttf",
                "version": revision(data),
                "size": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
                "scripts": list(scripts),
                "weights": [400, 700],
            }
        )
    manifest = {"source": SOURCE, "fonts": entries}
    text = json.dumps(manifest, indent=2) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    return manifest


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
    findings += [f"{p.name}: not listed" for p in folder.glob("*.ttf") if p.name not in listed]
    if sum(entry["size"] for entry in manifest["fonts"]) > LIMIT:
        findings.append(f"the fonts are larger than {LIMIT} bytes together")
    return sorted(findings)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Rebuild or verify the packaged fonts.")
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--from", dest="source", type=Path, help="wheel or folder of the package")
    mode.add_argument("--check", action="store_true", help="verify size and SHA-256")
    options = parser.parse_args(arguments)
    if options.source:
        build(options.source)
    findings = check()
    for finding in findings:
        sys.stdout.write(f"{finding}; rebuild with --from\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
