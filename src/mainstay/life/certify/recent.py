"""The newest decisions, since the days held out: nobody knows their labels, and none is read."""

from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from mainstay.bundle.manifest import Manifest
from mainstay.contract.model import Contract
from mainstay.core.columns import Columns
from mainstay.core.nouns import Window
from mainstay.data import batch
from mainstay.data import rows as data_rows
from mainstay.data import rules as data_rules
from mainstay.data.source import Reader
from mainstay.life.certify.held_out import described
from mainstay.trainer.scored import Codes, days, read

DAYS = 14
"""Two of each weekday: as many as traffic of now needs, and as few as it allows."""


class Recent(NamedTuple):
    """columns: all that describes a decision that rules let through, as of held-out rows; day: of

    each row a code from 0.
    """

    window: Window
    columns: Columns
    day: Codes

    @property
    def days(self) -> int:
        """Days with any decision."""
        return len(np.unique(self.day))


def recent(
    contract: Contract, stated: Manifest, reader: Reader, *, since: datetime, now: datetime
) -> Recent:
    """The decisions of the newest days, none from before `since`. Raises Broken for other types.

    since: where the days held out end.
    """
    time = contract.data.decisions.time
    window = Window(max(since, now - timedelta(days=DAYS)), max(since, now))
    made = data_rows.assembled(contract, reader, since=window.since, until=window.until, now=now)
    batch.refuse_other_types(stated.requested, made.columns)
    table = data_rules.let_through(data_rows.within(made.table, time, window), stated.rules)
    asked = [one.name for one in stated.request if one.role == "field"]
    names = tuple(dict.fromkeys((time, *asked)))
    rows = data_rules.imputed(table, stated.rules)
    came, seen = read(rows, stated, contract.data.label.column, names)
    return Recent(window, {**described(stated, came), **seen}, days(came[time]))
