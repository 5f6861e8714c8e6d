import numpy as np
import pytest

from mainstay.stats import blockwise, calibration, metrics, value
from mainstay.stats.blockwise import Among, Mixed, Summed

ROWS = 600
GENERATOR = np.random.default_rng(3)
LABEL = GENERATOR.integers(0, 2, ROWS)
SCORE = np.round(GENERATOR.random(ROWS), 2)
SAID = {
    "score": SCORE,
    "decision": (SCORE > 0.4).astype(int),
    "prediction": LABEL + GENERATOR.normal(0, 1, ROWS),
}
STATISTICS = {
    **{name: one.prepared(LABEL, SAID[one.takes]) for name, one in metrics.METRICS.items()},
    "calibration": calibration.expected_error(LABEL, SCORE),
    "curve": value.by_threshold(LABEL, SCORE, value.Matrix(3, -1, 0, -2), np.array([0.2, 0.7])),
    "difference": Mixed((1, metrics.roc_auc(LABEL, SCORE)), (-0.5, metrics.mean(SCORE))),
    "among": Among(metrics.roc_auc(LABEL[::2], SCORE[::2]), np.arange(0, ROWS, 2)),
    "any": lambda weight: float(weight @ SCORE),
}


@pytest.mark.parametrize("blocks", [1, 9, 140, 590], ids=str)
@pytest.mark.parametrize("name", STATISTICS)
def test_the_shorter_way_comes_to_what_weights_of_rows_come_to(name, blocks):
    codes = np.random.default_rng(blocks).integers(0, blocks, ROWS)
    times = np.random.default_rng(1).integers(0, 3, (5, blocks))
    statistic = STATISTICS[name]

    found = blockwise.over(statistic, codes, blocks)(times)

    expected = [np.atleast_1d(statistic(one[codes].astype(float))) for one in times]
    assert found == pytest.approx(np.array(expected), rel=1e-9, nan_ok=True)


def test_bins_without_rows_keep_their_place():
    statistic = Summed(lambda total: total[:, :, 0], [np.ones(3)], bins=(np.array([0, 2, 2]), 4))

    assert statistic(np.array([1.0, 2.0, 3.0])).tolist() == [1, 0, 5, 0]


def test_squares_are_sums_of_squared_weights():
    ones = np.ones(2)
    statistic = Summed(lambda total: total[:, 0, 1], [ones], squared=[ones])

    assert statistic(np.array([2.0, 3.0])) == 13


def test_nothing_below_is_undefined():
    assert np.isnan(blockwise.divided(1.0, 0.0))
    assert blockwise.divided(np.array([1.0]), np.array([4.0])).tolist() == [0.25]
