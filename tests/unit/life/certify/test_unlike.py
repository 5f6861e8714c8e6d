"""How far held-out rows are other rows."""

from collections.abc import Callable

import numpy as np
import pytest

from mainstay.contract.generalising import Generalises
from mainstay.core.columns import Text
from mainstay.core.nouns import Verdict
from mainstay.life.certify import unlike
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.held_out import HeldOut
from mainstay.life.certify.learned_rows import LearnedRows

Held = Callable[..., HeldOut]


def rows(held: HeldOut, wait: float = 0.0, few: float = 0.1) -> LearnedRows:
    """Training rows whose `wait` is lower by so much, and of which so many are of kind few."""
    random = np.random.default_rng(4)
    count = len(held.label)
    kind = Text((random.random(count) >= few).astype(np.int32), ("few", "many"))
    columns = {"kind": kind, "wait": random.normal(-wait, 1, count)}
    return LearnedRows(held, held, columns, np.zeros((count, 2)), count)


def limited(asked: Asked, told: float) -> Asked:
    stated = asked.contract.certify.model_copy(update={"generalises": Generalises(told=told)})
    return asked._replace(contract=asked.contract.model_copy(update={"certify": stated}))


def test_columns_that_moved_are_named_with_how_far(asked: Asked) -> None:
    found = unlike.told(asked, rows(asked.held, wait=1.0, few=0.4))

    assert found.strength.low > 0.6
    assert found.differs[0].startswith("wait ")
    assert "(mean +1." in found.differs[0] or "(mean +0.9" in found.differs[0]
    assert "few 40% -> 10%" in found.differs[1] or "many 60% -> 90%" in found.differs[1]


def test_training_rows_like_held_out_ones_count_more(asked: Asked) -> None:
    learned = rows(asked.held, wait=1.0)

    found = unlike.told(asked, learned)

    assert np.corrcoef(found.weight, learned.columns["wait"])[0, 1] > 0.5
    assert found.weight.mean() == pytest.approx(1)


def test_a_limit_makes_a_gate_of_it(asked: Asked) -> None:
    learned = rows(asked.held, wait=1.0)
    found = unlike.told(asked, learned)

    assert unlike.evidence(asked, learned, found).verdict is None
    assert unlike.evidence(limited(asked, 0.6), learned, found).verdict is Verdict.FAIL
    assert unlike.evidence(limited(asked, 0.95), learned, found).verdict is Verdict.PASS
