"""What aggregates over time count twice, and the clause that would hold a source to it."""

from collections.abc import Iterator

from mainstay.core.nouns import Evidence
from mainstay.data.doubled import AND
from mainstay.data.promises import Promise
from mainstay.data.sla import Judged
from mainstay.life.assess.findings import finding
from mainstay.life.assess.proposals import written

TWICE, METHOD = "counted twice", "share of rows alike in every column"


def doubles(some: tuple[Judged, ...]) -> Iterator[Evidence]:
    """Told, and no gate: rows alike in every column may be chance, and only their owner knows."""
    for one in some:
        seen = one.evidence
        note = f"{seen.note}; every sum and mean counts them twice{_proposed(one.promise)}"
        subject = one.promise.source
        yield finding(f"{TWICE}: {subject}", subject, METHOD, seen.estimate, note)


def _proposed(promise: Promise) -> str:
    """What to write, or to do where no clause can say it."""
    if len(promise.source.split(AND)) > 1:
        return f"; alike in {', '.join(promise.columns)}: take each row from one of them"
    clause = {"property": promise.sla.name, "element": list(promise.columns), "at_most": 0}
    return f"; clause  data.context.{promise.source}.sla: [{written(clause)}]"
