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
