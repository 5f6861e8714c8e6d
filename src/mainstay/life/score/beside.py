"""Rows of a batch in counts, in the bins of the rows that its version was trained on."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from mainstay.bundle.layout import PROFILE
from mainstay.bundle.manifest import Manifest
from mainstay.core.nouns import Window
from mainstay.data import profile as profiling
from mainstay.data.profile import Passing, Profile
from mainstay.data.stream import Batch


class Counted(NamedTuple):
    """Rows decided in a window, and the fields of a request among their columns."""

    profile: Profile
    window: Window


class Counting:
    """The rows of partitions while they are read, as they came."""

    def __init__(self, bundle: Path, stated: Manifest, came: dict[str, str]) -> None:
        """came: the name under which batches hold each column of a request."""
        path, self._passing = bundle / PROFILE, None
        if path.is_file():
            trained = msgspec.json.decode(path.read_bytes(), type=Profile)
            fields = frozenset(one.name for one in stated.request if one.role == "field")
            self._passing = Passing(profiling.bins_of(trained, fields), came)

    def add(self, batch: Batch) -> None:
        """The next rows."""
        if self._passing:
            self._passing.add(batch)

    def counted(self, windows: Sequence[Window]) -> Counted | None:
        """All of them, which are those of windows, in order.

        None without windows, or where a bundle has no profile to compare them with.
        """
        if not windows or not self._passing:
            return None
        return Counted(self._passing.profile, Window(windows[0].since, windows[-1].until))
