"""What a process that draws asks of the memory's keepers, Python and the C library."""

from __future__ import annotations

import ctypes
import gc

_CIRCLES = 50_000
"""Objects made before Python looks for circles of dropped ones. Drawing leaves hardly any; at the
usual 700, looking takes two hundredths of its time, and a tenth of a build that draws nothing."""


def settle() -> None:
    """To be called once by a process that is ready: what is there then stays."""
    gc.freeze()
    gc.set_threshold(_CIRCLES)


def give_back() -> None:
    """Return free memory to the system: of what a batch leaves behind, glibc would keep 30 MB."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return  # another C library, which has its own ways
