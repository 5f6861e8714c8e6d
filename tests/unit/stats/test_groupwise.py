"""Many groups at once, each with its error."""

import numpy as np
import pytest

from mainstay.stats import bootstrap, calibration, groupwise, metrics
from mainstay.stats.candidates import Cut

DAYS, ROWS = 40, 4000


def world(seed: int = 0) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, ...], Cut]:
    random = np.random.default_rng(seed)
    day, entity = np.arange(ROWS) * DAYS // ROWS, random.integers(0, 400, ROWS)
    score = random.normal(size=ROWS) + random.normal(0, 0.5, DAYS)[day]
    label = (random.random(ROWS) < 1 / (1 + np.exp(-score))).astype(np.float64)
    return label, score, (day, entity), Cut(random.integers(0, 4, ROWS), ("a", "b", "c", "d"))


@pytest.mark.parametrize("metric", ["roc_auc", "brier", "rmse"])
def test_a_group_has_the_value_of_its_rows_and_about_the_interval_of_the_bootstrap(metric) -> None:
    label, score, blocks, cut = world()
    said = 1 / (1 + np.exp(-score))

    whole = groupwise.whole(metrics.METRICS[metric].prepared(label, said), blocks)
    known, found = groupwise.groups(whole, cut, 500)

    far = groupwise.reach(whole, found, 1.96)
    assert known.tolist() == [0, 1, 2, 3]
    for code in range(4):
        some = np.flatnonzero(cut.codes == code)
        statistic = metrics.METRICS[metric].prepared(label[some], said[some])
        drawn = bootstrap.estimate(statistic, tuple(one[some] for one in blocks), seed=1)
        assert found.value[code] == pytest.approx(drawn.value)
        assert far[code] == pytest.approx((drawn.high - drawn.low) / 2, rel=0.25)


def test_what_is_told_from_all_rows_is_surer_where_days_move_all() -> None:
    random = np.random.default_rng(1)
    day = np.arange(ROWS) * DAYS // ROWS
    values = random.normal(0, 2, DAYS)[day] + random.normal(size=ROWS)
    whole = groupwise.whole(metrics.mean(values), (day,))

    _, found = groupwise.groups(whole, Cut(np.arange(ROWS) % 2, ("even", "odd")), 500)

    alone = groupwise.reach(whole, found, 1.96)
    assert (groupwise.reach(whole, found, 1.96, apart=True) < alone / 5).all()


def test_few_rows_few_days_and_no_value_are_not_judged() -> None:
    label, score, (day, entity), cut = world()
    whole = groupwise.whole(metrics.roc_auc(label, score), (day, entity))
    early = Cut(np.where(day < 5, 0, 1), ("5 days", "rest"))
    same = Cut(np.where(label == 1, 0, 1), ("positive", "negative"))

    assert groupwise.groups(whole, cut, 2000)[0].tolist() == []
    assert groupwise.groups(whole, early, 100)[0].tolist() == [1]
    assert groupwise.groups(whole, same, 100)[0].tolist() == []


def test_a_group_that_is_wrong_in_every_row_has_an_interval() -> None:
    """Its rows are alike, its days tell nothing."""
    wrong = (np.arange(ROWS) % 10 == 0).astype(np.float64)
    whole = groupwise.whole(metrics.mean(wrong), (np.arange(ROWS) * DAYS // ROWS,))

    _, found = groupwise.groups(whole, Cut(np.where(wrong == 1, 0, 1), ("all", "none")), 100)

    assert (groupwise.reach(whole, found, 3.0) > 0).all()


def test_a_statistic_that_cannot_tell_is_refused() -> None:
    label, score, blocks, _ = world()

    with pytest.raises(ValueError, match="what a row adds"):
        groupwise.whole(calibration.expected_error(label, 1 / (1 + np.exp(-score))), blocks)
