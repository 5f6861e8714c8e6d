"""The hint for a name nobody knows: the nearest known one first."""

import difflib
from collections.abc import Iterable


def hint(name: str, known: Iterable[str]) -> str:
    """`did you mean temp? known: carrier, dewp, temp`; at most twelve are listed.

    >>> hint("tmp", ["temp", "dewp"])
    'did you mean temp? known: dewp, temp'
    """
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    listed = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if names[12:] else "")
    asked = f"did you mean {near[0]}? " if near else ""
    return f"{asked}known: {listed}" if names else "there are none"
