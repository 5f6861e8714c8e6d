import math
from typing import get_args

import pytest

from mainstay.contract.metrics import MEASURES, VALUE, Metric
from mainstay.stats.metrics import METRICS


def test_every_metric_that_can_be_named_has_a_range():
    assert set(MEASURES) == set(get_args(Metric))
    assert set(VALUE) < set(MEASURES)


@pytest.mark.parametrize("name", METRICS)
def test_ranges_and_tasks_are_those_of_the_arithmetic(name):
    known, computed = MEASURES[name], METRICS[name]

    assert (known.low, known.high) == (computed.low, computed.high)
    assert known.tasks == computed.tasks


def test_what_is_not_plain_arithmetic_is_calibration_and_money():
    assert MEASURES.keys() - METRICS.keys() == {"calibration_error", *VALUE}


def test_a_range_is_shown_with_round_brackets_where_it_never_ends():
    assert MEASURES["roc_auc"].range == "[0, 1]"
    assert MEASURES["rmse"].range == "[0, inf)"
    assert math.isinf(MEASURES["value_per_1000"].low)
