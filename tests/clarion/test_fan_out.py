"""One machine asks, others draw: real workers as processes, over PostgreSQL and a shared store."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from PIL import Image

from clarion.fan_out import helpers
from rendering.asset import AssetStore
from rendering.build import Workshop
from rendering.encode import JPEG
from rendering.fan_out import decode, encode
from rendering.s3_store import Place, S3Store
from rendering.store import Store
from scheduler.adapters.procrastinate_executor import ProcrastinateExecutor
from scheduler.adapters.procrastinate_jobs import QUEUE
from tests.object_store import KEYS, service
from tests.postgres import Postgres, postgres
from tests.rendering.test_build import cards, contents, reasons
from tests.templates.samples import request

__all__ = ["postgres", "service"]
ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
COUNT = 144


@pytest.fixture
def database(postgres: Postgres) -> str:
    """A database with the queue's tables, as a worker's executor makes them."""
    return postgres.fresh_database(_with_queue)


def _with_queue(url: str) -> None:
    executor = ProcrastinateExecutor(url, submits=False, works=False)
    executor.start(lambda _: None, lambda: None)
    executor.close()


def asking(store: Store, database: str, workspace: Path | None = None) -> Workshop:
    return Workshop(store, workspace, JPEG, helpers(database))


@contextlib.contextmanager
def worker(store: Store, database: str) -> Iterator[subprocess.Popen[str]]:
    """Another machine: a process of its own that draws what is offered."""
    process = subprocess.Popen(
        [sys.executable, "-c", _WORKER, database, repr(str(store.folder)), _as_python(store)],
        cwd="/", env=os.environ | {"PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "drawing\n"
        yield process
    finally:
        if process.poll() is None:
            with contextlib.suppress(BrokenPipeError):
                process.communicate(timeout=PATIENCE)
        for end in (process.stdin, process.stdout):
            if end is not None:
                end.close()


def _as_python(store: Store) -> str:
    if isinstance(store, S3Store):
        place = store.place
        return (
            f"S3Store(folder, Place({place.bucket!r}, {place.prefix!r}, {place.endpoint!r}), "
            f"Keys({KEYS.id!r}, {KEYS.secret!r}))"
        )
    return "AssetStore(folder)"


_WORKER = """
import sys
from pathlib import Path
from clarion.fan_out import PictureWorker
from rendering.asset import AssetStore
from rendering.build import Workshop
from rendering.s3_store import Keys, Place, S3Store
if __name__ == "__main__":
    folder = Path(eval(sys.argv[2]))
    at_work = PictureWorker(Workshop(eval(sys.argv[3])), sys.argv[1], 1)
    at_work.start()
    print("drawing", flush=True)
    sys.stdin.read()
    at_work.close()
"""


def once(*seen: Callable[[], bool]) -> Callable[[int, int], None]:
    """Progress that lets the asking machine rest after its first picture until all is seen."""

    def wait(_done: int, _total: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while not all(look() for look in seen):
            assert time.monotonic() < deadline, "the others draw nothing"
            time.sleep(0.02)

    return wait


def pictures(folder: Path) -> list[Path]:
    return list(folder.glob("??/*.jpg"))


def waiting(database: str) -> list[tuple[Any, ...]]:
    """The jobs that lie in the queue."""
    with psycopg.connect(database, autocommit=True) as db:
        return db.execute(
            "SELECT status FROM clarion_queue.procrastinate_jobs WHERE queue_name = %s", (QUEUE,)
        ).fetchall()


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What one machine by itself makes of the campaign."""
    folder = tmp_path_factory.mktemp("alone")
    Workshop(AssetStore(folder / "assets")).build(cards(COUNT))
    return contents(folder)


def test_two_workers_over_a_bucket_and_the_asker_draw_one_campaign(
    tmp_path: Path, database: str, service: str, alone: dict[str, bytes]
) -> None:
    place = Place("clarion", f"fan-out/{os.getpid()}", service)
    stores = [S3Store(tmp_path / name / "assets", place, KEYS) for name in ("me", "one", "two")]
    wanted = cards(COUNT)
    with contextlib.ExitStack() as machines:
        one = machines.enter_context(worker(stores[1], database))

        def let_both_draw(done: int, total: int) -> None:
            if done == 1:
                once(lambda: bool(pictures(stores[1].folder)))(done, total)
                one.send_signal(signal.SIGSTOP)  # else it might leave the other nothing to do
                machines.enter_context(worker(stores[2], database))
                once(lambda: bool(pictures(stores[2].folder)))(done, total)
                one.send_signal(signal.SIGCONT)

        report = asking(stores[0], database).build(wanted, 1, let_both_draw)
    assert (report.drawn, report.failed, report.shared.strayed) == (COUNT, [], 0)
    assert 0 < report.shared.drawn < COUNT
    assert contents(tmp_path / "me") == alone
    assert waiting(database) == []


def test_processes_of_the_asker_and_a_worker_share_a_folder(
    tmp_path: Path, database: str, alone: dict[str, bytes]
) -> None:
    store = AssetStore(tmp_path / "assets")
    wanted = cards(COUNT)
    with worker(store, database):
        report = asking(store, database).build(wanted, 2)
    assert (report.drawn, report.failed) == (COUNT, [])
    assert contents(tmp_path) == alone


def test_with_nobody_alive_everything_is_drawn_here(
    tmp_path: Path, database: str, alone: dict[str, bytes]
) -> None:
    wanted = cards(COUNT)
    report = asking(AssetStore(tmp_path / "assets"), database).build(wanted)
    assert (report.drawn, report.shared.drawn, report.shared.why) == (COUNT, 0, "")
    assert contents(tmp_path) == alone
    assert waiting(database) == []


def test_a_card_that_cannot_be_drawn_is_named_as_alone(tmp_path: Path, database: str) -> None:
    store = AssetStore(tmp_path / "assets")
    bad = [request("tip", "link", title=f"{n} " + "very long " * 400) for n in range(30)]
    wanted = [*cards(72), *bad]
    local = Workshop(AssetStore(tmp_path / "alone")).build(wanted)
    with worker(store, database):
        others = once(lambda: len(pictures(store.folder)) > 1)
        report = asking(store, database).build(wanted, 1, others)
    assert report.drawn == local.drawn == 72
    assert sorted(reasons(report)) == sorted(reasons(local))
    assert len(set(reasons(local))) >= 1


def test_a_worker_that_is_killed_takes_nothing_with_it(
    tmp_path: Path, database: str, alone: dict[str, bytes]
) -> None:
    store = AssetStore(tmp_path / "assets")
    wanted = cards(COUNT)
    with worker(store, database) as process:

        def kill(_done: int, _total: int) -> None:
            if process.poll() is None:
                once(lambda: ("doing",) in waiting(database))(0, 0)
                process.send_signal(signal.SIGKILL)
                process.wait()

        report = asking(store, database).build(wanted, 1, kill)
    assert (report.drawn, report.failed) == (COUNT, [])
    assert contents(tmp_path) == alone


def test_photographs_and_logos_travel_to_workers(
    tmp_path: Path, database: str, service: str
) -> None:
    place = Place("clarion", f"photos/{os.getpid()}", service)
    me, other = (S3Store(tmp_path / name / "assets", place, KEYS) for name in ("me", "other"))
    photo = tmp_path / "me" / "photo.png"
    photo.parent.mkdir()
    Image.linear_gradient("L").convert("RGB").resize((1200, 630)).save(photo)
    wanted = [replace(one, photo=photo, focus=(0.5, 0.25)) for one in cards(72)]
    with worker(other, database):
        took_part = once(lambda: len(pictures(other.folder)) > 0)
        report = asking(me, database).build(wanted, 1, took_part)
    assert (report.drawn, report.failed) == (72, [])
    assert report.shared.drawn > 0
    drawn = {file.name: file.read_bytes() for file in pictures(me.folder)}
    again = Workshop(AssetStore(tmp_path / "alone" / "assets"))
    again.build(wanted)
    assert drawn == {file.name: file.read_bytes() for file in pictures(again.store.folder)}


def test_a_worker_that_keeps_its_pictures_elsewhere_is_noticed(
    tmp_path: Path, database: str
) -> None:
    store, elsewhere = AssetStore(tmp_path / "assets"), AssetStore(tmp_path / "elsewhere")
    with worker(elsewhere, database):
        others = once(lambda: len(pictures(elsewhere.folder)) >= 24)
        report = asking(store, database).build(cards(COUNT), 1, others)
    assert (report.drawn, report.shared.drawn) == (COUNT, 0)
    assert report.shared.strayed >= 24
    assert len(pictures(store.folder)) == COUNT


def test_a_worker_with_other_layouts_leaves_alone_what_it_would_draw_otherwise(
    tmp_path: Path,
) -> None:
    from rendering.build import draw_missing

    shop = Workshop(AssetStore(tmp_path / "assets"))
    wanted = cards(3)
    named = [(shop.name(one), one) for one in wanted[:2]] + [("f" * 40, wanted[2])]
    named.append(("e" * 40, replace(wanted[0], layout="of-their-own")))
    assert draw_missing(shop, named, lambda: False) == 2
    assert {file.stem for file in pictures(shop.store.folder)} == {name for name, _ in named[:2]}


def test_a_database_that_is_away_stops_nobody(tmp_path: Path) -> None:
    url = f"postgresql://clarion:hush@/clarion?host={tmp_path}"
    report = asking(AssetStore(tmp_path / "assets"), url).build(cards(72))
    assert (report.drawn, report.failed) == (72, [])
    assert report.shared.why == (
        "the queue in the database cannot be used (OperationalError): everything is drawn on this "
        "machine"
    )


def test_an_interrupted_build_takes_its_offers_back(tmp_path: Path, database: str) -> None:
    def stop(_done: int, _total: int) -> None:
        assert len(waiting(database)) > 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asking(AssetStore(tmp_path / "assets"), database).build(cards(COUNT), 1, stop)
    assert waiting(database) == []


# --- how a batch travels --------------------------------------------------------------------------


def test_a_batch_arrives_as_it_was_sent(tmp_path: Path) -> None:
    store = AssetStore(tmp_path / "assets")
    photo = tmp_path / "a photo.JPG"
    photo.write_bytes(b"photo")
    full = replace(cards(1)[0], photo=photo, logo=photo, wordmark=True, brand={"sea": "#012345"})
    sent = [("a", cards(1)[0]), ("b", full), ("c", replace(full, focus=(0.25, 1.0), logo=None))]
    lent: dict[Path, str] = {}
    got = decode(encode(sent, store, lent), store)
    there = store.lent(lent[photo])
    assert there.read_bytes() == b"photo"
    expected = [(name, replace(one, photo=one.photo and there, logo=one.logo and there))
                for name, one in sent]  # fmt: skip
    assert got == expected


@pytest.mark.parametrize("load", ["", "[", "3", "[3]", "[{}]", '[{"name": "a", "no": 1}]'])
def test_what_is_no_batch_is_refused(tmp_path: Path, load: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own, or ours
        decode(load, AssetStore(tmp_path))
