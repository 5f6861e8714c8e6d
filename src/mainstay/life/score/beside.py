"""Rows of a batch in counts, in the bins of the rows that its version was trained on."""

from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from typing import NamedTuple

import ibis.expr.types as ir
import msgspec

from mainstay.bundle.layout import PROFILE
from mainstay.bundle.manifest import Manifest
from mainstay.core.nouns import Window
from mainstay.data import live
from mainstay.data import profile as profiling
from mainstay.data.profile import Profile


class Counted(NamedTuple):
    """Rows decided in a window, and the fields of a request among their columns."""

    profile: Profile
    window: Window


def counted(
    bundle: Path, stated: Manifest, table: ir.Table, time: str, windows: Sequence[Window]
) -> Counted | None:
    """The rows of windows, in order, in one more pass on the engine that has them.

    None without windows, or where a bundle has no profile to compare them with.
    """
    path = bundle / PROFILE
    if not windows or not path.is_file():
        return None
    trained = msgspec.json.decode(path.read_bytes(), type=Profile)
    fields = frozenset(one.name for one in stated.request if one.role == "field")
    spans = _joined(windows)
    found = live.profiles(table, time, spans, profiling.bins_of(trained, fields))
    return Counted(reduce(profiling.merged, found), Window(spans[0].since, spans[-1].until))


def _joined(windows: Sequence[Window]) -> tuple[Window, ...]:
    """One window for those that follow each other."""
    made: list[Window] = []
    for one in windows:
        if made and made[-1].until == one.since:
            made[-1] = Window(made[-1].since, one.until)
        else:
            made.append(one)
    return tuple(made)
