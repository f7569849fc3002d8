"""Pictures in a bucket that machines share, held against a real service on loopback.

A machine is a folder of its own; what it cannot find there comes through the service.
"""

from __future__ import annotations

import itertools
import logging
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import obstore
import pytest
from obstore.store import S3Store as Bucket

from rendering.asset import CardRequest
from rendering.build import BuildReport, Workshop
from rendering.encode import JPEG
from rendering.errors import AssetError
from rendering.s3_store import Keys, Place, S3Store
from rendering.store import StoreUnavailable
from tests.object_store import KEYS, Wire, service
from tests.rendering.test_build import cards, contents

__all__ = ["service"]
ROOT = Path(__file__).parents[2]
NAME = "ab" + "0" * 38
_numbers = itertools.count()


@pytest.fixture
def place(service: str) -> Place:
    """A place of the test's own, with nothing in it."""
    return Place("clarion", f"tests/{os.getpid()}-{next(_numbers)}", service)


def machine(folder: Path, place: Place, keys: Keys = KEYS) -> S3Store:
    return S3Store(folder / "assets", place, keys)


def build(folder: Path, place: Place, requests: list[CardRequest], workers: int = 1) -> BuildReport:
    return Workshop(machine(folder, place), folder).build(requests, workers)


def files(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


def inside(place: Place) -> Bucket:
    """The place as any other program sees it."""
    return Bucket(
        place.bucket, prefix=place.prefix, endpoint=place.endpoint, region=place.region,
        access_key_id=KEYS.id, secret_access_key=KEYS.secret, client_options={"allow_http": True},
    )  # fmt: skip


def nowhere() -> str:
    with Wire("http://127.0.0.1:9") as wire:
        return wire.endpoint


# --- one machine writes, another reads ------------------------------------------------------------


def test_what_one_machine_writes_another_finds_byte_for_byte(tmp_path: Path, place: Place) -> None:
    here, there = machine(tmp_path / "a", place), machine(tmp_path / "b", place)
    other = NAME.replace("ab", "cd")
    assert here.bring([NAME], JPEG) == set()
    assert here.write(NAME, JPEG, b"picture") == here.path(NAME, JPEG)
    assert there.bring([NAME, other], JPEG) == {NAME}
    assert there.path(NAME, JPEG).read_bytes() == b"picture"
    assert files(tmp_path / "b") == [there.path(NAME, JPEG)]


def test_asking_what_there_is_writes_nothing(tmp_path: Path, place: Place) -> None:
    machine(tmp_path / "a", place).write(NAME, JPEG, b"picture")
    there = machine(tmp_path / "b", place)
    assert there.holds([NAME, NAME.replace("ab", "cd")], JPEG) == {NAME}
    assert files(tmp_path / "b") == []


def test_an_empty_object_is_no_asset_and_gives_way(tmp_path: Path, place: Place) -> None:
    obstore.put(inside(place), f"ab/{NAME}.jpg", b"")
    here = machine(tmp_path, place)
    assert here.holds([NAME], JPEG) == here.bring([NAME], JPEG) == set()
    here.write(NAME, JPEG, b"picture")
    assert bytes(obstore.get(inside(place), f"ab/{NAME}.jpg").bytes()) == b"picture"


def test_a_second_machine_draws_nothing_and_has_the_same_files(
    tmp_path: Path, place: Place
) -> None:
    wanted = cards(60)
    first = build(tmp_path / "a", place, wanted, workers=2)
    second = build(tmp_path / "b", place, wanted, workers=2)
    assert (first.drawn, first.reused) == (60, 0)
    assert (second.drawn, second.reused) == (0, 60)
    assert contents(tmp_path / "b") == contents(tmp_path / "a")


def test_a_bucket_draws_the_same_bytes_as_a_folder(tmp_path: Path, place: Place) -> None:
    from rendering.asset import AssetStore

    build(tmp_path / "a", place, cards(6))
    Workshop(AssetStore(tmp_path / "b" / "assets"), tmp_path / "b").build(cards(6))
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_what_lies_here_needs_no_service(tmp_path: Path, place: Place) -> None:
    build(tmp_path, place, cards(5))
    report = build(tmp_path, replace(place, endpoint=nowhere()), cards(5))
    assert (report.drawn, report.reused) == (0, 5)


# --- two at once ----------------------------------------------------------------------------------


def test_of_two_who_write_at_once_both_end_with_the_same_bytes(
    tmp_path: Path, place: Place
) -> None:
    """As it is with PNG on two kinds of processor: the same picture, other bytes."""
    stores = [machine(tmp_path / name, place) for name in "abcd"]
    ready = Barrier(len(stores))

    def write(number: int) -> bytes:
        ready.wait()
        return stores[number].write(NAME, JPEG, bytes([number]) * 1000).read_bytes()

    with ThreadPoolExecutor(len(stores)) as threads:
        kept = set(threads.map(write, range(len(stores))))
    assert kept == {bytes(obstore.get(inside(place), f"ab/{NAME}.jpg").bytes())}


def test_who_comes_late_takes_over_what_is_there(tmp_path: Path, place: Place) -> None:
    machine(tmp_path / "a", place).write(NAME, JPEG, b"first")
    late = machine(tmp_path / "b", place)
    assert late.write(NAME, JPEG, b"second").read_bytes() == b"first"


# --- what goes wrong ------------------------------------------------------------------------------


def test_a_service_that_is_down_is_told_on_one_line(tmp_path: Path, place: Place) -> None:
    away = replace(place, endpoint=nowhere())
    here = machine(tmp_path, away)
    tried = (
        lambda: here.bring([NAME], JPEG),
        lambda: here.holds([NAME], JPEG),
        lambda: here.write(NAME, JPEG, b"picture"),
    )
    for attempt in tried:
        with pytest.raises(StoreUnavailable) as caught:
            attempt()
        assert str(caught.value) == (
            f"s3://{place.bucket}/{place.prefix} at {away.endpoint} does not answer; check the "
            "network and the setting 'assets_endpoint'; what was finished is kept, run the command "
            "again"
        )
    assert files(tmp_path) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_a_build_that_loses_the_service_stops_and_is_taken_up_again(
    tmp_path: Path, place: Place, workers: int
) -> None:
    count = 96
    with Wire(place.endpoint) as wire:
        through = Workshop(machine(tmp_path, replace(place, endpoint=wire.endpoint)), tmp_path)
        with pytest.raises(StoreUnavailable, match="does not answer"):
            through.build(cards(count), workers, lambda done, _: wire.cut() if done else None)
    here = {one.name for one in files(tmp_path)}
    assert all(name.endswith(".jpg") for name in here)  # nothing half
    uploaded = {one["path"].rpartition("/")[2] for one in obstore.list(inside(place)).collect()}
    assert here <= uploaded  # of the last one only the answer may be lost
    kept = len(uploaded)
    assert 0 < kept < count
    report = build(tmp_path, place, cards(count))
    assert (report.drawn, report.reused) == (count - kept, kept)


def test_wrong_keys_are_refused_and_nobody_reads_them(
    tmp_path: Path, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = Keys(KEYS.id, "not-the-secret-at-all", "a-token-of-theirs")
    here = machine(tmp_path, place, wrong)
    with pytest.raises(StoreUnavailable) as caught:
        here.write(NAME, JPEG, b"picture")
    message = str(caught.value)
    assert "refuses these credentials" in message
    assert "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in message
    assert "\n" not in message
    said = message + repr(here) + repr(wrong) + str(place) + caplog.text
    assert not [word for word in (wrong.id, wrong.secret, wrong.token) if word in said]
    assert caught.value.__cause__ is None


def test_a_download_that_breaks_off_leaves_nothing(tmp_path: Path, place: Place) -> None:
    machine(tmp_path / "a", place).write(NAME, JPEG, os.urandom(400_000))
    with Wire(place.endpoint, most=5_000) as wire:  # also of each part it asks for anew
        there = machine(tmp_path / "b", replace(place, endpoint=wire.endpoint))
        with pytest.raises(StoreUnavailable, match="does not answer"):
            there.bring([NAME], JPEG)
    assert files(tmp_path / "b") == []


def test_an_object_that_is_not_what_was_stored_is_refused_by_its_digest(
    tmp_path: Path, place: Place
) -> None:
    about = {"sha256": "0" * 64}
    obstore.put(inside(place), f"ab/{NAME}.jpg", b"half a pict", attributes=about)
    here = machine(tmp_path, place)
    with pytest.raises(AssetError) as caught:
        here.bring([NAME], JPEG)
    assert str(caught.value) == (
        f"ab/{NAME}.jpg in {place}: what arrived is not what was stored (its SHA-256 is another); "
        "run the command again, or remove the object"
    )
    assert files(tmp_path) == []


def test_a_damaged_object_gives_way_to_a_whole_one(tmp_path: Path, place: Place) -> None:
    about = {"sha256": "0" * 64}
    obstore.put(inside(place), f"ab/{NAME}.jpg", b"half a pict", attributes=about)
    machine(tmp_path / "a", place).write(NAME, JPEG, b"picture")
    assert machine(tmp_path / "b", place).bring([NAME], JPEG) == {NAME}


# --- what was approved, what is lent --------------------------------------------------------------


def test_a_picture_is_fetched_only_as_it_was_approved(tmp_path: Path, place: Place) -> None:
    asset = Workshop(machine(tmp_path / "a", place), tmp_path).draw(cards(1)[0])
    there = machine(tmp_path / "b", place)
    name = asset.file.relative_to(tmp_path / "a" / "assets").as_posix()
    with pytest.raises(AssetError, match="is not the picture that was approved; build and approve"):
        there.fetch(name, "0" * 64)
    assert files(tmp_path / "b") == []
    there.fetch(name, asset.digest())
    assert there.path(asset.name, JPEG).read_bytes() == asset.file.read_bytes()
    there.path(asset.name, JPEG).write_bytes(b"damaged here")
    there.fetch(name, asset.digest())
    assert there.path(asset.name, JPEG).read_bytes() == asset.file.read_bytes()
    there.fetch("no/such.jpg", "0" * 64)  # whoever opens it is told


def test_a_photograph_that_is_lent_is_found_everywhere(tmp_path: Path, place: Place) -> None:
    photo = tmp_path / "Photo.PNG"
    photo.write_bytes(b"a photograph")
    here, there = machine(tmp_path / "a", place), machine(tmp_path / "b", place)
    name = here.lend(photo)
    assert here.lend(photo) == name
    assert there.lent(name).read_bytes() == b"a photograph"
    assert there.lent(name).suffix == ".png"
    obstore.put(inside(place), f"lent/{name}", b"another")
    with pytest.raises(AssetError, match="not the picture"):
        machine(tmp_path / "c", place).lent(name)


# --- how it travels and what it heeds -------------------------------------------------------------


def test_a_store_travels_to_another_process_whether_or_not_it_was_used(
    tmp_path: Path, place: Place
) -> None:
    here = machine(tmp_path, place)
    assert pickle.loads(pickle.dumps(here)) == here
    here.write(NAME, JPEG, b"picture")
    assert pickle.loads(pickle.dumps(here)).bring([NAME], JPEG) == {NAME}


def test_an_address_in_the_environment_does_not_lead_elsewhere(
    tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = inside(place)
    for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"):
        monkeypatch.setenv(name, nowhere())
    machine(tmp_path, place).write(NAME, JPEG, b"picture")
    assert obstore.head(bucket, f"ab/{NAME}.jpg")["size"] == 7


def test_without_the_package_the_remedy_is_named(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert told.stdout == (
        "s3://pictures at https://s3.us-east-1.amazonaws.com: the package for S3 is not installed; "
        "run: pip install 'clarion[s3]'\n"
    ), told.stderr


WITHOUT = f"""
import sys
from pathlib import Path
sys.modules["obstore"] = None
from rendering.encode import JPEG
from rendering.s3_store import Keys, Place, S3Store
from rendering.store import StoreUnavailable
try:
    S3Store(Path(sys.argv[1]), Place("pictures"), Keys("k", "s")).bring(["{NAME}"], JPEG)
except StoreUnavailable as error:
    print(error)
"""
