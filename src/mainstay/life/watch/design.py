"""An ask for labels, as it is kept: how rows were drawn, and which."""

from datetime import datetime

import msgspec

from mainstay.core.nouns import Window

Key = str | int


class Design(msgspec.Struct, frozen=True):
    """How one ask drew. window: of decisions it drew from; rows: how many those were.

    random: the chance of each row in the random half; rate: times its worth its chance in the
    other, None where that is certain. centre, near: scores so near to it are close; None for none.
    event: since when an unforeseen one is open.
    """

    version: str
    window: Window
    rows: int
    random: float
    rate: float | None
    centre: float | None = None
    near: float = 0.0
    event: datetime | None = None


class Row(msgspec.Struct, frozen=True):
    """A decision to be labelled. random: whether the random half drew it; chance: of either."""

    key: Key
    time: datetime
    why: tuple[str, ...]
    chance: float
    random: bool
    score: float | None
    covered: bool | None


class Ask(msgspec.Struct, frozen=True):
    """Everything asked for at once; at: when."""

    at: datetime
    design: Design
    rows: tuple[Row, ...]
