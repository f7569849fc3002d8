"""The packaged fonts are the ones of the manifest, and nothing else is ever opened."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest

from rendering.errors import FontsDamaged
from rendering.fonts import EM, FOLDER, Fonts, fonts_digest, packaged
from rendering.shaping import shape


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "fonts"
    shutil.copytree(FOLDER, folder)
    return folder


def test_the_packaged_files_have_their_sha_256() -> None:
    assert packaged().findings() == []


def test_the_packaged_fonts_are_bounded_and_licensed() -> None:
    """The wheel has to stay below 25 MB; all else in it takes less than one."""
    packed = (zlib.compress(path.read_bytes(), 1) for path in FOLDER.glob("*.[ot]tf"))
    assert sum(map(len, packed)) < 11_000_000
    licence = (FOLDER / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    for family in ("Noto Sans", "Noto Sans CJK", "Noto Nastaliq Urdu"):
        assert family in licence


def test_a_truncated_font_is_refused_when_it_is_opened(copied: Path) -> None:
    font = copied / "NotoSansHebrew.ttf"
    font.write_bytes(font.read_bytes()[:-1])
    with pytest.raises(FontsDamaged, match=r"NotoSansHebrew\.ttf: 25296 bytes expected, 25295"):
        _ = Fonts(copied).font("NotoSansHebrew", 400).handle


def test_a_missing_font_is_refused_when_it_is_opened(copied: Path) -> None:
    (copied / "NotoSansThai.ttf").unlink()
    with pytest.raises(FontsDamaged, match=r"NotoSansThai\.ttf: .* none found"):
        _ = Fonts(copied).font("NotoSansThai", 400).characters


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
    letters |= {"Mymr": "က", "Geor": "ა", "Armn": "ա", "Ethi": "ሀ", "Telu": "త", "Gujr": "ક"}
    letters |= {"Guru": "ਕ", "Knda": "ಕ", "Mlym": "ക", "Orya": "କ"}
    letters |= {"Hani": "字", "Hira": "か", "Kana": "カ", "Bopo": "ㄅ", "Hang": "한"}
    assert set(packaged().scripts) == set(letters)
    for script, letter in letters.items():
        assert ord(letter) in packaged().preference(script, "Latn", 400)[0].characters, script


def opened(fonts: Fonts, text: str, language: str) -> set[str]:
    """The faces that setting a text opens."""
    assert shape(text, language, "ltr", 400, fonts).items
    return set(fonts.opened)


def test_only_the_faces_that_a_text_needs_are_opened() -> None:
    assert opened(Fonts(), "Plain words, 27.6 % – “quoted” #Tag", "en") == {"NotoSans"}
    assert opened(Fonts(), "Ελληνικά и кириллица", "el") == {"NotoSans"}
    assert opened(Fonts(), "ไทย #Tag 12", "th") == {"NotoSans", "NotoSansThai"}
    assert opened(Fonts(), "漢字、カナ。", "ja") == {"NotoSansCJK"}


def test_every_face_has_a_space_and_every_language_rule_a_face() -> None:
    """A space is set in the face of the text around it; HarfBuzz derives the other spaces."""
    entries = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))["fonts"]
    for entry in entries:
        assert 0x20 in packaged().font(entry["name"], 400).characters, entry["name"]
    assert {e["name"]: e["languages"] for e in entries if "languages" in e} == {
        "NotoNastaliqUrdu": ["ur", "und-Aran"]
    }


def test_the_cjk_face_has_the_characters_of_the_four_standards() -> None:
    characters = packaged().font("NotoSansCJK", 400).characters
    for codec, count in (("gb2312", 7_445), ("euc_jp", 6_879), ("euc_kr", 8_225)):
        rows = range(0xA1, 0xFF)
        pairs = (bytes((lead, trail)) for lead in rows for trail in rows)
        letters = {text for pair in pairs if len(text := pair.decode(codec, "ignore")) == 1}
        assert len(letters) == count
        lacking = {char for char in letters if char >= "\u2e80" and ord(char) not in characters}
        assert not lacking, (codec, lacking)
    for sign in "、。「」『』（）《》〈〉【】！？：；，．・ー〜％０９Ａｚ“”‘’…—·￥①":
        assert ord(sign) in characters, sign
    assert not {*range(0x21, 0x7F), *range(0x370, 0x530)} & set(characters), "Noto Sans has these"


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


def run(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, folder / "build.py", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_the_folder_is_rebuilt_from_its_sources_byte_for_byte(copied: Path, tmp_path: Path) -> None:
    """A wheel, a tarball and a folder, as the packages come; what is cut already stays as it is."""
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    wheel, tarball, unpacked = (tmp_path / name for name in ("f.whl", "n.tgz", "cjk"))
    unpacked.mkdir()
    with zipfile.ZipFile(wheel, "w") as archive, tarfile.open(tarball, "w:gz") as tar:
        for entry in manifest["fonts"]:
            file = FOLDER / entry["file"]
            if entry["package"].startswith("@"):
                tar.add(file, f"package/files/{entry['from']}")
            elif entry["package"].endswith("cjk"):
                shutil.copy(file, unpacked / entry["from"])
            else:
                archive.write(file, f"package/{entry['from']}")
    for path in (*copied.glob("*.[ot]tf"), copied / "manifest.json"):
        path.unlink()
    done = run(copied, "--from", wheel, tarball, unpacked)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for entry in manifest["fonts"]:
        assert (copied / entry["file"]).read_bytes() == (FOLDER / entry["file"]).read_bytes()
    assert json.loads((copied / "manifest.json").read_text(encoding="utf-8")) == manifest


def test_a_missing_source_is_named_with_its_version(copied: Path, tmp_path: Path) -> None:
    before = (copied / "manifest.json").read_bytes()
    done = run(copied, "--from", tmp_path)
    assert done.returncode == 2
    assert "@fontsource-variable/noto-nastaliq-urdu==5.3.0" in done.stderr
    assert "manimgx-fonts-cjk==2026.9.26.post1" in done.stderr
    assert (copied / "manifest.json").read_bytes() == before


def test_the_check_mode_reports_damage(copied: Path) -> None:
    assert run(copied, "--check").returncode == 0
    (copied / "NotoSans.ttf").write_bytes(b"not a font")
    (copied / "Extra.otf").write_bytes(b"")
    done = run(copied, "--check")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "Extra.otf: not listed; rebuild with --from",
        "NotoSans.ttf: SHA-256 differs from manifest.json; rebuild with --from",
    ]
