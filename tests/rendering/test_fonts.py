"""The packaged fonts are the ones of the manifest, and nothing else is ever opened."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from rendering.errors import FontsDamaged
from rendering.fonts import EM, FOLDER, Fonts, fonts_digest, packaged

BUILD = FOLDER / "build.py"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "fonts"
    shutil.copytree(FOLDER, folder)
    return folder


def test_the_packaged_files_have_their_sha_256() -> None:
    assert packaged().findings() == []


def test_the_packaged_fonts_are_small_and_licensed() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.ttf")) < 3_000_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FOLDER / "OFL.txt").read_text(encoding="utf-8")


def test_a_truncated_font_is_refused_when_it_is_opened(copied: Path) -> None:
    font = copied / "NotoSansHebrew.ttf"
    font.write_bytes(font.read_bytes()[:-1])
    with pytest.raises(FontsDamaged, match=r"NotoSansHebrew\.ttf: 25296 bytes expected, 25295"):
        Fonts(copied).font("NotoSansHebrew", 400)


def test_a_missing_font_is_refused_when_it_is_opened(copied: Path) -> None:
    (copied / "NotoSansThai.ttf").unlink()
    with pytest.raises(FontsDamaged, match=r"NotoSansThai\.ttf: .* none found"):
        Fonts(copied).font("NotoSansThai", 400)


def test_a_changed_byte_is_found_by_the_sha_256(copied: Path) -> None:
    font = copied / "NotoSansLao.ttf"
    data = bytearray(font.read_bytes())
    data[-1] ^= 1
    font.write_bytes(data)
    (copied / "NotoSansThai.ttf").unlink()
    findings = Fonts(copied).findings()
    assert len(findings) == 2
    assert "NotoSansLao.ttf: SHA-256 differs" in findings[0]
    assert "NotoSansThai.ttf: missing" in findings[1]


def test_an_unreadable_manifest_is_reported(tmp_path: Path) -> None:
    with pytest.raises(FontsDamaged, match=r"manifest\.json: unreadable"):
        Fonts(tmp_path)


def test_a_weight_beyond_the_axis_is_refused() -> None:
    with pytest.raises(ValueError, match="weight 900 is outside 400 to 700 of NotoSans"):
        packaged().font("NotoSans", 900)


def test_bold_is_wider_than_regular_and_lengths_are_in_em() -> None:
    regular, bold = (packaged().font("NotoSans", weight) for weight in (400, 700))
    glyph = regular.handle.get_nominal_glyph(ord("n"))
    assert 0.4 * EM < regular.handle.get_glyph_h_advance(glyph) < 0.7 * EM
    assert bold.handle.get_glyph_h_advance(glyph) > regular.handle.get_glyph_h_advance(glyph)


def test_every_script_of_the_manifest_has_letters() -> None:
    letters = {"Latn": "ğ", "Grek": "ώ", "Cyrl": "џ", "Arab": "ع", "Hebr": "ש", "Deva": "क"}
    letters |= {"Beng": "ক", "Taml": "க", "Sinh": "ක", "Thai": "ก", "Laoo": "ກ", "Khmr": "ក"}
    letters |= {"Mymr": "က", "Geor": "ა", "Armn": "ա", "Ethi": "ሀ"}
    assert set(packaged().scripts) == set(letters)
    for script, letter in letters.items():
        assert ord(letter) in packaged().preference(script, "Latn", 400)[0].characters, script


class Outline:
    """A pen that keeps the points of what it draws."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float]] = []

    def moveTo(self, *points: tuple[float, float]) -> None:
        self.points += points

    lineTo = qCurveTo = curveTo = moveTo

    def closePath(self) -> None:
        pass


@pytest.mark.parametrize("weight", [400, 550])
def test_ink_surrounds_the_outline(weight: int) -> None:
    for name in ("NotoSans", "NotoSansArabic", "NotoSansHebrew", "NotoSansKhmer"):
        font = packaged().font(name, weight)
        for glyph in range(150):
            pen, ink = Outline(), font.ink[glyph]
            font.handle.draw_glyph_with_pen(glyph, pen)
            for x, y in pen.points:
                assert ink.left <= x <= ink.right
                assert ink.bottom <= y <= ink.top


def test_the_digest_names_the_manifest() -> None:
    assert len(fonts_digest()) == 64


def test_the_folder_is_rebuilt_from_a_wheel_byte_for_byte(copied: Path, tmp_path: Path) -> None:
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    wheel = tmp_path / "fonts.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for entry in manifest["fonts"]:
            archive.write(FOLDER / entry["file"], f"package/{entry['from']}")
    for path in (*copied.glob("*.ttf"), copied / "manifest.json"):
        path.unlink()
    script = copied / "build.py"
    done = subprocess.run([sys.executable, script, "--from", wheel], check=False)
    assert done.returncode == 0
    for entry in manifest["fonts"]:
        assert (copied / entry["file"]).read_bytes() == (FOLDER / entry["file"]).read_bytes()
    assert json.loads((copied / "manifest.json").read_text(encoding="utf-8")) == manifest


def test_the_check_mode_reports_damage(copied: Path) -> None:
    script = copied / "build.py"
    assert subprocess.run([sys.executable, script, "--check"], check=False).returncode == 0
    (copied / "NotoSans.ttf").write_bytes(b"not a font")
    (copied / "Extra.ttf").write_bytes(b"")
    done = subprocess.run(
        [sys.executable, script, "--check"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "Extra.ttf: not listed; rebuild with --from",
        "NotoSans.ttf: SHA-256 differs from manifest.json; rebuild with --from",
    ]
