"""What columns hold, in little."""

import numpy as np
import pytest

from mainstay.stats import fingerprints
from mainstay.stats.fingerprints import LEAST, SAME


def numbers(seed: int, rows: int = 5_000) -> np.ndarray:
    return np.random.default_rng(seed).gamma(2.0, 300.0, rows)


def of(values: np.ndarray) -> fingerprints.Quantiles:
    made = fingerprints.of_numbers(values)
    assert made is not None
    return made


def sketch(first: int, last: int) -> fingerprints.Sketch:
    made = fingerprints.of_texts(f"t{at}" for at in range(first, last))
    assert made is not None
    return made


def test_two_draws_of_one_column_are_the_same() -> None:
    assert fingerprints.apart(of(numbers(1)), of(numbers(2))) < SAME
    assert fingerprints.conversion(of(numbers(1)), of(numbers(2))) is None


@pytest.mark.parametrize("factor", [1.609344, 1 / 1.609344, 100, 0.1])
def test_another_unit_is_named(factor: float) -> None:
    known = fingerprints.conversion(of(numbers(1)), of(numbers(2) * factor))

    assert known is not None
    assert known.factor == pytest.approx(factor, rel=0.05)


def test_an_unknown_factor_is_another_content() -> None:
    assert fingerprints.conversion(of(numbers(1)), of(numbers(2) * 1.45 + 3)) is None
    assert fingerprints.apart(of(numbers(1)), of(numbers(2) * 1.45 + 3)) > SAME


def test_nothing_has_no_fingerprint() -> None:
    assert fingerprints.of_numbers(np.array([np.nan, np.inf])) is None
    assert fingerprints.of_texts([]) is None


def test_one_number_alone_is_itself_and_no_other() -> None:
    one, other = of(np.ones(9)), of(np.full(9, 2.0))

    assert fingerprints.apart(one, one) == 0
    assert fingerprints.apart(one, other) == np.inf


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [((0, 50), (0, 50), 1.0), ((0, 50), (50, 90), 0.0), ((0, 40), (30, 200), 0.25)],
)
def test_of_few_texts_the_share_is_exact(first, second, share) -> None:
    one, other = sketch(*first), sketch(*second)

    assert fingerprints.shared(one, other) == pytest.approx(share)
    assert fingerprints.shared(other, one) == pytest.approx(share)


def test_of_many_texts_it_is_close() -> None:
    one, other = sketch(0, 20_000), sketch(5_000, 40_000)

    assert len(one.least) == LEAST
    assert fingerprints.shared(one, other) == pytest.approx(0.75, abs=0.1)


def moments(seed: int, spread: int, by: int = 0) -> fingerprints.Moments:
    made = fingerprints.of_moments(
        np.random.default_rng(seed).choice(spread, 2_000, replace=False).astype(np.int64) + by
    )
    assert made is not None
    return made


@pytest.mark.parametrize("by", [5 * 3600, -5 * 3600 - 1800, 86_400, -7 * 86_400])
def test_the_shift_between_moments_is_found(by: int) -> None:
    found = fingerprints.shift(moments(1, 10**7), moments(1, 10**7, by))

    assert found is not None
    assert (found.seconds, found.share) == (by, 1.0)
    assert found.before < 0.1


def test_other_moments_and_the_same_ones_are_no_shift() -> None:
    assert fingerprints.shift(moments(1, 10**7), moments(2, 10**7)) is None
    assert fingerprints.shift(moments(1, 10**7), moments(1, 10**7)) is None


def test_hours_without_a_gap_tell_no_shift() -> None:
    hours = fingerprints.of_moments(np.arange(2_000, dtype=np.int64) * 3600)
    later = fingerprints.of_moments(np.arange(2_000, dtype=np.int64) * 3600 + 1800)
    assert hours is not None
    assert later is not None

    assert fingerprints.shift(hours, later) is None


def test_no_moment_is_no_fingerprint_and_few_tell_no_shift() -> None:
    few = fingerprints.of_moments(np.arange(50, dtype=np.int64) ** 2)
    assert few is not None

    assert fingerprints.of_moments(np.zeros(0, dtype=np.int64)) is None
    assert fingerprints.shift(few, fingerprints.Moments(50, few.newest + 3600)) is None
