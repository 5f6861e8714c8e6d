"""Bad slices planted in made-up decisions: how many a search finds, how much it names is false.

Worlds of 30,000 decisions over 31 days with one to three bad slices of one or two columns, whose
loss is higher by 0.1: wrong decisions, log loss, ROC AUC, absolute error. A slice is found where
half of its rows or more are in slices that are named and true; a named slice is false where fewer
than half of its rows are in a bad one, although it may be worse than the rest. As many worlds have
no bad slice at all: there everything that is named is false.
"""

import statistics
import time
from argparse import Namespace
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bench.form import Report, options, progress
from bench.slicing.worlds import KINDS, Kind, World, world
from mainstay.contract.metrics import MEASURES
from mainstay.data.profile import Profile
from mainstay.life.certify import searched
from mainstay.stats import metrics, slicing
from mainstay.stats.slicing import Question, Slice

LEAST = 1000
ENOUGH_RECALL, MOST_FALSE = 0.8, 0.1


class Counts(NamedTuple):
    """Of one world: bad slices, those found, slices named, those false; CPU of the search."""

    bad: int
    found: int
    named: int
    false: int
    seconds: float


def main() -> int:
    """Measure, print; 1 where fewer are found or more are false than promised."""
    parser = options("slices", __doc__)
    parser.add_argument("--worlds", type=int, default=12, help="of each metric, per repeat")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.repeat, chosen.worlds = 1, min(chosen.worlds, 10)
    report = Report("slices", chosen.out)
    every = [one for kind in KINDS for one in _kind(report, chosen, kind)]
    summary = {
        "recall": _share([one.found for one in every], [one.bad for one in every]),
        "false_discoveries": _false(every),
        "cpu_seconds": statistics.median(one.seconds for one in every),
    }
    report.summary(summary)
    good = summary["recall"] >= ENOUGH_RECALL and summary["false_discoveries"] <= MOST_FALSE
    return 0 if good else 1


def _kind(report: Report, chosen: Namespace, kind: Kind) -> list[Counts]:
    """One metric: a figure for each repeat with bad slices, and for each without."""
    every: list[list[Counts]] = []
    for repeat in range(chosen.repeat):
        progress(f"{kind}: {chosen.worlds} worlds, repeat {repeat + 1} of {chosen.repeat}")
        seeds = [(chosen.seed, repeat, KINDS.index(kind), at) for at in range(chosen.worlds)]
        every.append([searched_in(kind, seed) for seed in seeds])
    case = {"metric": kind}
    recalls = [_share([one.found for one in some], [one.bad for one in some]) for some in every]
    report.figure(case, "recall", recalls, "share")
    report.figure(case, "false_discoveries", [_false(some) for some in every], "share")
    report.figure(case, "cpu_seconds", [one.seconds for some in every for one in some], "s")
    return [one for some in every for one in some]


def searched_in(kind: Kind, seed: Sequence[int]) -> Counts:
    """One world; every second one has nothing bad."""
    generator = np.random.default_rng(seed)
    made = world(kind, 0 if seed[-1] % 2 else 1 + seed[-1] // 2 % 3, generator)
    began = time.process_time()
    found = named(kind, made)
    seconds = time.process_time() - began
    inside = np.any(made.bad, axis=0) if made.bad else np.zeros(len(made.label), dtype=np.bool_)
    true = [one for one in found if (one.rows & inside).sum() >= 0.5 * one.rows.sum()]
    covered = np.any([one.rows for one in true], axis=0) if true else np.zeros_like(inside)
    hits = sum(bool((covered & bad).sum() >= 0.5 * bad.sum()) for bad in made.bad)
    return Counts(len(made.bad), hits, len(found), len(found) - len(true), seconds)


def named(kind: Kind, made: World) -> list[Slice]:
    """As certify names them, from the rows alone."""
    measure = metrics.METRICS[kind].prepared(made.label, made.said)
    worse = 1 if MEASURES[kind].side == "at_most" else -1
    question = Question(measure, made.blocks, worse, LEAST)
    search = slicing.searched(question, searched.columns(made.columns, Profile(0, ())))
    return slicing.named(search, lambda one: one.stands_out)


def _share(some: Sequence[int], of: Sequence[int]) -> float:
    return sum(some) / max(sum(of), 1)


def _false(some: Sequence[Counts]) -> float:
    """The share of what is named that is false, of one world, on average over all."""
    return statistics.mean(one.false / max(one.named, 1) for one in some)


if __name__ == "__main__":
    raise SystemExit(main())
