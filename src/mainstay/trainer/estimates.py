"""A metric of a contract on rows whose labels nobody knows, from the chances of each outcome."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mainstay.contract.metrics import MEASURES, VALUE
from mainstay.contract.model import Contract
from mainstay.core.nouns import Estimate
from mainstay.stats import bootstrap, calibration, chances, expected, unlabelled, value
from mainstay.stats.audit import Terms, tolerance
from mainstay.stats.blocks import Blocks, Floats
from mainstay.stats.chances import Chances
from mainstay.stats.expected import EPSILON, Expected
from mainstay.stats.unlabelled import Error
from mainstay.trainer.measures import kinds, worth
from mainstay.trainer.payoffs import by_class


class Unlabelled(NamedTuple):
    """Rows as a version answered them, without labels.

    score: (rows,) or (rows, classes); decided, ruled: by the model and by the baseline; day: block
    of each row; features: the model's inputs, (rows, inputs); payoffs: see trainer.payoffs.
    """

    score: Floats
    decided: Floats
    ruled: Floats
    day: Blocks
    features: Floats
    payoffs: Floats | None = None

    def of(self, places: Blocks | slice) -> "Unlabelled":
        """The same on some of the rows."""
        return Unlabelled(
            score=self.score[places],
            decided=self.decided[places],
            ruled=self.ruled[places],
            day=self.day[places],
            features=self.features[places],
            payoffs=None if self.payoffs is None else self.payoffs[places],
        )


class Likely(NamedTuple):
    """Of each row: the chance of each outcome, (rows, outcomes), and its cell."""

    chance: Floats
    cell: Blocks


class Guess(NamedTuple):
    """A metric as expected, and all that a label needs to be held against it."""

    metric: str
    chance: Floats
    cell: Blocks
    expected: Expected
    error: Error
    estimate: Estimate

    @property
    def spread(self) -> float:
        """Standard deviation of what one row adds; 0 where nothing is open."""
        return float(np.sqrt(self.error.row))


class Held(NamedTuple):
    """Labels against an estimate, as they are bet: stats.audit says what is in each column.

    surprise: (rows, 2).
    """

    surprise: Floats
    terms: Terms


def likely(rows: Unlabelled, learned: Chances) -> Likely:
    """The same for every metric of these rows."""
    return Likely(
        chances.chances(learned, rows.score, rows.features),
        chances.cells(learned, rows.score, rows.features),
    )


def guess(
    metric: str,
    rows: Unlabelled,
    contract: Contract,
    learned: Chances,
    known: Likely | None = None,
) -> Guess:
    """With the interval that holds what the labels of these rows will show; money per 1,000.

    known: `likely` of these rows, where it was asked for already.
    """
    chance, cell = known or likely(rows, learned)
    found, unit = _expected(metric, rows, contract, learned, chance)
    error = unlabelled.error(learned, cell, chance, found.influence)
    estimate = unlabelled.estimate(found, error, rows.day, learned.days, unit=unit)
    reach = MEASURES[metric]  # type: ignore[index]  # a metric's name
    return Guess(
        metric, chance, cell, found, error, bootstrap.within(estimate, reach.low, reach.high)
    )


def surprises(found: Guess, rows: Unlabelled, label: Floats, learned: Chances) -> Floats:
    """What labels add beyond what was expected, in standard deviations; worse is negative.

    label: of every row; only where it is known does the answer mean anything.
    """
    outcome: Blocks = label.astype(np.int64)
    if learned.slots:
        outcome = chances.slot(learned, rows.score, label, rows.features)
    off = unlabelled.surprises(found.expected, found.chance, np.maximum(outcome, 0))
    return np.asarray(_sign(found.metric) * off / found.spread)


def held(found: Guess, rows: Unlabelled, label: Floats, learned: Chances) -> Held:
    """What labels say beyond what was expected, and by how much they may; some outcome is open.

    label: of every row; only where it is known does the answer mean anything.
    """
    influence = _sign(found.metric) * found.expected.influence
    middle = np.einsum("ij,ij->i", found.chance, influence)
    sure = unlabelled.sureness(expected.variance(found.chance, influence))
    most = (influence.max(axis=1) - middle) / found.spread
    weighed = found.expected.influence * sure[:, None]
    own = unlabelled.error(learned, found.cell, found.chance, weighed)
    both = (found.error, 1.0), (own, float(sure.mean()))
    terms = Terms(
        gain=np.array([most.max(), (most * sure).max()]),
        allowed=np.array(
            [tolerance(one.learned / one.row, learned.days, even) for one, even in both]
        ),
        share=np.array([one.day / one.row for one, _ in both]),
    )
    surprise = surprises(found, rows, label, learned)
    return Held(np.column_stack([surprise, surprise * sure]), terms)


def _sign(metric: str) -> int:
    better = MEASURES[metric].better  # type: ignore[index]  # a metric's name
    return 1 if better == "more" else -1


def _expected(
    metric: str, rows: Unlabelled, contract: Contract, learned: Chances, chance: Floats
) -> tuple[Expected, str]:
    stated = contract.objective
    if metric in VALUE:
        money = _money(metric, rows, contract, learned)
        return expected.mean(chance, money), _currency(contract)
    if stated.task == "regression":
        slots = chances.residuals(learned, rows.score, rows.features)
        return _NUMBERS[metric](chance, rows.score, slots), ""
    known = _CLASSES if stated.task == "multiclass" else _BINARY
    return known[metric](chance, rows), ""


def _money(metric: str, rows: Unlabelled, contract: Contract, learned: Chances) -> Floats:
    """Of each row by its outcome, shape (rows, outcomes)."""
    stated = contract.objective.value

    def earned(decided: Floats) -> Floats:
        if contract.objective.task == "regression":
            return _by_slot(decided, rows, contract, learned)
        return _by_outcome(decided, rows, contract)

    made = earned(rows.decided)
    if metric == "value_over_baseline_per_1000":
        made = made - earned(rows.ruled)
    return 1000 * made + (stated.per_1000_predictions if stated else 0.0)


def _by_outcome(decided: Floats, rows: Unlabelled, contract: Contract) -> Floats:
    """Money of each row if the outcome is no, and if it is yes; of several, by class."""
    if contract.objective.task == "multiclass":
        matrix = np.array(by_class(contract))
        return np.asarray(matrix[:, decided.astype(np.int64)].T)
    by_label = [
        value.per_row(np.full(len(decided), yes), decided, worth(contract, rows.payoffs))
        for yes in (0.0, 1.0)
    ]
    return np.column_stack(by_label)


def _by_slot(decided: Floats, rows: Unlabelled, contract: Contract, learned: Chances) -> Floats:
    """Money of each row if its residual is the mean of each slot."""
    label = rows.score[:, None] + chances.residuals(learned, rows.score, rows.features)[0]
    over, under = (np.reshape(one, (-1, 1)) for one in kinds(contract, rows.payoffs))
    return value.missed(label, decided[:, None], over, under)


def _currency(contract: Contract) -> str:
    return contract.objective.value.currency if contract.objective.value else ""


# ---- by outcome: no and yes -----------------------------------------------------------------


def _accuracy(chance: Floats, rows: Unlabelled) -> Expected:
    outcomes = np.arange(chance.shape[1])
    return expected.mean(chance, (rows.decided[:, None] == outcomes).astype(np.float64))


def _log_loss(chance: Floats, rows: Unlabelled) -> Expected:
    score = rows.score
    given = score if score.ndim == 2 else np.column_stack([1 - score, score])
    return expected.mean(chance, -np.log(np.clip(given, EPSILON, 1 - EPSILON)))


def _brier(chance: Floats, rows: Unlabelled) -> Expected:
    return expected.mean(chance, np.square(np.column_stack([rows.score, 1 - rows.score])))


def _precision(chance: Floats, rows: Unlabelled) -> Expected:
    return expected.ratio(chance, _hits(rows), np.column_stack([rows.decided] * 2))


def _recall(chance: Floats, rows: Unlabelled) -> Expected:
    return expected.ratio(chance, _hits(rows), _positive(rows))


def _f1(chance: Floats, rows: Unlabelled) -> Expected:
    return expected.ratio(chance, _hits(rows), (_positive(rows) + rows.decided[:, None]) / 2)


def _hits(rows: Unlabelled) -> Floats:
    return np.column_stack([np.zeros(len(rows.decided)), rows.decided])


def _positive(rows: Unlabelled) -> Floats:
    return np.tile([0.0, 1.0], (len(rows.decided), 1))


def _calibration(chance: Floats, rows: Unlabelled) -> Expected:
    return expected.calibration_error(chance, rows.score, calibration.binned(rows.score)[0])


def _calibration_of_classes(chance: Floats, rows: Unlabelled) -> Expected:
    """Of the likeliest class being right."""
    top, best = rows.score.argmax(axis=1), rows.score.max(axis=1)
    right = chance[np.arange(len(top)), top]
    place = calibration.binned(best)[0]
    found = expected.calibration_error(np.column_stack([1 - right, right]), best, place)
    chosen = np.eye(chance.shape[1])[top]
    return Expected(found.value, chosen * found.influence[:, 1:])


_BINARY: dict[str, Callable[[Floats, Unlabelled], Expected]] = {
    "roc_auc": lambda chance, rows: expected.roc_auc(chance, rows.score),
    "average_precision": lambda chance, rows: expected.average_precision(chance, rows.score),
    "log_loss": _log_loss,
    "brier": _brier,
    "accuracy": _accuracy,
    "precision": _precision,
    "recall": _recall,
    "f1": _f1,
    "calibration_error": _calibration,
}
_CLASSES: dict[str, Callable[[Floats, Unlabelled], Expected]] = {
    "log_loss": _log_loss,
    "accuracy": _accuracy,
    "calibration_error": _calibration_of_classes,
}

# ---- by outcome: slots of the residual ------------------------------------------------------


def _r2(chance: Floats, said: Floats, slots: tuple[Floats, Floats, Floats]) -> Expected:
    first, _, second = slots
    squares = np.square(said)[:, None] + 2 * said[:, None] * first + second
    return expected.explained(chance, second, said[:, None] + first, squares)


_NUMBERS: dict[str, Callable[[Floats, Floats, tuple[Floats, Floats, Floats]], Expected]] = {
    "mae": lambda chance, _, slots: expected.mean(chance, slots[1]),
    "rmse": lambda chance, _, slots: expected.root(chance, slots[2]),
    "r2": _r2,
}
