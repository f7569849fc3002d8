"""An asset's name follows everything that went into it; a file appears whole or not at all."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from rendering.asset import AssetStore, CardRequest, asset_name
from rendering.build import Workshop
from rendering.encode import JPEG, PNG, ZLIB, Deflate, Encoding
from rendering.errors import AssetError
from tests.templates.samples import SLOTS, request, written

ROOT = Path(__file__).parents[2]
NAME = "ab" + "0" * 38
ASKED = request("get_help", sample_note="Not a real number")


def workshop(folder: Path, encoding: Encoding = JPEG) -> Workshop:
    return Workshop(AssetStore(folder / "assets"), folder, encoding)


def named(folder: Path, asked: CardRequest = ASKED, encoding: Encoding = JPEG) -> str:
    """The name in a process that has just started."""
    return workshop(folder, encoding).asset(asked).name


def logo(folder: Path, name: str, colour: str, age: int = 0) -> Path:
    file = folder / name
    Image.new("RGB", (20, 20), colour).save(file)
    os.utime(file, ns=(age, age))
    return file


# --- names ----------------------------------------------------------------------------------------


def test_a_name_is_forty_hexadecimal_digits_and_stays_the_same(tmp_path: Path) -> None:
    assert re.fullmatch("[0-9a-f]{40}", named(tmp_path))
    assert named(tmp_path) == named(tmp_path / "elsewhere")


CHANGES: dict[str, Callable[[CardRequest], CardRequest]] = {
    "layout": lambda asked: replace(asked, layout="message"),
    "format": lambda asked: replace(asked, format="story"),
    "direction": lambda asked: replace(asked, direction="rtl"),
    "language": lambda asked: replace(asked, language="mt"),
    "emblem": lambda asked: replace(asked, emblem="crescent"),
    "wordmark": lambda asked: replace(asked, wordmark=True),
    "brand": lambda asked: replace(asked, brand={"soft": "#000000"}),
    "focus": lambda asked: replace(asked, focus=(0.5, 0.25)),
}


@pytest.mark.parametrize("field", CHANGES)
def test_every_field_of_a_request_changes_the_name(tmp_path: Path, field: str) -> None:
    assert named(tmp_path, CHANGES[field](ASKED)) != named(tmp_path)


def test_the_fields_of_these_tests_are_all_there_are() -> None:
    files = {"logo", "photo"}
    assert {*CHANGES, *files, "slots"} == set(CardRequest.__dataclass_fields__)


SHOWN = ("body", "heading", "helpline", "hashtag", "society", "sample_note")


@pytest.mark.parametrize("slot", SHOWN)
def test_every_text_that_is_shown_changes_the_name(tmp_path: Path, slot: str) -> None:
    other = ASKED.slots[slot] + "."
    assert named(tmp_path, replace(ASKED, slots={**ASKED.slots, slot: other})) != named(tmp_path)


def test_a_text_the_layout_does_not_show_leaves_the_name_alone(tmp_path: Path) -> None:
    other = {**ASKED.slots, "myth": "Something else", "unheard_of": "x"}
    assert named(tmp_path, replace(ASKED, slots=other)) == named(tmp_path)


def test_the_order_of_texts_is_nothing_to_the_name(tmp_path: Path) -> None:
    turned = dict(reversed(ASKED.slots.items()))
    assert named(tmp_path, replace(ASKED, slots=turned)) == named(tmp_path)


def test_the_texts_cannot_be_shifted_from_one_slot_into_the_next(tmp_path: Path) -> None:
    def split(heading: str, body: str) -> CardRequest:
        return replace(ASKED, slots={**SLOTS, "heading": heading, "body": body})

    assert named(tmp_path, split("ab", "c")) != named(tmp_path, split("a", "bc"))


@pytest.mark.parametrize("which", ["logo", "photo"])
def test_the_bytes_of_a_file_count_and_not_its_name(tmp_path: Path, which: str) -> None:
    one, same = logo(tmp_path, "one.png", "red"), logo(tmp_path, "same.png", "red")
    other = logo(tmp_path, "other.png", "blue")
    names = [named(tmp_path, replace(ASKED, **{which: file})) for file in (one, same, other)]
    assert names[0] == names[1] != names[2]
    assert named(tmp_path) not in names


def test_a_logo_is_not_a_photograph(tmp_path: Path) -> None:
    file = logo(tmp_path, "one.png", "red")
    assert named(tmp_path, replace(ASKED, logo=file)) != named(tmp_path, replace(ASKED, photo=file))


def test_a_file_replaced_while_the_program_runs_changes_the_name(tmp_path: Path) -> None:
    here = workshop(tmp_path)
    asked = replace(ASKED, logo=logo(tmp_path, "logo.png", "red", age=1))
    before = here.asset(asked).name
    logo(tmp_path, "logo.png", "blue", age=2)
    assert here.asset(asked).name != before


def test_the_encoding_changes_the_name(tmp_path: Path) -> None:
    finer = replace(JPEG, options=(("quality", 91), ("subsampling", 0)))
    assert len({named(tmp_path, encoding=one) for one in (JPEG, PNG, finer)}) == 3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cards/get_help.toml", 'include = ["_footer"]'),
        ("cards/_footer.toml", 'about = "Nothing."'),
        ("palette.toml", 'soft = "#000000"'),
        ("icons.toml", "dot = [[[1, 1], [2, 2]]]"),
        (
            "formats.toml",
            "[banner]\nwidth = 9\nheight = 9\nsafe = [0, 0, 0, 0]\nminimum = 9\nsmall = 9",
        ),
    ],
)
def test_every_file_of_the_theme_changes_the_name(tmp_path: Path, name: str, text: str) -> None:
    before = named(tmp_path)
    written(tmp_path, name, text)
    assert named(tmp_path) != before


@pytest.mark.parametrize("part", ["layout", "theme", "fonts"])
def test_the_digests_of_layout_theme_and_fonts_change_the_name(part: str) -> None:
    digests = {"layout": "1", "theme": "2", "fonts": "3"}
    before = asset_name(ASKED, SHOWN, **digests, encoding=JPEG)
    assert asset_name(ASKED, SHOWN, **digests, encoding=JPEG) == before
    assert asset_name(ASKED, SHOWN, **(digests | {part: "other"}), encoding=JPEG) != before


def test_the_library_that_deflates_changes_the_name_of_what_it_deflates(tmp_path: Path) -> None:
    photo = replace(ASKED, photo=logo(tmp_path, "photo.png", "red"))
    encodings = [replace(PNG, deflate=one) for one in (ZLIB, Deflate("isal.isal_zlib", "1", 1))]
    assert len({named(tmp_path, ASKED, encoding) for encoding in encodings}) == 2
    assert len({named(tmp_path, photo, encoding) for encoding in encodings}) == 1


TRICKY = st.text(alphabet="12:a\n\ud800", max_size=4)
"""Texts that look like the lengths and signs between the parts of a name."""
WORDS = st.dictionaries(st.sampled_from(["a", "b", "1:a"]), TRICKY)
REQUESTS = st.builds(
    CardRequest,
    layout=st.just("any"),
    format=TRICKY,
    direction=TRICKY,
    language=TRICKY,
    slots=WORDS,
    emblem=TRICKY,
    wordmark=st.booleans(),
    brand=WORDS,
    focus=st.none() | st.tuples(st.floats(0, 1), st.floats(0, 1)),
)


def told(asked: CardRequest) -> str:
    return asset_name(asked, ("1:a", "a", "b"), "layout", "theme", "fonts", JPEG)


@given(REQUESTS, REQUESTS)
def test_no_two_requests_have_one_name(one: CardRequest, other: CardRequest) -> None:
    assert (told(one) == told(other)) == (one == other)


@given(REQUESTS, st.data())
def test_nothing_can_move_from_one_part_of_a_name_into_another(
    asked: CardRequest, data: st.DataObject
) -> None:
    """The same signs in the same order, cut anew into the parts."""
    fields = ("format", "direction", "language", "emblem")
    signs = "".join(getattr(asked, name) for name in fields)
    cuts = sorted(data.draw(st.tuples(*[st.integers(0, len(signs))] * 3)))
    ends = [0, *cuts, len(signs)]
    parts = {name: signs[ends[n] : ends[n + 1]] for n, name in enumerate(fields)}
    other = replace(asked, **parts, slots=asked.brand, brand=asked.slots)
    assert (told(asked) == told(other)) == (asked == other)


def test_an_asset_tells_its_size_and_type_before_it_is_drawn(tmp_path: Path) -> None:
    asset = workshop(tmp_path, PNG).asset(request("tip", "wide"))
    assert (asset.width, asset.height, asset.media_type) == (1600, 900, "image/png")
    assert asset.file == tmp_path / "assets" / asset.name[:2] / f"{asset.name}.png"
    assert not asset.file.exists()


# --- the store ------------------------------------------------------------------------------------


def test_what_is_written_is_found_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    store = AssetStore(tmp_path)
    assert not store.has(NAME, JPEG)
    file = store.write(NAME, JPEG, b"picture")
    assert file == store.path(NAME, JPEG)
    assert file.read_bytes() == b"picture"
    assert store.has(NAME, JPEG)
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == [file]


def test_an_empty_file_is_no_asset(tmp_path: Path) -> None:
    store = AssetStore(tmp_path)
    store.write(NAME, JPEG, b"")
    assert not store.has(NAME, JPEG)


def test_writing_again_replaces_whole(tmp_path: Path) -> None:
    store = AssetStore(tmp_path)
    store.write(NAME, JPEG, b"a longer picture")
    assert store.write(NAME, JPEG, b"picture").read_bytes() == b"picture"


def test_an_interruption_while_writing_leaves_nothing_half(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(tmp_path)],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert answer.stdout == "stopped\n", answer
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


INTERRUPTED = f"""
import signal, sys
from pathlib import Path
from rendering.asset import AssetStore
from rendering.encode import JPEG
signal.signal(signal.SIGALRM, signal.default_int_handler)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    while True:  # the write itself takes long, so that is where it is met
        AssetStore(Path(sys.argv[1])).write("{NAME}", JPEG, bytes(200_000_000))
        (Path(sys.argv[1]) / "ab" / "{NAME}.jpg").unlink()
except KeyboardInterrupt:
    (Path(sys.argv[1]) / "ab" / "{NAME}.jpg").unlink(missing_ok=True)
    print("stopped")
"""


def part(folder: Path, process: int, age: float = 0.0) -> Path:
    """What a process of this number left half written, so many seconds ago."""
    file = folder / "ab" / f".{NAME}.{process}.part"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"half")
    written_at = file.stat().st_mtime - age
    os.utime(file, (written_at, written_at))
    return file


def ended_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    return child.pid


def test_what_dead_processes_left_half_written_is_removed(tmp_path: Path) -> None:
    file = part(tmp_path, ended_process())
    AssetStore(tmp_path).tidy()
    assert not file.exists()


def test_what_is_being_written_stays_unless_it_is_long_ago(tmp_path: Path) -> None:
    file = part(tmp_path, os.getpid())
    AssetStore(tmp_path).tidy()
    assert file.exists()
    file = part(tmp_path, os.getpid(), age=7200)
    AssetStore(tmp_path).tidy()
    assert not file.exists()


def test_tidying_touches_nothing_else(tmp_path: Path) -> None:
    store = AssetStore(tmp_path / "assets")
    store.tidy()
    assert not store.folder.exists()
    kept = [store.write(NAME, JPEG, b"x")]
    for name in (".hidden", f".{NAME}.{2**31}0.part", "notes.part", f".{NAME}.x.part"):
        file = store.folder / "ab" / name
        file.touch()
        os.utime(file, (0, 0))
        kept.append(file)
    store.tidy()
    assert all(file.exists() for file in kept)


def test_an_asset_knows_the_digest_of_its_bytes(tmp_path: Path) -> None:
    asset = workshop(tmp_path).draw(request("tip", "link"))
    assert re.fullmatch("[0-9a-f]{64}", asset.digest())
    again = asset.digest()
    asset.file.write_bytes(b"x")
    assert asset.digest() != again


@pytest.mark.parametrize("taken", ["assets", "assets/ab", f"assets/ab/{NAME}.jpg"])
def test_a_folder_that_cannot_be_written_is_named_on_one_line(tmp_path: Path, taken: str) -> None:
    place = tmp_path / taken
    place.parent.mkdir(parents=True, exist_ok=True)
    if taken.endswith(".jpg"):
        place.mkdir()
        (place / "full").touch()
    else:
        place.write_text("a file where a folder should be")
    with pytest.raises(AssetError) as caught:
        AssetStore(tmp_path / "assets").write(NAME, JPEG, b"picture")
    message = str(caught.value)
    assert message.startswith(f"{tmp_path}/assets/ab: ")
    assert message.endswith("; free space or choose another folder")
    assert "\n" not in message
    assert not list(tmp_path.rglob("*.part"))


def test_a_full_disk_leaves_nothing_behind_and_says_so(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert answer.stdout.startswith(f"AssetError {tmp_path}/ab: File too large; free space")
    assert answer.stdout.count("\n") == 1
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


FULL_DISK = f"""
import resource, sys
from pathlib import Path
from rendering.asset import AssetStore
from rendering.encode import JPEG
from rendering.errors import AssetError
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, {resource.RLIM_INFINITY}))
try:
    AssetStore(Path(sys.argv[1])).write("{NAME}", JPEG, bytes(100_000))
except AssetError as error:
    print("AssetError", error)
"""
