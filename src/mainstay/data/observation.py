"""The sources as they are now: what they can still be read for, and what they keep of it.

Asked wherever something is about to be made of them: each look at the field, each promotion.
"""

from datetime import datetime
from typing import NamedTuple

import ibis.expr.types as ir

from mainstay.contract.model import Contract
from mainstay.core.errors import Missing, Mistake, Unavailable
from mainstay.core.nouns import Evidence, Verdict
from mainstay.data import changes, lineage, promises, rows, sla
from mainstay.data.changes import Changed
from mainstay.data.labels import KNOWN_AT
from mainstay.data.lineage import Born
from mainstay.data.promises import Promise
from mainstay.data.sla import Judged
from mainstay.data.source import Reader, Source

UNREADABLE = "its source cannot be read"


class Observed(NamedTuple):
    """changed: of each source that a version was built of, and each that cannot be read.

    judged: what sources that can be read agreed on; unknown: what the others did.
    """

    changed: tuple[Changed, ...]
    judged: tuple[Judged, ...]
    unknown: tuple[Promise, ...]

    @property
    def unfit(self) -> frozenset[str]:
        """The sources of which nothing can be made."""
        return frozenset(one.source for one in self.changed if not one.fit)

    @property
    def blocks(self) -> tuple[str, ...]:
        """What keeps anything from being made of them, each in half a sentence."""
        return (*(one.what for one in self.changed if one.blocks), *blocking(self.judged))


def blocking(some: tuple[Judged, ...]) -> tuple[str, ...]:
    """Promises that block and are broken or not known to hold, each in half a sentence."""
    said = [one for one in some if one.promise.sla.on_breach == "block"]
    stops = (Verdict.FAIL, Verdict.UNSURE)
    return tuple(sla.told(one) for one in said if one.evidence.verdict in stops)


def observed(
    contract: Contract, reader: Reader, born: Born | None, since: datetime, now: datetime
) -> Observed:
    """What came since a time, as of now. Without `born` nobody knows how columns were.

    Raises nothing for a source that cannot be read: that is what it says. Labels stand apart.
    """
    changed = changes.changes(contract, reader, born) if born else ()
    unfit = {one.source for one in changed if not one.fit}
    agreed = (*promises.promises(contract), *promises.fresh(contract))
    names = (one for one in lineage.sources(contract) if one not in unfit)
    opened = {name: _opened(contract, reader, born, name) for name in names}
    lost = tuple(one for one in opened.values() if isinstance(one, Changed))
    readable = {name: one for name, one in opened.items() if isinstance(one, Source)}
    tables = {name: one.table for name, one in readable.items()}
    tables |= rows.stretched(contract, reader, readable)
    asked = promises.newest(tuple(one for one in agreed if one.table in tables), since, now)
    return Observed(
        (*(one for one in changed if one.source not in {each.source for each in lost}), *lost),
        sla.judged(asked, tables, now),
        tuple(one for one in agreed if one.table not in tables),
    )


def of_labels(
    contract: Contract, labels: ir.Table, since: datetime, now: datetime
) -> tuple[Judged, ...]:
    """What who sends labels agreed on; before the first one came nothing is asked of them."""
    agreed = promises.of_labels(contract, KNOWN_AT)
    if not agreed or not int(labels.count().to_pyarrow().as_py()):
        return ()
    return sla.judged(promises.newest(agreed, since, now), {promises.LABELS: labels}, now)


def evidence(one: Promise, subject: str) -> Evidence:
    """Of a promise that nobody can judge now."""
    return Evidence(
        clause=one.clause,
        subject=subject,
        population=f"rows of {one.source}",
        method=sla.METHOD,
        limit=sla.bound(one.sla),
        verdict=Verdict.UNSURE,
        note=UNREADABLE,
    )


def _opened(contract: Contract, reader: Reader, born: Born | None, name: str) -> Source | Changed:
    """The source, or why it cannot be read: values may be wrong where columns are as they were."""
    try:
        return rows.named(contract, reader, name)
    except (Mistake, Missing, Unavailable) as error:
        fed = lineage.fed(contract, born, name) if born else ()
        return Changed(name, (), (), None, fed, str(error))
