"""Every metric of a contract, estimated; held against what drawn labels come to."""

from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from mainstay.contract.metrics import MEASURES
from mainstay.contract.objective import Value
from mainstay.core import digest
from mainstay.core.nouns import Estimate
from mainstay.stats import chances
from mainstay.stats.chances import Chances, Known
from mainstay.trainer import estimates, measures
from mainstay.trainer.estimates import Unlabelled

ROWS = 6000
VALUE = Value(
    currency="USD", true_positive=40, false_positive=-12, false_negative=-5, per_unit_over=-3,
    per_unit_under=-1, per_1000_predictions=-0.5,
    matrix={
        "a": {"a": 9, "b": -1, "c": -2}, "b": {"a": -3, "b": 5, "c": -4},
        "c": {"a": -20, "b": 0, "c": 7},
    },
)  # fmt: skip


def contract(task: str) -> SimpleNamespace:
    return SimpleNamespace(objective=SimpleNamespace(task=task, value=VALUE, amounts=()))


def by_row(task: str) -> SimpleNamespace:
    """Money hangs on the row."""
    return SimpleNamespace(objective=SimpleNamespace(task=task, value=VALUE, amounts=("amount",)))


def world(task: str, seed: int) -> tuple[np.ndarray, Unlabelled]:
    """Labels, and rows with scores that are too sure of themselves."""
    random = np.random.default_rng(seed)
    features, day = random.normal(size=(ROWS, 2)), np.arange(ROWS) // 200
    if task == "regression":
        label = features[:, 0] + random.normal(size=ROWS) * (1 + (features[:, 1] > 0))
        return label, Unlabelled(features[:, 0], features[:, 0], features[:, 1], day, features)
    if task == "multiclass":
        true = random.dirichlet([1, 1, 1], ROWS)
        label = (true.cumsum(axis=1) < random.random((ROWS, 1))).sum(axis=1).astype(float)
        score = true**2 / (true**2).sum(axis=1, keepdims=True)
        decided = score.argmax(axis=1).astype(float)
        return label, Unlabelled(score, decided, np.zeros(ROWS), day, features)
    score, true = (1 / (1 + np.exp(-times * features[:, 0])) for times in (2, 1))
    label, decided = (random.random(ROWS) < true).astype(float), (score > 0.4).astype(float)
    return label, Unlabelled(score, decided, (features[:, 1] > 0).astype(float), day, features)


def learned(task: str) -> Chances:
    label, rows = world(task, 0)
    known = Known(label, rows.score, rows.day, rows.features)
    return chances.of_numbers(known) if task == "regression" else chances.of_classes(known)


def beside_labels(label: np.ndarray, rows: Unlabelled) -> SimpleNamespace:
    return SimpleNamespace(
        label=label, score=rows.score, decided=rows.decided, ruled=rows.ruled, payoffs=rows.payoffs
    )


CASES = [(name, task) for name, one in MEASURES.items() for task in one.tasks]


@pytest.mark.parametrize(("metric", "task"), CASES)
def test_every_metric_is_estimated_as_its_labels_show_it(metric: str, task: str) -> None:
    stated, found = contract(task), learned(task)
    label, rows = world(task, 1)
    beside = beside_labels(label, rows)
    statistic, unit = measures.statistic(metric, beside, stated)

    guess = estimates.guess(metric, rows, stated, found)

    real, estimate = statistic(np.ones(ROWS)), guess.estimate
    assert estimate.low < real < estimate.high
    assert estimate.high - estimate.low < 0.25 * max(abs(real), 0.3)
    assert (estimate.n, estimate.unit) == (ROWS, unit)
    assert msgspec.json.decode(digest.canonical(estimate), type=Estimate) == estimate


@pytest.mark.parametrize(("metric", "task"), CASES)
def test_labels_surprise_on_average_by_what_the_estimate_was_off(metric: str, task: str) -> None:
    stated, found = contract(task), learned(task)
    label, rows = world(task, 1)

    guess = estimates.guess(metric, rows, stated, found)
    surprise = estimates.surprises(guess, rows, label, found)

    assert abs(surprise.mean()) < 0.05
    assert 0.5 < surprise.std() < 1.5


@pytest.mark.parametrize(("metric", "task"), CASES)
def test_labels_are_bet_as_they_count_and_in_their_own_deviation(metric: str, task: str) -> None:
    stated, found = contract(task), learned(task)
    label, rows = world(task, 1)
    guess = estimates.guess(metric, rows, stated, found)

    held = estimates.held(guess, rows, label, found)

    surprise, terms = held.surprise, held.terms
    assert np.array_equal(surprise[:, 0], estimates.surprises(guess, rows, label, found))
    assert (surprise.max(axis=0) <= terms.gain + 1e-9).all()
    assert (np.abs(surprise.mean(axis=0)) < terms.allowed).all()
    assert 0.5 < surprise[:, 1].std() < 1.5
    assert terms.allowed[1] >= terms.allowed[0] * 0.99
    assert (terms.share >= 0).all()


@pytest.mark.parametrize(
    ("metric", "task"), [("roc_auc", "binary"), ("log_loss", "multiclass"), ("mae", "regression")]
)
def test_worse_is_negative_whichever_side_is_better(metric: str, task: str) -> None:
    stated, found = contract(task), learned(task)
    label, rows = world(task, 1)
    wrong = np.random.default_rng(2).permutation(label)

    guess = estimates.guess(metric, rows, stated, found)

    assert estimates.surprises(guess, rows, wrong, found).mean() < -0.1


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_money_that_hangs_on_the_row_is_estimated_too(task: str) -> None:
    stated, found = by_row(task), learned(task)
    label, plain = world(task, 1)
    amount = 1 + 4 * (plain.features[:, 1] > 0)  # more is at stake in some rows than in others
    kinds = (40, -12, 0, -5) if task == "binary" else (-3, -1)
    rows = plain._replace(payoffs=amount[:, None] * np.array(kinds, dtype=np.float64))
    statistic, unit = measures.statistic("value_per_1000", beside_labels(label, rows), stated)

    guess = estimates.guess("value_per_1000", rows, stated, found)

    real, estimate = statistic(np.ones(ROWS)), guess.estimate
    assert estimate.low < real < estimate.high
    assert (estimate.high - estimate.low) < 0.3 * abs(real)
    assert unit == "USD"
    assert rows.of(np.array([3])).payoffs.tolist() == [rows.payoffs[3].tolist()]


def test_some_of_the_rows_are_rows_again() -> None:
    _, rows = world("binary", 0)

    some = rows.of(np.array([3, 5]))

    assert some.features.tolist() == rows.features[[3, 5]].tolist()
    assert some.score.tolist() == rows.score[[3, 5]].tolist()
