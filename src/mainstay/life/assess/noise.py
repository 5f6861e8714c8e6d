"""How wrong labels may be: what the surest rows show, and rows alike whose labels are not."""

from collections.abc import Iterator

import numpy as np
import scipy

from mainstay.contract.metrics import Task
from mainstay.core.columns import Text
from mainstay.core.nouns import Evidence
from mainstay.life.assess.alone import Codes, Floats, told
from mainstay.life.assess.findings import finding
from mainstay.life.assess.seen import Seen
from mainstay.stats import bootstrap, mislabelled
from mainstay.stats.blocks import sums
from mainstay.stats.copies import alike
from mainstay.stats.metrics import ratio

WRONG, DISAGREE = "wrong labels", "labels that disagree"
ROWS = 20_000
SUREST = "rate among the surest rows, by inputs out of fold in time; at most, 95 % over days"
PAIRS = "pairs of rows alike in every input; block bootstrap over groups, 95 %"
EDGE = 1e-3  # of probabilities that are multiplied


def noise(task: Task, label: str, seen: Seen, *, seed: int) -> Iterator[Evidence]:
    """Bounds for a yes or no; for classes, too, how often rows alike disagree."""
    if task == "binary" and seen.inputs:
        yield from _bounded(label, seen)
    if task != "regression":
        yield from disagreeing(label, seen, seed=seed)


def _bounded(label: str, seen: Seen) -> Iterator[Evidence]:
    step = max(1, len(seen.when) // ROWS)
    outcome, day = seen.outcome[0][::step], seen.day[::step]
    score = likeliness(seen, step)
    sides = (("no told as yes", outcome, score), ("yes told as no", 1 - outcome, -score))
    for said, side, ordered in sides:
        found = mislabelled.at_most(side, ordered, day)
        if found is not None:
            note = f"at most {found.high:.1%}; how many are, only labels given twice would tell"
            yield finding(f"{WRONG}: {said}", label, SUREST, found, note)


def likeliness(seen: Seen, step: int) -> Floats:
    """Log odds of a yes by each input alone, added; on every `step`-th row. Only its order counts.

    Inputs that say the same are counted twice, which spoils no order by much.
    """
    outcome, fold = seen.outcome[0][::step], seen.fold[::step]
    mean = float(outcome.mean())
    total = np.zeros(len(outcome))
    for values in seen.inputs.values():
        part = (
            Text(values.codes[::step], values.levels)
            if isinstance(values, Text)
            else values[::step]
        )
        share = np.clip(mean + told(part, outcome, fold), EDGE, 1 - EDGE)
        total += scipy.special.logit(share)
    return total


def disagreeing(label: str, seen: Seen, *, seed: int) -> Iterator[Evidence]:
    """Of pairs of rows alike in every input; what they would disagree by chance is said beside."""
    group = alike(tuple(seen.inputs.values()))
    values = seen.label.codes if isinstance(seen.label, Text) else np.asarray(seen.label)
    kind = np.unique(values, return_inverse=True)[1]
    pairs, apart = _pairs(group, kind)
    held = pairs > 0
    if int(held.sum()) < bootstrap.FEWEST_BLOCKS:
        return
    groups = np.arange(int(held.sum()))
    found = bootstrap.estimate(ratio(apart[held], pairs[held]), (groups,), seed=seed)
    shares = np.bincount(kind) / len(kind)
    note = f"{pairs.sum():,.0f} pairs; {1 - (shares**2).sum():.1%} of any two rows disagree"
    yield finding(DISAGREE, label, PAIRS, bootstrap.within(found, 0.0, 1.0), note)


def _pairs(group: Codes, kind: Codes) -> tuple[Floats, Floats]:
    """Of each group, how many pairs of rows there are, and how many of them differ in kind."""
    size = int(group.max()) + 1
    rows = np.bincount(group, minlength=size).astype(np.float64)
    each = np.unique(group * (int(kind.max()) + 1) + kind, return_counts=True)
    same = each[1] * (each[1] - 1) / 2
    of = each[0] // (int(kind.max()) + 1)
    pairs = rows * (rows - 1) / 2
    return pairs, pairs - sums(of, same.astype(np.float64), size)
