"""Who may know what time it is on this machine: its kernel, and an address from the settings."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

from scheduler.clock import TimeSource
from scheduler.witness import TimeWitness

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

# <linux/timex.h>
_TIME_ERROR = 5  # the clock is not synchronised
_STA_UNSYNC, _STA_CLOCKERR = 0x0040, 0x1000
_TICK = 10_000  # microseconds between two ticks of an undisturbed clock (1/USER_HZ)


class Timex(ctypes.Structure):
    """``struct timex`` of 64-bit Linux: what the kernel says about its clock."""

    _fields_ = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("constant", ctypes.c_long),
        ("precision", ctypes.c_long),
        ("tolerance", ctypes.c_long),
        ("seconds", ctypes.c_long),
        ("fraction", ctypes.c_long),
        ("tick", ctypes.c_long),
        ("rest", ctypes.c_byte * 128),  # statistics nobody here reads; longer than they are
    ]


def time_witnesses(time: TimeSource, time_check: str = "") -> list[TimeWitness]:
    """Everybody this machine can ask: its kernel, and the address of the setting, if it is set.

    A database is no part of it: on the same machine it reads the same clock, so it is to be added
    as one that does not vouch.
    """
    found = [TimeWitness("the kernel", lambda: time.now() if synchronised() else None)]
    if time_check:
        from publishers.date_header import DateHeader  # requests takes its time to import

        found.append(TimeWitness(time_check, DateHeader(time_check, time.elapsed)))
    return found


def synchronised() -> bool:
    """Whether the kernel is sure that a time service keeps its clock right.

    False when it says otherwise, and where it cannot be asked. Setting the clock makes it unsure
    until a time service has spoken again.
    """
    answer = ask_kernel()
    return answer is not None and in_step(*answer)


def ask_kernel() -> tuple[int, Timex] | None:
    """adjtimex(2), only to read: the clock's state and all there is about it."""
    if sys.platform != "linux" or ctypes.sizeof(ctypes.c_long) != 8:
        return None
    timex = Timex()
    try:
        state = int(ctypes.CDLL(None).adjtimex(ctypes.byref(timex)))
    except (OSError, AttributeError):
        return None
    return (state, timex) if state >= 0 else None


def in_step(state: int, timex: Timex) -> bool:
    """What to make of it.

    A daemon that pulls in a large error bit by bit calls the clock synchronised meanwhile. It
    makes the ticks longer or shorter for that, by more than the 500 ppm of fine tuning.
    """
    if state == _TIME_ERROR or timex.status & (_STA_UNSYNC | _STA_CLOCKERR):
        return False
    return abs(int(timex.tick) - _TICK) <= _TICK * 500e-6


def boot_id() -> str:
    """A name for the present run of this machine, "" where it has none."""
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except (OSError, UnicodeError):
        return ""
