"""What ages share comes from the template, what each age says stays."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mainstay.stats.forecasts.dependence import reordered

DRAWS = arrays.arrays(float, (7, 4), elements=st.floats(-5, 5))


@given(DRAWS, DRAWS)
def test_every_age_keeps_its_values(draws, template):
    assert np.array_equal(np.sort(reordered(draws, template), axis=0), np.sort(draws, axis=0))


def test_noise_takes_the_shape_of_the_template():
    random = np.random.default_rng(0)
    levels = np.repeat(random.normal(size=(300, 1)), 6, axis=1)

    shaped = reordered(random.normal(size=(300, 6)), levels)

    assert np.corrcoef(shaped[:, 0], shaped[:, 5])[0, 1] > 0.95
