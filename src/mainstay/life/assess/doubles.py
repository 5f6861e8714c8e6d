"""What aggregates over time count twice, and the clause that would hold a source to it."""

from collections.abc import Iterator

from mainstay.core.nouns import Evidence
from mainstay.data.promises import AND, Promise
from mainstay.data.sla import Judged
from mainstay.life.assess.findings import finding
from mainstay.life.assess.proposals import written

_ONCE = ", or with on_breach: quarantine, which takes them from {} alone"
TWICE, METHOD = "counted twice", "share of rows alike in every column"


def doubles(some: tuple[Judged, ...]) -> Iterator[Evidence]:
    """Told, and no gate: rows alike in every column may be chance, and only their owner knows."""
    for one in some:
        seen = one.evidence
        note = f"{seen.note}; every sum and mean counts them twice{_proposed(one.promise)}"
        subject = one.promise.source
        yield finding(f"{TWICE}: {subject}", subject, METHOD, seen.estimate, note)


def _proposed(promise: Promise) -> str:
    """What to write, and of two sources how each row is taken from one of them."""
    source, _, other = promise.source.partition(AND)
    held, mended = ({"with": other}, _ONCE.format(other)) if other else ({}, "")
    columns = list(promise.columns)
    clause = {"property": promise.sla.name, **held, "element": columns, "at_most": 0}
    return f"; clause  data.context.{source}.sla: [{written(clause)}]{mended}"
