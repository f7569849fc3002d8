"""Many pictures: only what is missing is drawn, by any number of processes, through any death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from rendering.asset import AssetStore, CardRequest
from rendering.build import BuildReport, Workshop
from rendering.encode import JPEG, PNG, Encoding
from rendering.pool import WorkerLost
from tests.templates.samples import request, written

ROOT = Path(__file__).parents[2]
TITLES = ("Look twice", "Ask who pays", "Keep your passport", "Tell a friend", "Know your rights")


def cards(count: int) -> list[CardRequest]:
    """Different small cards of two layouts and two languages."""
    return [
        replace(
            request(
                ("tip", "message")[n % 2], "link", title=f"{TITLES[n % 5]}, {n}", heading=f"{n}"
            ),
            language=("en", "mt")[n % 3 // 2],
        )
        for n in range(count)
    ]


def workshop(folder: Path, encoding: Encoding = JPEG) -> Workshop:
    return Workshop(AssetStore(folder / "assets"), folder, encoding)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder's assets."""
    root = folder / "assets"
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for file in sorted(root.rglob("*"))
        if file.is_file()
    }


def reasons(report: BuildReport) -> list[str]:
    return [failed.reason for failed in report.failed]


def test_every_card_becomes_the_file_its_request_names(tmp_path: Path) -> None:
    here = workshop(tmp_path)
    report = here.build(cards(3))
    assert (report.drawn, report.reused, report.failed) == (3, 0, [])
    assets = [here.asset(asked) for asked in cards(3)]
    assert {asset.file.relative_to(tmp_path / "assets").as_posix() for asset in assets} == set(
        contents(tmp_path)
    )
    for asset in assets:
        with Image.open(asset.file) as picture:
            assert picture.size == (asset.width, asset.height)


def test_a_second_build_draws_nothing(tmp_path: Path) -> None:
    workshop(tmp_path).build(cards(3))
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "assets").rglob("*.jpg")}
    report = workshop(tmp_path).build(cards(3))
    assert (report.drawn, report.reused) == (0, 3)
    assert {file: file.stat().st_mtime_ns for file in before} == before


def test_only_what_has_changed_is_drawn_again(tmp_path: Path) -> None:
    workshop(tmp_path).build(cards(3))
    changed = cards(3)
    changed[1] = replace(changed[1], slots={**changed[1].slots, "heading": "Something new"})
    report = workshop(tmp_path).build(changed)
    assert (report.drawn, report.reused) == (1, 2)


def test_the_same_picture_is_drawn_once_however_often_it_is_wanted(tmp_path: Path) -> None:
    report = workshop(tmp_path).build(cards(2) * 3)
    assert (report.drawn, report.reused) == (2, 0)


def test_what_was_lost_is_drawn_again_alike(tmp_path: Path) -> None:
    workshop(tmp_path).build(cards(3))
    before = contents(tmp_path)
    lost, emptied = sorted((tmp_path / "assets").rglob("*.jpg"))[:2]
    lost.unlink()
    emptied.write_bytes(b"")
    report = workshop(tmp_path).build(cards(3))
    assert (report.drawn, report.reused) == (2, 1)
    assert contents(tmp_path) == before


def test_each_encoding_has_files_of_its_own(tmp_path: Path) -> None:
    workshop(tmp_path).build(cards(1))
    report = workshop(tmp_path, PNG).build(cards(1))
    assert report.drawn == 1
    assert sorted(Path(name).suffix for name in contents(tmp_path)) == [".jpg", ".png"]


def test_one_process_and_two_make_the_same_bytes(tmp_path: Path) -> None:
    alone, together = tmp_path / "alone", tmp_path / "together"
    wanted = [*cards(52), request("nothing"), request("tip", "link", title="x " * 900)]
    one = workshop(alone).build(wanted, workers=1)
    seen: list[tuple[int, int]] = []
    two = workshop(together).build(wanted, 2, lambda done, total: seen.append((done, total)))
    assert (one.drawn, two.drawn) == (52, 52)
    assert contents(alone) == contents(together)
    assert sorted(reasons(one)) == sorted(reasons(two))
    assert len(two.failed) == 2
    assert seen == sorted(seen)
    assert seen[-1] == (53, 53)


def test_a_card_that_cannot_be_drawn_is_named_and_stops_no_other(tmp_path: Path) -> None:
    written(tmp_path, "cards/broken.toml", "element = 3")
    here = workshop(tmp_path)
    too_long = request("tip", "link", title="trafficking " * 200)
    no_font = request("tip", "link", title="བོད་ཡིག")
    no_photo = replace(request("message", "link"), photo=tmp_path / "none.jpg")
    no_text = replace(request("tip", "link"), slots={"hashtag": "#X"})
    unknown, broken = request("nothing", "link"), request("broken", "link")
    no_format = request("tip", "tall")
    bad = [too_long, no_font, no_photo, no_text, unknown, broken, no_format]
    report = here.build([*bad, *cards(2)])
    assert report.drawn == 2
    assert len(report.failed) == len(bad)
    for part in (
        "text 'tip' is ", " px too high for ", "text 'tip': no packaged font has U+0F",
        "none.jpg: cannot be read as a picture", "'label_tip' is undefined", "no layout 'nothing'",
        "broken.toml: element is no list of tables", "no format 'tall'",
    ):  # fmt: skip
        assert sum(part in reason for reason in reasons(report)) == 1, part
    assert not any("\n" in reason for reason in reasons(report))
    assert len(contents(tmp_path)) == 2


def test_what_failed_is_found_by_the_name_of_its_asset(tmp_path: Path) -> None:
    here = workshop(tmp_path)
    no_photo = replace(request("message", "link"), photo=tmp_path / "none.jpg")
    too_long = request("tip", "link", title="trafficking " * 200)
    report = here.build([no_photo, too_long])
    names = {here.asset(no_photo).name, here.asset(too_long).name}
    assert {failed.name for failed in report.failed} == names


def test_a_folder_that_cannot_be_written_fails_each_card_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "assets").write_text("a file where a folder should be")
    report = workshop(tmp_path).build(cards(2))
    assert report.drawn == 0
    assert len(report.failed) == 2
    assert all("free space or choose another folder" in reason for reason in reasons(report))


def test_progress_counts_to_the_end_and_an_empty_build_says_nothing(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    workshop(tmp_path).build(cards(2), progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2, 2)
    seen.clear()
    workshop(tmp_path).build(cards(2), progress=lambda done, total: seen.append((done, total)))
    assert seen == []


def test_what_a_killed_build_left_half_written_is_removed_by_the_next(tmp_path: Path) -> None:
    workshop(tmp_path).build(cards(1))
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    half = next((tmp_path / "assets").iterdir()) / f".{'0' * 40}.{child.pid}.part"
    half.touch()
    workshop(tmp_path).build(cards(2))
    assert not half.exists()


def test_a_photograph_is_told_to_the_encoder(tmp_path: Path) -> None:
    Image.new("RGB", (400, 300), "teal").save(tmp_path / "photo.png")
    drawn = request("message", "link")
    photo = replace(drawn, photo=tmp_path / "photo.png")
    here = workshop(tmp_path, PNG)
    for asked, filtered in ((drawn, False), (photo, True)):
        picture = here.composer.compose(asked)
        assert here.draw(asked).file.read_bytes() == PNG.encode(picture, photo=filtered)


def test_a_killed_worker_ends_the_build_in_one_line_and_loses_nothing(tmp_path: Path) -> None:
    count = 150
    here, killed = workshop(tmp_path), []

    def kill_one(done: int, total: int) -> None:
        if not killed:
            killed.extend(drawing(os.getpid())[:1])
            os.kill(killed[0], signal.SIGKILL)

    with pytest.raises(WorkerLost) as caught:
        here.build(cards(count), 2, kill_one)
    assert "was killed" in str(caught.value)
    assert "fewer workers" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert drawing(os.getpid()) == []
    there = len(list((tmp_path / "assets").rglob("*.jpg")))
    assert 0 < there < count
    report = workshop(tmp_path).build(cards(count))
    assert (report.drawn, report.reused) == (count - there, there)
    assert not list((tmp_path / "assets").rglob("*.part"))


def test_who_stops_a_build_waits_for_no_batch(tmp_path: Path) -> None:
    count = 400

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workshop(tmp_path).build(cards(count), 2, stop)
    assert drawing(os.getpid()) == []
    there = len(list((tmp_path / "assets").rglob("*.jpg")))
    # One batch of 24 was over and each process is in the next at most; four more were on their way.
    assert 24 <= there < 96
    assert not list((tmp_path / "assets").rglob("*.part"))


def test_little_work_starts_few_processes(tmp_path: Path) -> None:
    seen: list[int] = []
    workshop(tmp_path / "a").build(cards(20), 64, lambda *_: seen.extend(drawing(os.getpid())))
    assert set(seen) == set()
    workshop(tmp_path / "b").build(cards(60), 64, lambda *_: seen.extend(drawing(os.getpid())))
    assert 0 < len(set(seen)) <= 3


CHILD = """
import sys
from pathlib import Path
from tests.rendering.test_build import cards, workshop
if __name__ == "__main__":
    folder, count, workers = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    workshop(folder).build(cards(count), workers)
"""


@contextmanager
def building(folder: Path, count: int, workers: int, until: int) -> Iterator[int]:
    """A build in a process of its own, killed without warning once so many files are there."""
    script = folder / "child.py"
    script.write_text(CHILD, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(script), str(folder), str(count), str(workers)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    ) as child:
        try:
            deadline = time.monotonic() + 60
            while len(list((folder / "assets").rglob("*.jpg"))) < until:
                assert child.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.002)
            yield child.pid
        finally:
            child.kill()


@pytest.mark.parametrize(("workers", "enough"), [(1, 1), (1, 7), (2, 7)])
def test_a_killed_build_leaves_whole_files_and_is_finished_by_the_next(
    tmp_path: Path, workers: int, enough: int
) -> None:
    count = 60
    with building(tmp_path, count, workers, until=enough) as parent:
        started = descendants(parent)
    assert ended(started, within=10), "workers outlive the build that started them"
    there = list((tmp_path / "assets").rglob("*.jpg"))
    assert enough <= len(there) < count, "the child was not killed in the middle"
    for file in there:
        with Image.open(file) as picture:
            picture.load()
    report = workshop(tmp_path).build(cards(count))
    assert (report.drawn, report.reused, report.failed) == (count - len(there), len(there), [])
    for asked in cards(count)[:: count // 6]:
        asset = workshop(tmp_path).asset(asked)
        fresh = JPEG.encode(workshop(tmp_path).composer.compose(asked))
        assert asset.file.read_bytes() == fresh


def descendants(process: int) -> list[int]:
    """Processes started by a process and by those it started, where the system tells."""
    file = Path(f"/proc/{process}/task/{process}/children")
    children = [int(one) for one in file.read_text().split()] if file.is_file() else []
    return children + [one for child in children for one in descendants(child)]


def drawing(process: int) -> list[int]:
    """The processes that draw for this one, where the system tells."""
    return [
        one
        for one in descendants(process)
        if "spawn_main" in Path(f"/proc/{one}/cmdline").read_text("utf-8")
    ]


def ended(processes: list[int], within: float) -> bool:
    """Whether they all end in so many seconds."""
    deadline = time.monotonic() + within
    while any(Path(f"/proc/{one}").exists() for one in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
