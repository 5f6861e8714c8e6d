from collections.abc import Callable

import ibis.expr.types as ir
import numpy as np
import pytest

from mainstay.contract.model import Contract
from mainstay.life.assess import stakes
from mainstay.life.assess.baselines import Judged, forward
from mainstay.life.assess.seen import Seen
from mainstay.life.assess.stakes import AGAINST, BEST, NOTHING, RULE, Stakes

Look = Callable[..., Seen]
Promise = Callable[..., Contract]
VALUE = "true_positive: 50, false_positive: -20"


@pytest.fixture
def judged(visits: ir.Table, look: Look, contract: Promise) -> Judged:
    found = forward(contract(), look(visits, "age"))
    assert found is not None
    return found


def test_sides_are_what_acting_changes(contract: Promise) -> None:
    gain, loss = stakes.sides(
        contract({VALUE: "true_positive: 50, false_negative: -10, false_positive: -20"}), None, 3
    )

    assert gain.tolist() == [60] * 3
    assert loss.tolist() == [20] * 3


def test_rows_that_acting_never_or_always_suits_are_no_matter_of_a_score(
    judged: Judged, contract: Promise
) -> None:
    rows = len(judged.label)
    kinds = np.tile(
        [[50.0, -20.0, 0.0, 0.0], [-5.0, -20.0, 0.0, 0.0], [5.0, 3.0, 0.0, 0.0]], (rows, 1)
    )
    found = stakes.of(contract(), judged._replace(payoffs=kinds[:rows]))

    assert found is not None
    assert (found.gain[1::3] == 0).all()
    assert (found.gain[2::3] == 0).all()
    assert (found.left[1::3] == 0).all()
    assert found.left[2::3].tolist() == np.where(judged.label[2::3] == 1, 5.0, 3.0).tolist()


def test_a_row_to_act_on_only_for_a_no_ends_it(judged: Judged, contract: Promise) -> None:
    kinds = np.tile([50.0, -20.0, 0.0, 0.0], (len(judged.label), 1))
    kinds[7] = [-50.0, 20.0, 0.0, 0.0]

    assert stakes.of(contract(), judged._replace(payoffs=kinds)) is None


def test_better_scores_earn_more_and_need_no_more(judged: Judged, contract: Promise) -> None:
    found = stakes.of(contract(), judged)
    assert isinstance(found, Stakes)

    weak, strong = (stakes.earned(found, auc, 1, "EUR") for auc in (0.6, 0.9))
    assert all(weak[rival].value < strong[rival].value for rival in AGAINST)
    assert stakes.needed(found, 0.0, 1).value < stakes.needed(found, 2000.0, 1).value


def test_the_best_rival_is_one_of_those_it_is_told_apart_from(
    judged: Judged, contract: Promise
) -> None:
    found = stakes.of(contract({VALUE: "true_positive: 50, false_positive: -50"}), judged)
    assert found is not None
    made = stakes.earned(found, 0.7, 1, "EUR")

    assert made[BEST] in (made[RULE], made[NOTHING])
    assert made[BEST].value == min(made[RULE].value, made[NOTHING].value)
