"""What this machine knows about its clock, and whom the settings name."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clarion.settings import SettingsError, load_settings
from clarion.witness import Timex, ask_kernel, boot_id, in_step, synchronised, time_witnesses
from scheduler.adapters.manual_clock import ManualTime
from scheduler.clock import SystemTime

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux's kernel is asked")
NOW = datetime(2027, 7, 30, 7, 0, tzinfo=UTC)


@LINUX
def test_the_kernel_s_answer_is_read_where_it_stands() -> None:
    """A field that were read from the wrong place would be far from this."""
    answer = ask_kernel()
    assert answer is not None
    state, timex = answer
    assert 0 <= state <= 5
    assert abs(timex.seconds - time.time()) < 30
    assert 0 <= timex.fraction < 10**9
    assert 9_000 <= timex.tick <= 11_000
    assert abs(timex.freq) <= 500 << 16
    assert timex.modes == 0
    assert bool(timex.status & 0x0040) == (state == 5) or timex.status & 0x1000


@pytest.mark.parametrize(
    ("state", "status", "tick", "sure"),
    [
        (0, 0x0001, 10_000, True),
        (0, 0x2001, 10_000, True),  # in nanoseconds
        (1, 0x0011, 10_000, True),  # a leap second is announced
        (3, 0x0001, 10_000, True),
        (5, 0x0001, 10_000, False),
        (0, 0x0041, 10_000, False),  # STA_UNSYNC
        (0, 0x1001, 10_000, False),  # STA_CLOCKERR
        (0, 0x0001, 10_005, True),
        (0, 0x0001, 9_995, True),
        (0, 0x0001, 10_006, False),  # an hour's error on its way in
        (0, 0x0001, 9_167, False),
    ],
)
def test_a_kernel_is_believed_when_it_is_sure(
    state: int, status: int, tick: int, sure: bool
) -> None:
    assert in_step(state, Timex(status=status, tick=tick)) is sure


def test_a_kernel_vouches_for_now_or_says_nothing() -> None:
    [kernel] = time_witnesses(ManualTime(NOW))
    assert kernel.name == "the kernel"
    assert kernel.vouches
    assert kernel.ask() == (NOW if synchronised() else None)


@LINUX
def test_a_machine_s_run_has_a_name_that_stays() -> None:
    assert len(boot_id()) >= 32
    assert boot_id() == boot_id()


def test_the_address_of_the_settings_is_asked_as_well() -> None:
    time_ = SystemTime()
    _, server = time_witnesses(time_, "http://127.0.0.1:9/")
    assert server.name == "http://127.0.0.1:9/"
    assert server.vouches
    assert server.ask() is None


@pytest.mark.parametrize("address", ["", "https://www.example.org", "http://10.0.0.1:8080/time"])
def test_an_address_can_be_set(workspace: Path, address: str) -> None:
    (workspace / "clarion.toml").write_text(f'time_check = "{address}"\n', "utf-8")
    assert load_settings(workspace, {}).time_check == address


@pytest.mark.parametrize(
    "address",
    ["clock.example", "ftp://clock.example/", "http://", "https://me:secret@clock.example/", "a b"],
)
def test_what_is_no_address_is_refused_and_not_repeated(workspace: Path, address: str) -> None:
    (workspace / "clarion.toml").write_text(f'time_check = "{address}"\n', "utf-8")
    with pytest.raises(SettingsError, match="'time_check' is no web address") as refusal:
        load_settings(workspace, {})
    assert address not in str(refusal.value)
    assert "\n" not in str(refusal.value)
