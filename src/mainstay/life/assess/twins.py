"""Rows that are other rows again, and inputs or entities that name rows instead of describing them.

A copy of a row on the other side of a split gives its label away, and so does a name: what is
learnt is remembered, and nothing is learnt for who comes next.
"""

from collections.abc import Iterator

import msgspec
import numpy as np

from mainstay.contract.metrics import Task
from mainstay.contract.model import Contract
from mainstay.core.columns import Numbers, Text
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict
from mainstay.life.assess.alone import Codes
from mainstay.life.assess.findings import exact, gate
from mainstay.life.assess.leaks import CLAUSE, settled
from mainstay.life.assess.seen import Seen, named
from mainstay.life.assess.telling import TELLING, telling
from mainstay.stats import bootstrap, nearly
from mainstay.stats import copies as copied
from mainstay.stats.bootstrap import Measure
from mainstay.stats.nearly import Both
from mainstay.stats.proportion import clopper_pearson
from mainstay.stats.ranking import ranks

TWICE, AGAIN, NAMES = "no row twice", "no row again", "no name"
NEARLY = "no row again, changed a little"
FEW = Limit("at_most", 0.01)
"""One row in 100: what so few copies tell is less than any interval of a first fit is wide."""
HALF = Limit("at_most", 0.5)
NEWEST = 6  # the last sixth of the rows stands for the future
COUNTER = 0.999  # rank correlation with time of what only counts rows
OWN, ROOM, EVEN = 0.95, 10, 0.1
"""Numbers given out: of so many rows a value of its own, values for so many times as many rows in

their range, and nowhere more than so much of them off from all equally likely. Of drawn amounts,
distances and incomes that are seldom alike none was so even; of 11 public tables no column was.
"""


def twins(task: Task, contract: Contract, seen: Seen, *, seed: int) -> Iterator[Evidence]:
    """Only what is wrong or may be; of what is in order nothing is said."""
    alike = tuple(copies(contract, seen))
    if all(one.verdict is Verdict.PASS for one in alike):
        alike = (*alike, *changed(seen, seed=seed))
    judged = (*alike, *names(seen), *groups(task, contract, seen, seed=seed))
    yield from (one for one in judged if one.verdict is not Verdict.PASS)


def copies(contract: Contract, seen: Seen) -> Iterator[Evidence]:
    """Rows that are in all but the key another row: of the same moment, or of an earlier one.

    Only where that is no chance: an entity tells rows of one moment apart, an input of many values
    rows of any.
    """
    part = len(seen.when) / seen.counts.known
    own = (*seen.inputs.values(), seen.label, *(seen.beside[one] for one in named(contract)))
    many = copied.singular(seen.inputs, len(seen.when)).any()
    if named(contract) or many:
        code = copied.alike((*own, seen.when))
        twice = len(code) - len(np.unique(code))
        note = "rows that are another row in all but the key: one record, written twice?"
        yield gate(TWICE, "decisions", "count", _scaled(twice, len(code), part), FEW, note)
    if many:
        code, since = copied.alike(own), len(seen.when) - len(seen.when) // NEWEST
        again = int(np.isin(code[since:], code[:since]).sum())
        note = "of the newest sixth, alike an older row in all but key and time, label included"
        share = _scaled(again, len(code) - since, part)
        yield gate(AGAIN, "decisions", "count", share, FEW, note)


def changed(seen: Seen, *, seed: int) -> Iterator[Evidence]:
    """Rows of the newest sixth that are an older row but for little, surely beyond chance."""
    since = len(seen.when) - len(seen.when) // NEWEST
    days, parts = len(np.unique(seen.day[since:])), {name: (name,) for name in seen.inputs}
    found = nearly.nearly(Both(seen.inputs, seen.day[:since], days, parts), seed=seed)
    if found is None:
        return
    share = copied.proven(found.share, found.chance).value * seen.counts.known / len(seen.when)
    count = int(found.rows.sum())
    note = f"{count:,} of the newest sixth are an older row but for little, {nearly.said(found)}"
    yield gate(
        NEARLY, "decisions", nearly.METHOD, exact(min(share, 1.0), len(found.rows)), FEW, note
    )


def names(seen: Seen) -> Iterator[Evidence]:
    """Text of another value in every other row, and whole numbers that only count rows.

    Whole numbers that may have been given out to tell rows apart are asked about.
    """
    rows = len(seen.when)
    for name, values in seen.inputs.items():
        if isinstance(values, Text):
            share = len(np.unique(values.codes[values.codes >= 0])) / rows
            note = f"{name} has a value of its own in most rows: a name, and no description"
            yield gate(f"{NAMES}: {name}", name, "count", exact(share, rows), HALF, note)
        elif values.dtype.kind in "iu" and _counts(values, seen.when):
            note = f"{name} only counts rows: it is the time of decision again"
            full = Estimate(1.0, 1.0, 1.0, rows)
            yield gate(f"{NAMES}: {name}", name, "count", full, HALF, note)
        elif _given_out(values):
            note = f"{name} looks like a number given out: a name? Of a name nothing can be learnt"
            own = exact(copied.distinct(values) / rows, rows)
            asked = gate(f"{NAMES}: {name}", name, "count", own, HALF, note)
            yield msgspec.structs.replace(asked, verdict=Verdict.UNSURE)


def groups(task: Task, contract: Contract, seen: Seen, *, seed: int) -> Iterator[Evidence]:
    """Whether whom a decision is about tells its label: then rows of one lie across every split."""
    measure, limit = TELLING[task]
    for name in named(contract):
        whom = seen.beside[name]
        if copied.distinct(whom) * 2 > len(seen.when):
            return
        part = Measure(telling(task, whom, seen.outcome, seen.fold), (seen.day,))
        told = bootstrap.intervals([part], seed=seed, repeats=200)[0].estimate
        found = settled(told, task, seen)
        note = (
            f"who it is tells {contract.data.label.column} by itself: rows of one {name} lie on"
            " both sides of the split, and nothing is known of a new one"
        )
        method = f"{measure} of the entity alone, out of fold in time"
        yield gate(f"{CLAUSE}: {name} across the split", name, method, found, limit, note)


def _counts(values: Numbers, when: Codes) -> bool:
    if copied.distinct(values) < len(values):
        return False
    one, two = ranks(values.astype(np.float64)), ranks(when.astype(np.float64))
    return bool(abs(np.corrcoef(one, two)[0, 1]) >= COUNTER)


def _given_out(values: Numbers) -> bool:
    """Whole numbers, next to none twice, spread evenly over a range of many more."""
    known = values[np.isfinite(values)].astype(np.float64)
    if copied.distinct(known) < OWN * len(known) or (known != np.round(known)).any():
        return False
    width = float(np.ptp(known)) if len(known) else 0.0
    if width < ROOM * len(known):
        return False
    even = np.arange(len(known)) / len(known)
    return bool(np.abs((np.sort(known) - known.min()) / width - even).max() <= EVEN)


def _scaled(count: int, rows: int, part: float) -> Estimate:
    """Of a part of all rows a copy is in with its original only so often as the part is large.

    Exact where all rows were looked at.
    """
    if part == 1:
        return exact(count / rows, rows)
    found = clopper_pearson(count, rows)
    value, low, high = (min(one / part, 1.0) for one in (found.value, found.low, found.high))
    return Estimate(value, low, high, rows)
