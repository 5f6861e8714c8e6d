"""Estimates without labels against what the labels said, beside nannyml's own package.

On the tables that nannyml brings along and on the example's flights, in chunks of 5,000: the error
of Mainstay's estimate, of nannyml's, and of assuming what held in the reference. Both are timed in
turn on the same rows, fit and estimates, CPU seconds, from scores alone; what features add is in
the error. Then labels arrive one by one, from a world as it was and from one that is planted to be
10 points worse, and the audit has to tell them apart.
"""

import math
import statistics
import tempfile
import time
from argparse import Namespace
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from bench.estimating import audits, flights, tables
from bench.estimating.peer import Peer
from bench.estimating.tables import METRICS, Case, Table
from bench.form import Report, options, progress
from bench.servers.process import NotReady
from mainstay.core.nouns import Estimate

CHUNK, LOSS = 5000, 0.1
PLANTED = ("estimate", "audit")
"""Estimates off by LOSS; an audit of what promises LOSS too much, in a world that stays."""
AUDITED = ("employment", "car_loan")
"""Whose analysis rows turn out as those of the reference did."""
Values = dict[str, list[float]]


class Errors(NamedTuple):
    """Mean absolute errors of one metric in one case, and the share of chunks in the interval."""

    ours: float
    plain: float
    constant: float
    theirs: float | None
    covered: float


def main() -> int:
    """Measure, print; 1 where estimates are worse than the constant or the audit is fooled."""
    parser = options("estimate", __doc__)
    parser.add_argument("--streams", type=int, default=1000, help="of labels, per world")
    parser.add_argument("--data", type=Path, help="a folder of flights.parquet and weather.parquet")
    parser.add_argument("--plant", choices=PLANTED, help="an error that the bench has to find")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.repeat, chosen.streams = 1, min(chosen.streams, 100)
    report = Report("estimate", chosen.out)
    with tempfile.TemporaryDirectory(prefix="bench-estimate-") as name:
        return _told(report, chosen, Path(name))


def _told(report: Report, chosen: Namespace, folder: Path) -> int:
    peer = None if chosen.quick else _peer(report)
    try:
        cases = _cases(peer, chosen, folder)
        off = LOSS if chosen.plant == "estimate" else 0.0
        every = [one for case in cases for one in _case(report, case, peer, off)]
        speed = [one for case in cases for one in _speed(report, chosen, case, peer)]
    finally:
        if peer:
            peer.end()
    labels, false = _audits(report, chosen, cases)
    theirs = [one.theirs for one in every if one.theirs is not None]
    summary = {
        "mae": _mean([one.ours for one in every]),
        "mae_plain": _mean([one.plain for one in every]),
        "mae_constant": _mean([one.constant for one in every]),
        "mae_nannyml": _mean(theirs) if theirs else None,
        "covered": _mean([one.covered for one in every]),
        "speed_ratio": statistics.median(speed) if speed else None,
        "audit_labels_median": labels,
        "audit_false": false,
    }
    report.summary(summary)
    good = summary["mae"] < summary["mae_constant"] and labels is not None and false == 0
    return 0 if good else 1


def _peer(report: Report) -> Peer | None:
    try:
        return Peer()
    except NotReady as error:
        report.failure({"peer": "nannyml"}, str(error))
        return None


def _cases(peer: Peer | None, chosen: Namespace, folder: Path) -> list[Case]:
    """Without nannyml only the flights are left: the other tables are its own."""
    tasks = {}
    if peer:
        progress("nannyml gives its tables away")
        tasks = peer.asked(do="export", folder=str(folder), seed=chosen.seed)
    progress("a model of the flights")
    tasks["flights"] = flights.written(folder, chosen.data)
    return [
        Case(
            name,
            str(task),
            folder / f"{name}_reference.parquet",
            folder / f"{name}_analysis.parquet",
        )
        for name, task in tasks.items()
    ]


# ---- errors ---------------------------------------------------------------------------------


def _case(report: Report, case: Case, peer: Peer | None, off: float) -> list[Errors]:
    """Every metric; those that lie in [0, 1] are handed back for the summary.

    off: what is added to every estimate, to see that it shows.
    """
    progress(f"{case.name}: errors")
    first, later = tables.read(case.reference), tables.read(case.analysis)
    stated = tables.contract(case.task)
    found = {}
    for features in (True, False):
        chances = tables.learned(first, case.task, features=features)
        said = tables.estimated(chances, later, stated, CHUNK)[0]
        found[features] = {
            name: [_moved(one, off) for one in every] for name, every in said.items()
        }
    theirs = _theirs(case, peer, report)[0]
    made = []
    for name in METRICS[case.task]:
        errors = _errors(name, first, later, (found[True][name], found[False][name]), theirs)
        _figures(report, {"data": case.name, "metric": name}, errors)
        made.append(errors)
    return [] if case.task == "regression" else made


def _errors(
    name: str,
    first: Table,
    later: Table,
    ours: tuple[list[Estimate], list[Estimate]],
    theirs: Values,
) -> Errors:
    real = [tables.realised(name, one) for one in tables.chunks(later, CHUNK)]
    constant = tables.realised(name, first)
    inside = [one.low <= true <= one.high for one, true in zip(ours[0], real, strict=True)]
    return Errors(
        ours=_off([one.value for one in ours[0]], real),
        plain=_off([one.value for one in ours[1]], real),
        constant=_off([constant] * len(real), real),
        theirs=_off(theirs[name], real) if name in theirs else None,
        covered=_mean([float(one) for one in inside]),
    )


def _theirs(case: Case, peer: Peer | None, report: Report) -> tuple[Values, float | None]:
    """Values by metric and CPU seconds; nothing where nannyml cannot."""
    if peer is None:
        return {}, None
    try:
        said = peer.asked(
            do="estimate", reference=str(case.reference), analysis=str(case.analysis),
            task=case.task, chunk=CHUNK,
        )  # fmt: skip
    except NotReady as error:
        report.failure({"data": case.name, "peer": "nannyml"}, str(error))
        return {}, None
    return said["values"], said["seconds"]  # type: ignore[return-value]  # as the peer writes them


def _figures(report: Report, case: dict[str, str], errors: Errors) -> None:
    named = {"": errors.ours, "_plain": errors.plain, "_constant": errors.constant}
    if errors.theirs is not None:
        named["_nannyml"] = errors.theirs
    for name, value in named.items():
        report.figure(case, f"mae{name}", [value], "")
    report.figure(case, "covered", [errors.covered], "share")


# ---- speed ----------------------------------------------------------------------------------


def _speed(report: Report, chosen: Namespace, case: Case, peer: Peer | None) -> list[float]:
    """CPU seconds of theirs over ours, in turn; of scores alone, as theirs are."""
    if peer is None or case.task == "regression":
        return []
    first, later = tables.read(case.reference), tables.read(case.analysis)
    stated, ours, theirs = tables.contract(case.task), [], []
    for turn in range(chosen.repeat):
        progress(f"{case.name}: speed, turn {turn + 1}")
        began = time.process_time()
        tables.estimated(tables.learned(first, case.task, features=False), later, stated, CHUNK)
        ours.append(time.process_time() - began)
        seconds = _theirs(case, peer, report)[1]
        if seconds is None:
            return []
        theirs.append(seconds)
    named = {"data": case.name}
    report.figure(named, "seconds", ours, "s")
    report.figure(named, "seconds_nannyml", theirs, "s")
    ratios = [one / other for one, other in zip(theirs, ours, strict=True)]
    return [report.figure(named, "speed_ratio", ratios, "x").value]


# ---- audit ----------------------------------------------------------------------------------


def _audits(report: Report, chosen: Namespace, cases: list[Case]) -> tuple[float | None, int]:
    """Labels until the planted loss is found, the largest median; false alarms in all worlds."""
    medians, false = [], 0
    for case in (one for one in cases if one.name in AUDITED or chosen.quick):
        progress(f"{case.name}: labels arrive")
        random = np.random.default_rng([chosen.seed, 1])
        first, later = tables.read(case.reference), tables.read(case.analysis)
        if chosen.plant == "audit":
            first = audits.promising(first, LOSS, random)
        found, stated = tables.learned(first, case.task, features=True), tables.contract(case.task)
        still = audits.refuted(found, later, stated, chosen.streams, random)
        false += sum(map(math.isfinite, still))
        worse = audits.planted(later, LOSS, random)
        lost = audits.accuracy(later) - audits.accuracy(worse)
        labels = audits.refuted(found, worse, stated, chosen.streams, random)
        named = {"data": case.name, "streams": chosen.streams}
        report.figure(named, "loss", [lost], "")
        report.figure(named, "audit_missed", [float(sum(map(math.isinf, labels)))], "streams")
        report.figure(named, "audit_false", [float(sum(map(math.isfinite, still)))], "streams")
        medians.append(statistics.median(labels))
        if all(map(math.isfinite, labels)):
            report.figure(named, "audit_labels", labels, "labels")
    found_all = medians and all(map(math.isfinite, medians))
    return (max(medians) if found_all else None), false


def _moved(one: Estimate, off: float) -> Estimate:
    return msgspec.structs.replace(
        one, value=one.value + off, low=one.low + off, high=one.high + off
    )


def _off(said: list[float], real: list[float]) -> float:
    return float(np.mean(np.abs(np.subtract(said, real))))


def _mean(values: list[float]) -> float:
    return float(np.mean(values))


if __name__ == "__main__":
    raise SystemExit(main())
