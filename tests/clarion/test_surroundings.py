"""The machine does not play along: no room, no right to write, killed in the middle, odd terminals.

The tests may run as the superuser, whom no permission stops; so a file stands where a folder
should be, and a limit on the size of files stands for a full disk.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.conftest import COMMAND, Command, run_process

CATALOGUE = "locales/en_GB/LC_MESSAGES/our-first-campaign.po"
WORLD_DAY = ("--for", "2027-07-30")
LIMIT = 4096


def no_room() -> None:
    """Run in the child: no file of it may grow beyond a few kilobytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))


@contextmanager
def in_the_way(path: Path) -> Iterator[None]:
    """A file where a folder should be; still the same afterwards, then gone."""
    path.write_text("mine", "utf-8")
    yield
    assert path.read_text("utf-8") == "mine"
    path.unlink()


def leftovers(workspace: Path) -> list[Path]:
    """Half-written files."""
    return [*workspace.rglob("*.part"), *workspace.rglob(".*.po.*"), *workspace.rglob("*.new")]


def test_pictures_that_cannot_be_stored_are_named_and_drawn_later(
    workspace: Path, clarion: Command
) -> None:
    with in_the_way(workspace / "assets"):
        done = clarion("build", "--json")
        assert (done.code, done.value["drawn"], done.value["failed"]) == (1, 0, 3)
        for one in done.value["problems"]:
            assert str(workspace / "assets") in one["problem"]
            assert one["problem"].endswith("; free space or choose another folder")
    assert clarion("build", "--json").value["drawn"] == 3


def test_a_pack_that_cannot_be_written_says_where(workspace: Path, clarion: Command) -> None:
    for folder, target in ((workspace / "packs", ()), (workspace / "out", ("-o", "out"))):
        with in_the_way(folder):
            complaint = clarion("pack", *target).complaint
            assert f"{folder.name}/clarion-mt.zip: " in complaint
            assert complaint.endswith("; free some space or choose another folder")
        assert clarion("pack", *target).code == 0


def test_catalogues_that_cannot_be_written_say_where(workspace: Path, clarion: Command) -> None:
    shutil.move(workspace / "locales", workspace / "kept")
    with in_the_way(workspace / "locales"):
        complaint = clarion("messages", "update").complaint
        assert complaint.startswith(f"{workspace / 'locales'}")
        assert "; give write permission" in complaint
    assert clarion("messages", "update").code == 0


def test_a_ledger_that_cannot_be_opened_says_so_and_is_left_alone(
    workspace: Path, clarion: Command
) -> None:
    ledger = workspace / "clarion.sqlite"
    ledger.mkdir()
    assert clarion("status").complaint.startswith(f"{ledger}: cannot be opened: ")
    ledger.rmdir()
    ledger.write_text("not a ledger, but perhaps the only copy of something", "utf-8")
    for words in (("status",), ("plan",), ("run", "--once")):
        assert clarion(*words).complaint == (
            f"{ledger}: is not a Clarion ledger, or is damaged: restore it from a backup"
        )
    assert "only copy" in ledger.read_text("utf-8")
    found = clarion("doctor", "--json")
    assert found.code == 1
    [problem] = [c for c in found.value["checks"] if c["verdict"] == "problem"]
    assert problem["name"] == "ledger"


def test_a_workspace_is_made_nowhere_but_in_a_free_place(
    tmp_path: Path, workspace: Path, clarion: Command
) -> None:
    settings = (workspace / "clarion.toml").read_bytes()
    assert clarion("init", workspace).complaint == (
        f"{workspace}: already a workspace; choose another folder"
    )
    assert (workspace / "clarion.toml").read_bytes() == settings
    with in_the_way(tmp_path / "file"):
        assert clarion("init", tmp_path / "file").complaint == (
            f"{tmp_path / 'file'}: Not a directory; give write permission or choose another folder"
        )
    mine = tmp_path / "other" / "campaigns" / "our-first-campaign"
    mine.mkdir(parents=True)
    (mine / "campaign.yaml").write_text("mine", "utf-8")
    assert "is in the way" in clarion("init", tmp_path / "other").complaint
    assert (mine / "campaign.yaml").read_text("utf-8") == "mine"


def test_the_demo_keeps_its_hands_off_what_is_not_its_own(
    tmp_path: Path, workspace: Path, clarion: Command
) -> None:
    before = (workspace / "clarion.toml").read_bytes()
    assert clarion("demo", workspace).complaint == (
        f"{workspace}: holds a workspace that is not the demo's; choose another folder"
    )
    assert (workspace / "clarion.toml").read_bytes() == before
    assert not (workspace / "index.html").exists()
    with in_the_way(tmp_path / "file"):
        assert "; give write permission or choose" in clarion("demo", tmp_path / "file").complaint


def test_a_full_disk_leaves_nothing_half_and_loses_nothing(
    workspace: Path, process: Command, clarion: Command
) -> None:
    catalogue = (workspace / CATALOGUE).read_bytes()
    built = process("build", "--json", prepare=no_room)
    assert (built.code, built.value["drawn"], built.value["failed"]) == (1, 0, 3)
    assert all(" too large; free space" in one["problem"] for one in built.value["problems"])
    assert clarion("build", "--json").value["drawn"] == 3
    assert str(workspace / "clarion.sqlite") in process("plan", prepare=no_room).complaint
    assert clarion("plan", *WORLD_DAY, "--json").value["added"] == 6
    assert "; free some space" in process("pack", prepare=no_room).complaint
    campaign = workspace / "campaigns/our-first-campaign/campaign.yaml"
    campaign.write_text(campaign.read_text("utf-8").replace("far away", "abroad"), "utf-8")
    assert (
        "; give write permission or free some space"
        in process("messages", "update", prepare=_hardly_any_room).complaint
    )
    assert (workspace / CATALOGUE).read_bytes() == catalogue
    assert leftovers(workspace) == []
    assert clarion("status", "--json").value["states"] == {"planned": 3, "held": 3}


def _hardly_any_room() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (128, 128))


def test_output_that_has_no_room_ends_in_one_line(workspace: Path, tmp_path: Path) -> None:
    with (tmp_path / "out.txt").open("wb") as out:
        done = subprocess.run(
            [COMMAND, "check"], cwd=workspace, stdout=out, stderr=subprocess.PIPE, text=True,
            preexec_fn=_hardly_any_room, timeout=60, check=False,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        1,
        "clarion: the output: File too large; free some space\n",
    )


@pytest.mark.parametrize(
    ("number", "formats"),
    [
        pytest.param(signal.SIGINT, '["square"]', id="Ctrl-C, in one process"),
        pytest.param(signal.SIGKILL, '["square", "portrait"]', id="killed, with workers"),
    ],
)
def test_an_interrupted_build_is_finished_by_the_next(
    workspace: Path, number: int, formats: str
) -> None:
    (workspace / "clarion.toml").write_text(
        f'societies = ["fr"]\ncampaigns = ["myths-and-facts"]\nformats = {formats}\n', "utf-8"
    )
    process = subprocess.Popen(
        [COMMAND, "build"], cwd=workspace, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        _wait_for_pictures(workspace, 3, process)
        process.send_signal(number)
        # The pipes end when the last worker has let go of them: none outlives its parent.
        out, err = process.communicate(timeout=60)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    assert out == ""
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert err.splitlines()[-1] == "clarion: stopped; what was finished is kept"
        assert "Traceback" not in err
    before = set(workspace.glob("assets/*/*.jpg"))
    assert all(file.stat().st_size > 1000 for file in before)
    again = run_process("build", "--json", at=workspace)
    there = len(list(workspace.glob("assets/*/*.jpg")))
    assert again.code == 0, again
    assert again.value["reused"] == len(before) >= 3
    assert again.value["drawn"] == there - len(before) > 0, "it was over before the interruption"


def _wait_for_pictures(workspace: Path, count: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while len(list(workspace.glob("assets/*/*.jpg"))) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_terminal_that_knows_little_is_spelt_to(tmp_path: Path) -> None:
    done = run_process("init", "مساحة", at=tmp_path, environment={"PYTHONIOENCODING": "latin-1"})
    assert done.code == 0, done
    assert "\\u0645\\u0633\\u0627\\u062d\\u0629" in done.out
    assert (tmp_path / "مساحة" / "clarion.toml").is_file()


def test_where_the_machine_stands_changes_nothing(
    workspace: Path, process: Command, clarion: Command
) -> None:
    here = clarion("plan", *WORLD_DAY, "--json").value
    (workspace / "clarion.sqlite").unlink()
    elsewhere = {"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7"}
    assert process("plan", *WORLD_DAY, "--json", environment=elsewhere).value == here


def test_the_reader_of_a_pipe_may_leave(workspace: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [COMMAND, "messages", "status"], cwd=workspace, stdout=write, stderr=subprocess.PIPE,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    os.close(write)
    assert done.stderr == ""


def test_the_module_is_the_command_too(workspace: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "clarion", "--version"], cwd=workspace, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == run_process("--version", at=workspace).out


def test_a_layout_without_the_source_is_found_by_check(workspace: Path, clarion: Command) -> None:
    cards = workspace / "templates/cards"
    cards.mkdir(parents=True)
    shipped = Path(__file__).parents[2] / "templates/cards/tip.toml"
    bare = shipped.read_text("utf-8").replace("{{ source_line }}", "{{ society }}")
    (cards / "tip.toml").write_text(bare, "utf-8")
    done = clarion("check", "--json")
    assert done.code == 1
    assert "layout-source" in {finding["rule"] for finding in done.value["findings"]}
