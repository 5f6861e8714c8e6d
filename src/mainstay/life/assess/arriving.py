"""Which inputs are there when a decision is taken: how old they are, how often they are missing."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from mainstay.contract.model import Contract
from mainstay.contract.sources import DECISIONS
from mainstay.core import expressions
from mainstay.core.columns import Numbers, Text
from mainstay.core.expressions import Output
from mainstay.core.nouns import Estimate, Evidence
from mainstay.data.timing import Timing
from mainstay.life.assess.alone import Floats
from mainstay.life.assess.findings import DAYS, finding
from mainstay.life.assess.seen import DAY, Seen
from mainstay.stats import bootstrap
from mainstay.stats.bootstrap import Measure
from mainstay.stats.metrics import mean
from mainstay.stats.proportion import clopper_pearson

IN_TIME, MISSING = "in time", "missing inputs"
UNITS = ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s"))
NAMED, WORTH_TELLING = 4, 0.001  # inputs of a source told of by name, and the share they lack


def in_time(timings: Mapping[str, Timing], *, seed: int) -> Iterator[Evidence]:
    """Of each context the share of decisions that find a row of it, and how old that row is."""
    for name, one in timings.items():
        if len(one.when):
            found = ~np.isnan(one.age)
            share = _share(found.astype(np.float64), one.when // DAY, seed)
            yield finding(f"{IN_TIME}: {name}", name, DAYS, share, _aged(one))


def missing(
    contract: Contract, outputs: tuple[Output, ...], seen: Seen, *, seed: int
) -> Iterator[Evidence]:
    """Of each source the input of it that is missing most; nothing of one that never misses any."""
    by_source: dict[str, dict[str, Floats]] = {}
    for one in outputs:
        nulls = absent(seen.inputs[one.name])
        if nulls.any():
            by_source.setdefault(origin(contract, one), {})[one.name] = nulls.astype(np.float64)
    for source, inputs in by_source.items():
        shares = {name: float(nulls.mean()) for name, nulls in inputs.items()}
        ordered = sorted(shares, key=lambda name: -shares[name])
        often = [name for name in ordered if shares[name] >= WORTH_TELLING] or ordered[:1]
        told = [f"{name} {shares[name]:.1%}" for name in often[:NAMED]]
        more = f" and {len(often) - NAMED} more" if len(often) > NAMED else ""
        worst = _share(inputs[ordered[0]], seen.day, seed)
        note = ", ".join(told) + more
        yield finding(f"{MISSING}: {source}", ordered[0], DAYS, worst, note)


def origin(contract: Contract, output: Output) -> str:
    """The sources that an input is made of."""
    brought = {
        one.name: name for name, context in contract.data.context.items() for one in context.take
    }
    read = [brought.get(name, DECISIONS) for name in expressions.columns(output.expression)]
    return " and ".join(dict.fromkeys(read)) or DECISIONS


def absent(values: Numbers | Text) -> NDArray[np.bool_]:
    """Where a column has no value; shape (rows,)."""
    if isinstance(values, Text):
        return values.codes < 0
    return np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), dtype=bool)


def _share(hits: Floats, day: NDArray[np.int64], seed: int) -> Estimate:
    """By days; where they are too few or all alike, as if rows were independent."""
    days = np.unique(day, return_inverse=True)[1]
    found = bootstrap.intervals([Measure(mean(hits), (days,))], seed=seed)[0].estimate
    if not np.isfinite(found.low):
        return clopper_pearson(int(hits.sum()), len(hits))
    return bootstrap.within(found, 0.0, 1.0)


def _aged(one: Timing) -> str:
    """What is not recorded is said: a time of origin is no time of arrival."""
    ages = one.age[~np.isnan(one.age)]
    if not len(ages):
        return "no decision finds a row"
    half, most = np.quantile(ages, [0.5, 0.95])
    said = f"half of the rows are at most {lasting(half)} old, 95 % {lasting(most)}"
    if one.delay is None:
        return f"{said}; no available_at says when they arrived"
    late = np.nanquantile(one.delay, [0.5, 0.95])
    return f"{said}; they arrive after {lasting(late[0])}, 95 % within {lasting(late[1])}"


def lasting(seconds: float) -> str:
    """`51 min`, in the largest unit of which there are two."""
    size, unit = next((one for one in UNITS if seconds >= 2 * one[0]), UNITS[-1])
    return f"{seconds / size:.0f} {unit}"
