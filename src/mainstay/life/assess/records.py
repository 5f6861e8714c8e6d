"""Whether there are records enough, and how many outcomes are known."""

from collections.abc import Iterator

import numpy as np

from mainstay.contract.metrics import Task
from mainstay.core.nouns import Evidence, Limit
from mainstay.life.assess.enough import least_events, least_rows
from mainstay.life.assess.findings import DAYS, exact, finding, gate
from mainstay.life.assess.seen import Seen
from mainstay.life.assess.telling import rarest
from mainstay.stats import bootstrap
from mainstay.stats.metrics import mean

ROWS, EVENTS = "enough records", "enough events"
RILEY = "count against Riley et al. 2020, BMJ 368:m441"
PEDUZZI = "count against Peduzzi et al. 1996: ten per input"


def records(task: Task, label: str, seen: Seen) -> Iterator[Evidence]:
    """Labelled rows, and those of the rarer class, against the least that a first fit needs."""
    inputs, known = len(seen.inputs), seen.counts.known
    share = rarest(task, seen.outcome) / len(seen.when)
    rate = min(max(share, 1 / len(seen.when)), 0.5)  # where it never happened: at most once
    rows = Limit("at_least", least_rows(task, inputs, rate))
    note = f"{inputs} inputs"
    yield gate(ROWS, label, RILEY, exact(known, known), rows, note)
    if task != "regression":
        events = Limit("at_least", least_events(inputs))
        yield gate(EVENTS, label, PEDUZZI, exact(round(share * known), known), events, note)


def labels(task: Task, label: str, seen: Seen, *, seed: int) -> Iterator[Evidence]:
    """The mean of the label, for a yes or no its rate, and the share of decisions without one."""
    if task != "multiclass":
        values = seen.outcome[0] if task == "binary" else np.asarray(seen.label, dtype=np.float64)
        rate = bootstrap.estimate(mean(values), (seen.day,), seed=seed)
        yield finding("label rate" if task == "binary" else "label mean", label, DAYS, rate)
    missing = exact(1 - seen.counts.known / seen.counts.rows, seen.counts.rows)
    yield finding("unlabelled", label, "share of decisions", missing)
