"""Memory that the next request needs again is not given back to the system after each one."""

import ctypes

FREE, LARGE = 32 * 2**20, 16 * 2**20
"""Bytes that the C library keeps for itself at most, and of a piece that it never keeps. A request
of 1,000 rows takes and gives back 10 MB; where the system has to find these pages anew each time,
that costs 0.3 to 5 ms of 18."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # mallopt(3)


def keep() -> bool:
    """Whether the C library of this process can be told so."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(
        mallopt(_TRIM_THRESHOLD, FREE) and mallopt(_MMAP_THRESHOLD, LARGE)
    )
