"""Which rows of a version's training count more than others."""

from datetime import datetime
from typing import Literal

import msgspec


class Weighing(msgspec.Struct, frozen=True):
    """recent: rows decided since then count together as much as all before. alike: rows before

    count by how much more often inputs like theirs came since then.
    """

    how: Literal["recent", "alike"]
    since: datetime
