"""What is assumed of a model without a past."""

import numpy as np
import pytest

from mainstay.stats.forecasts import library
from mainstay.stats.forecasts.library import Library, Residual, Series, Source

LIBRARY = Library(
    (Source("a", "here", "CC0 1.0"), Source("b", "there", "CC BY 4.0")),
    (
        Series("a", "trees", ((0.0, -0.1, -0.2), (0.0, -9.0, 0.1))),
        Series("b", "linear", ((0.1, 0.2),) * 40),
    ),
    tuple(Residual("a", "trees", 0.1, 0.06, float(off)) for off in range(1, 11)),
)


def test_a_data_set_that_is_left_out_leaves_no_trace():
    rest = library.without(LIBRARY, "a")

    assert {one.data for one in (*rest.sources, *rest.series, *rest.residuals)} == {"b"}


def test_paths_are_as_long_as_asked_for_and_of_one_series_not_too_many():
    assert library.reference(LIBRARY, 2).shape == (2 + library.MOST, 2)
    assert library.reference(LIBRARY, 3).tolist() == [[0.0, -0.1, -0.2], [0.0, -4.0, 0.1]]
    assert library.reference(LIBRARY, 4).shape == (0, 4)


def test_intervals_are_widened_until_80_percent_of_others_fit():
    assert library.calibration(LIBRARY).widening == pytest.approx(np.quantile(range(1, 11), 0.8))
    assert library.calibration(library.without(LIBRARY, "a")) == (1, 1)


def residuals(*pairs):
    some = tuple(Residual(data, "trees", 0.1, gain, 1.0) for data, gain in pairs)
    return Library((), (), some)


def test_gains_are_damped_by_what_came_of_them_elsewhere_as_far_as_that_is_known():
    one, many = residuals(("a", 0.05)), residuals(*((str(at), 0.05) for at in range(100)))

    assert library.damping(one) == pytest.approx((0.5 + 4) / 5)
    assert library.damping(many) == pytest.approx((50 + 4) / 104)


def test_gains_are_never_made_larger_and_a_loss_elsewhere_is_no_gain_here():
    assert library.damping(residuals(("a", 0.5))) == 1
    assert library.damping(residuals(("a", -0.5))) == pytest.approx(4 / 5)


def test_without_a_gain_that_was_expected_nothing_is_damped():
    assert library.damping(Library((), (), (Residual("a", "trees", 0.0, 0.1, 1.0),))) == 1


def test_the_shipped_one_holds_only_what_may_be_shipped():
    shipped = library.shipped()

    licences = {one.data: one.licence for one in shipped.sources}
    assert set(licences.values()) <= {"CC0 1.0", "public domain", "CC BY 4.0"}
    assert {one.data for one in (*shipped.series, *shipped.residuals)} <= set(licences)


def test_the_shipped_one_is_small_and_of_several_data_sets():
    shipped = library.shipped()

    assert len({one.data for one in shipped.series}) >= 6
    assert 1 < library.calibration(shipped).widening < 5
    assert 0.5 < library.calibration(shipped).damping <= 1
    assert len(library.reference(shipped, 4)) >= 100
