"""One folder that several machines share, as a network mount is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rendering.asset import AssetStore
from rendering.encode import JPEG
from rendering.errors import AssetError
from tests.rendering.test_asset import NAME, ended_process

ROOT = Path(__file__).parents[2]
ELSEWHERE = "0" * 8
"""How another machine would mark what it writes; no digest of a name is that."""


def left(folder: Path, process: int, age: float = 0.0) -> Path:
    """What a process of another machine has half written."""
    file = folder / "ab" / f".{NAME}.{ELSEWHERE}.{process}.part"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"half")
    at = file.stat().st_mtime - age
    os.utime(file, (at, at))
    return file


def test_what_another_machine_is_writing_stays_whoever_runs_here(tmp_path: Path) -> None:
    file = left(tmp_path, ended_process())
    AssetStore(tmp_path).tidy()
    assert file.exists()


def test_what_another_machine_left_long_ago_goes(tmp_path: Path) -> None:
    file = left(tmp_path, os.getpid(), age=7200)
    AssetStore(tmp_path).tidy()
    assert not file.exists()


def test_what_a_killed_process_of_this_machine_left_goes_at_once(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _WRITING, str(tmp_path)], env=os.environ | {"PYTHONPATH": str(ROOT)}
    ) as process:
        deadline = time.monotonic() + 60
        while not (parts := list(tmp_path.glob("*/.*.part"))) and time.monotonic() < deadline:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
    assert parts
    parts = list(tmp_path.glob("*/.*.part"))  # it may have been between two of them
    AssetStore(tmp_path).tidy()
    assert not [one for one in parts if one.exists()]
    assert not list(tmp_path.glob("*/.*.part"))


_WRITING = f"""
import sys
from pathlib import Path
from rendering.asset import AssetStore
from rendering.encode import JPEG
while True:
    AssetStore(Path(sys.argv[1])).write("{NAME}", JPEG, bytes(100_000_000))
"""


def test_a_folder_holds_and_brings_what_lies_in_it(tmp_path: Path) -> None:
    store = AssetStore(tmp_path)
    other = NAME.replace("ab", "cd")
    store.write(NAME, JPEG, b"picture")
    assert store.holds([NAME, other], JPEG) == store.bring([NAME, other], JPEG) == {NAME}
    store.fetch("no/such.jpg", "0" * 64)
    assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == [f"{NAME}.jpg"]


def test_what_is_lent_is_kept_by_content_and_found_again(tmp_path: Path) -> None:
    first, second = tmp_path / "one.png", tmp_path / "two.PNG"
    first.write_bytes(b"a logo")
    second.write_bytes(b"a logo")
    store = AssetStore(tmp_path / "assets")
    name = store.lend(first)
    assert store.lend(second) == name
    assert AssetStore(tmp_path / "assets").lent(name).read_bytes() == b"a logo"
    first.write_bytes(b"another logo")
    assert store.lend(first) != name


def test_what_cannot_be_lent_or_is_not_there_is_named(tmp_path: Path) -> None:
    store = AssetStore(tmp_path / "assets")
    with pytest.raises(AssetError, match=r"gone\.png: No such file or directory; restore the file"):
        store.lend(tmp_path / "gone.png")
    with pytest.raises(AssetError, match="give every machine the same 'assets'"):
        store.lent("0" * 64 + ".png")
