"""A canary that is as good is kept, however often one looks; one that is worse is dropped."""

import numpy as np
import pytest

from mainstay.stats import excess
from mainstay.stats.excess import Arm

GROUPS, LOOKS, BUDGET = 64, 40, 0.01
LIMIT = 0.01


def looked(seed: int, *, worse: float = 0.0, heavy: bool = False) -> int | None:
    """The look at which a canary with a tenth of the entities is dropped, None where it never is.

    Entities differ: how many rows they send, and how often theirs fail.
    """
    random = np.random.default_rng(seed)
    weights = [random.pareto(1.2 if heavy else 3.0, (GROUPS, each)) + 0.1 for each in (90, 10)]
    rates = [random.beta(0.2, 6.0, (GROUPS, each)) for each in (90, 10)]
    rows = np.zeros((2, GROUPS))
    hits = np.zeros((2, GROUPS))
    for look in range(LOOKS):
        for arm, extra in ((0, 0.0), (1, worse)):
            n = random.poisson(weights[arm])
            rows[arm] += n.sum(axis=1)
            hits[arm] += random.binomial(n, np.minimum(rates[arm] + extra, 1.0)).sum(axis=1)
        other, canary = (Arm(rows[arm].tolist(), hits[arm].tolist()) for arm in (0, 1))
        if excess.excess(canary, other, excess.spent(BUDGET, look)).low > LIMIT:
            return look
    return None


@pytest.mark.parametrize("heavy", [False, True])
def test_a_canary_as_good_is_dropped_more_seldom_than_promised(heavy: bool) -> None:  # noqa: FBT001 - a parameter of the test
    dropped = sum(looked(seed, heavy=heavy) is not None for seed in range(200))

    assert dropped <= 2  # 1 % of 200


def test_a_canary_that_fails_more_often_is_dropped() -> None:
    found = [looked(seed, worse=0.3) for seed in range(20)]

    assert None not in found
