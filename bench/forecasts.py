"""How long a model lasts, when to retrain it, what more records bring: forecasts against what came.

Any folder of Parquet tables with `ts` and `y` will do; without one, made-up tables. Every table is
cut into periods by one rule, two models are trained on sliding windows, and each forecast is made
as of many moments, knowing nothing later and nothing of its own table in the reference library.
Shelf life is held against "no change + noise", retraining against calendars, a threshold, never,
UPF and CARA, learning curves against the last value and against what chance leaves. Ratios are of
means over series, or of data sets where intervals are told: origins overlap and the two models
share their data.
"""

import tempfile
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.forecasting import curves, lasting, made, matrices, renewing, tables
from bench.forecasting.matrices import Series
from bench.forecasting.models import MODELS
from bench.forecasting.tables import Table, Unusable
from bench.form import Case, Report, options, progress
from mainstay.stats.forecasts import backtest, library, outlook
from mainstay.stats.forecasts.library import Calibration, Library

PARTS = ("shelf", "retrain", "learning")
ASKED: Mapping[str, tuple[float, float]] = {
    "coverage80": (0.75, 0.90), "worst_decile": (0.65, 1.0), "crps_ratio": (0.0, 0.97),
    "regret_ratio": (0.0, 0.85), "learning_error_ratio": (0.0, 0.62),
    "learning_coverage80": (0.72, 0.88),
}  # fmt: skip
KEYS = (
    "coverage80", "worst_decile", "crps_ratio", "brier_ratio", "regret_ratio",
    "learning_error_ratio", "learning_error_ratio_known", "learning_coverage80", "series",
)  # fmt: skip
WORTH = 0.004
"""A goal is asked about where the error really fell by so much from half to all records."""
DRAWS, QUICK = 12, 2
"""Of a learning curve. By six, the ratio to the last value was 0.52 to 0.76 by seed; in a quick
run the fewest of which one can be told by the other.
"""
Found = dict[str, "float | int | None"]
Regrets = list[tuple[str, float]]
"""Of one policy: data set and regret per period, in shares of skill, one for each series."""


class Lasted(NamedTuple):
    """Means over the origins of one series."""

    series: Series
    origins: int
    ours: lasting.Score
    plain: lasting.Score


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print; 1 where what is asked is not met. A quick run asks only for figures."""
    chosen = stated(arguments)
    report = Report("forecasts", chosen.out)
    with tempfile.TemporaryDirectory(prefix="bench-forecasts-") as place:
        if chosen.data is None:
            chosen.data = Path(place)
            made.folder(chosen.data, chosen.seed)
        summary = measured(report, chosen)
    summary = {name: _finite(value) for name, value in summary.items()}
    report.summary(summary)
    broken = short(summary, chosen)
    for line in broken:
        progress(line)
    return int(bool(broken))


def stated(arguments: Sequence[str] | None) -> Namespace:
    parser = options("forecasts", __doc__)
    parser.add_argument("--data", type=Path, help="a folder of Parquet tables with ts and y")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, by commas")
    parser.add_argument("--cache", type=Path, help="a folder that keeps what was fitted")
    chosen = parser.parse_args(arguments)
    chosen.parts = chosen.only.split(",")
    unknown = [name for name in chosen.parts if name not in PARTS]
    if unknown:
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return chosen


def measured(report: Report, chosen: Namespace) -> Found:
    """Every part that was asked for, of every table that can be read."""
    read = list(_read(report, chosen.data))
    found: Found = dict.fromkeys(KEYS)
    found["series"] = len(read) * len(MODELS)
    if {"shelf", "retrain"} & set(chosen.parts):
        every = list(_series(report, read, chosen))
        found["series"] = len(every)
        if "shelf" in chosen.parts:
            found |= shelf(report, every, chosen.seed)
        if "retrain" in chosen.parts:
            found |= retrain(report, every, chosen.seed)
    if "learning" in chosen.parts:
        found |= learning(report, read, chosen)
    return found


def short(summary: Found, chosen: Namespace) -> list[str]:
    """What was measured and is not as asked, or was asked for and not measured."""
    if chosen.quick:
        return [] if summary["series"] else ["no series"]
    named = ((name, summary[name], low, high) for name, (low, high) in ASKED.items())
    return [
        f"{name} is {value:.3f}, asked is {low:g} to {high:g}"
        for name, value, low, high in named
        if value is not None and not low <= value <= high
    ]


def _read(report: Report, folder: Path) -> Iterator[Table]:
    for path in tables.paths(folder):
        try:
            yield tables.read(path)
        except Unusable as error:
            report.failure({"data": path.stem}, str(error))


def _series(report: Report, read: list[Table], chosen: Namespace) -> Iterator[Series]:
    for table in read:
        for model in MODELS:
            try:
                yield matrices.series(table, model, seed=chosen.seed, kept=chosen.cache)
            except Unusable as error:
                report.failure({"data": table.name, "model": model}, str(error))


# ---- how long it lasts ----------------------------------------------------------------------


def shelf(report: Report, every: list[Series], seed: int) -> Found:
    """Coverage, and the ratios to "no change + noise", of all origins of all series."""
    shipped, lasted, calibration = library.shipped(), list[Lasted](), list[lasting.Judged]()
    for one in every:
        progress(f"{one.data}, {one.model}: shelf lives")
        reference = _elsewhere(shipped, one)
        some = list(lasting.judged(one, reference, seed=seed))
        if some:
            calibration += some
            lasted.append(Lasted(one, len(some), _mean(some, "ours"), _mean(some, "plain")))
            _lasted(report, lasted[-1], some)
    if not lasted:
        return {}
    _chances(report, calibration)
    _against(report, lasted)
    covered = [one.ours.coverage for one in lasted]
    return {
        "coverage80": float(np.mean(covered)),
        "worst_decile": float(np.quantile(covered, 0.1)),
        "crps_ratio": _ratio([one.ours.crps for one in lasted], [one.plain.crps for one in lasted]),
        "brier_ratio": _ratio(
            [one.ours.brier for one in lasted], [one.plain.brier for one in lasted]
        ),
    }


def _elsewhere(shipped: Library, one: Series) -> np.ndarray:
    """Reference paths of other data sets."""
    others = library.without(shipped, one.data)
    return library.reference(others, backtest.horizon(one.backtest))


def _mean(some: list[lasting.Judged], name: str) -> lasting.Score:
    return lasting.Score(*np.nanmean([getattr(one, name) for one in some], axis=0).tolist())


def _lasted(report: Report, one: Lasted, some: list[lasting.Judged]) -> None:
    case = {
        "data": one.series.data, "model": one.series.model, "period": one.series.length,
        "periods": one.series.backtest.periods, "origins": one.origins,
    }  # fmt: skip
    for name, ours, plain in zip(lasting.Score._fields, one.ours, one.plain, strict=True):
        _figure(report, case, name, [ours])
        _figure(report, case, f"{name}_unchanged", [plain])
    before, after = np.nanmean([each.updated for each in some], axis=0)
    _figure(report, case, "update_ratio", [float(after / before)], "x")


def _against(report: Report, lasted: list[Lasted]) -> None:
    """Ratios by data set: what a data set more or less would change."""
    names = sorted({one.series.data for one in lasted})
    for field in ("mae", "crps", "brier"):
        by_data = [
            _ratio(
                [getattr(one.ours, field) for one in lasted if one.series.data == name],
                [getattr(one.plain, field) for one in lasted if one.series.data == name],
            )
            for name in names
        ]
        _figure(report, {"by": "data"}, f"{field}_ratio", by_data, "x")


def _chances(report: Report, some: list[lasting.Judged]) -> None:
    """How often a breach came that was told with about that chance."""
    said = np.concatenate([one.chances for one in some])
    came = np.concatenate([one.breached for one in some])
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        at = (said >= low) & (said < low + 0.2 + 1e-9 * (low == 0.8))
        if at.any():
            case = {"chance": round(float(said[at].mean()), 2), "forecasts": int(at.sum())}
            _figure(report, case, "breached", [float(came[at].mean())], "share")


# ---- when to retrain ------------------------------------------------------------------------


def retrain(report: Report, every: list[Series], seed: int) -> Found:
    """Regret of ours against that of the best fixed policy, means over series."""
    regrets: dict[str, Regrets] = {}
    for one in every:
        progress(f"{one.data}, {one.model}: retraining")
        some = list(renewing.judged(one, seed=seed))
        for name in some[0].regret if some else ():
            value = float(np.mean([each.regret[name] for each in some]))
            regrets.setdefault(name, []).append((one.data, value))
            case = {"data": one.data, "model": one.model, "policy": name}
            _figure(report, case, "regret", [100 * value], "% of skill")
    if not regrets:
        return {}
    means = {name: float(np.mean([one for _, one in pairs])) for name, pairs in regrets.items()}
    for name, pairs in regrets.items():
        case = {"policy": name, "series": len(pairs)}
        _figure(report, case, "regret_mean", [100 * means[name]], "% of skill")
        more = _more(regrets[renewing.OURS], pairs)
        _figure(report, {"by": "data", "policy": name}, "regret_more", more, "% of skill")
    fixed = min(means[name] for name in renewing.FIXED)
    return {"regret_ratio": means[renewing.OURS] / fixed}


def _more(ours: Regrets, others: Regrets) -> list[float]:
    """How much more regret another policy has than ours, by data set."""
    found: dict[str, list[float]] = {}
    for (name, value), (_, other) in zip(ours, others, strict=True):
        found.setdefault(name, []).append(100 * (other - value))
    return [float(np.mean(values)) for values in found.values()]


# ---- what more records bring ----------------------------------------------------------------


def learning(report: Report, read: list[Table], chosen: Namespace) -> Found:
    """Error of the forecast of 4 times the records against the last value, and its coverage."""
    judged = [one for table in read for one in _curves(report, table, chosen)]
    names = sorted({one.data for one in judged})
    if not judged:
        return {}
    shipped, ratios, chance, covered = library.shipped(), [], [], []
    for name in names:
        some = [one for one in judged if one.data == name]
        factor = _calibration(shipped, name).widening
        ours = [abs(one.middle - one.truth) / one.truth for one in some]
        last = [abs(one.last - one.truth) / one.truth for one in some]
        ratios.append(_ratio(ours, last))
        chance.append(_ratio(_known(some), last))
        covered.append(float(np.mean([one.off <= factor for one in some])))
        case = {"data": name, "curves": len(some)}
        _figure(report, case, "error", ours, "share")
        _figure(report, case, "error_last", last, "share")
        _figure(report, case, "coverage80", [covered[-1]], "share")
    _figure(report, {"by": "data"}, "learning_error_ratio", ratios, "x")
    _figure(report, {"by": "data"}, "learning_error_ratio_known", chance, "x")
    _needed(report, judged, shipped)
    return {
        "learning_error_ratio": _geometric(ratios),
        "learning_error_ratio_known": _geometric(chance),
        "learning_coverage80": float(np.mean(covered)),
    }


def _known(judged: Sequence[curves.Judged]) -> list[float]:
    """Errors of one who knows what other draws of the same records gained: what chance leaves.

    No forecast of a gain can be much better: the records held and those that the truth is measured
    on differ. NaN for a draw without another.
    """
    found = []
    for one in judged:
        others = [
            other.truth / other.last
            for other in judged
            if other.model == one.model and other is not one
        ]
        said = one.last * np.mean(others) if others else np.nan
        found.append(float(abs(said - one.truth) / one.truth))
    return found


def _geometric(ratios: Sequence[float]) -> float:
    return float(np.exp(np.mean(np.log(ratios))))


def _curves(report: Report, table: Table, chosen: Namespace) -> list[curves.Judged]:
    """Of both models; those that are told and not fitted are counted."""
    draws = QUICK if chosen.quick else DRAWS
    cases = [
        one
        for model in MODELS
        for one in curves.cases(table, model, seed=chosen.seed, kept=chosen.cache, draws=draws)
    ]
    told = sum(map(curves.ill, cases))
    case = {"data": table.name, "curves": len(cases)}
    _figure(report, case, "ill_behaved", [told], "curves")
    damping = _calibration(library.shipped(), table.name).damping
    found = [
        curves.judged(one, damping=damping, seed=chosen.seed)
        for one in cases
        if not curves.ill(one)
    ]
    return [one for one in found if one]


def _calibration(shipped: Library, data: str) -> Calibration:
    """By the learning curves of other data sets."""
    return library.calibration(library.without(shipped, data))


def _needed(report: Report, judged: list[curves.Judged], shipped: Library) -> None:
    """Records until an error that was really reached: told within a factor, and in the interval."""
    found = []
    for one in judged:
        factor = _calibration(shipped, one.data).widening
        for size, goal in zip(one.true_sizes, one.true_errors, strict=True):
            if goal < 0.99 * one.last and one.true_errors[0] - one.true_errors[-1] >= WORTH:
                said = outlook.needed_for(one.law, goal, widening=factor)
                far = abs(np.log2(said.value / size))
                found.append([far <= 1, far <= 2, said.low <= size <= said.high])
    names = ("needed_within_2", "needed_within_4", "needed_covered")
    for name, share in zip(names, np.mean(found, axis=0) if found else (), strict=False):
        _figure(report, {"goals": len(found)}, name, [float(share)], "share")


def _finite(value: float | None) -> float | None:
    """None for what is undefined: it was not measured."""
    return value if value is not None and np.isfinite(value) else None


def _figure(
    report: Report, case: Case, figure: str, values: Sequence[float], unit: str = ""
) -> None:
    """Of the values that are defined, where there are any."""
    known = [value for value in values if np.isfinite(value)]
    if known:
        report.figure(case, figure, known, unit)


def _ratio(ours: Sequence[float], others: Sequence[float]) -> float:
    return float(np.mean(ours) / np.mean(others))


if __name__ == "__main__":
    raise SystemExit(main())
