"""One runner to a ledger."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from clarion.store.lock import AlreadyRunningError, Lock
from scheduler.ledger import StoreError

REPOSITORY = Path(__file__).parents[2]
HOLD = (
    "import sys, time; from pathlib import Path; from clarion.store.lock import Lock;"
    "lock = Lock(Path(sys.argv[1])); lock.acquire(); print('held', flush=True); time.sleep(60)"
)


def holder(path: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


def test_the_second_is_told_who_the_first_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.lock"
    child = holder(path)
    try:
        with pytest.raises(AlreadyRunningError) as caught:
            Lock(path).acquire()
        assert str(path) in str(caught.value)
        assert f"process {child.pid}" in str(caught.value)
        assert "\n" not in str(caught.value)
    finally:
        child.kill()
        child.communicate()


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.lock"
    child = holder(path)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    with Lock(path), pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}"):
        Lock(path).acquire()


def test_a_released_lock_is_free(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "ledger.lock"
    first = Lock(path)
    first.acquire()
    first.release()
    first.release()
    with Lock(path):
        pass
    with Lock(path):
        pass


def test_releasing_what_another_holds_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.lock"
    with Lock(path):
        Lock(path).release()
        with pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}"):
            Lock(path).acquire()


def test_a_place_that_cannot_be_locked_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be locked"):
        Lock(tmp_path / "file" / "ledger.lock").acquire()
