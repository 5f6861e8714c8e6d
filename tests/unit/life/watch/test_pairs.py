"""The same rows by several versions, as they are kept."""

from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from mainstay.contract.sources import Decisions
from mainstay.core.columns import Text
from mainstay.core.nouns import Window
from mainstay.life.watch import pairs
from mainstay.life.watch.pairs import Paired, Said
from mainstay.trainer.scored import Scored

CLAUSE = Decisions.model_validate({"from": "x", "key": "visit", "time": "at", "entity": "patient"})
WINDOW = Window(datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 3, 2, tzinfo=UTC))
DAY = 86_400_000_000


def stretch(
    names: tuple[str, ...],
    *,
    previous: bool = True,
    classes: int = 0,
    payoffs: np.ndarray | None = None,
) -> Paired:
    """Three visits of two patients, one of them without a name, on two days."""
    score = np.array([0.1, 0.2, 0.3]) if not classes else np.full((3, classes), 1 / classes)
    codes = np.arange(3, dtype=np.int32)
    rows = Scored(
        label=np.array([0.0, 1.0, 1.0]),
        score=score,
        decided=np.zeros(3),
        ruled=np.ones(3),
        day=codes,
        entity=codes,
        columns={
            "visit": Text(codes, names),
            "at": np.array([0, 1, DAY]),
            "patient": Text(np.array([0, -1, 0], dtype=np.int32), ("ana",)),
        },
        seen={},
        payoffs=payoffs,
    )
    said = (Said(score, np.zeros(3)), Said(score + 1, np.ones(3)), Said(score + 2, np.ones(3)))
    names_ = ("v2", "v1" if previous else "")
    return pairs.paired(WINDOW, names_, rows, said[: 3 if previous else 2], CLAUSE)


def test_stretches_are_pooled_row_by_row() -> None:
    rows = pairs.pooled((stretch(("a", "b", "c")), stretch(("d", "e", "f"))))

    assert len(rows.label) == 6
    np.testing.assert_allclose(rows.fresh.score - rows.live.score, 1)
    assert rows.previous is not None
    np.testing.assert_allclose(rows.previous.score - rows.live.score, 2)
    np.testing.assert_array_equal(rows.fresh.decided, 1)
    np.testing.assert_array_equal(rows.day, [0, 0, 1, 0, 0, 1])


def test_money_that_hangs_on_the_row_is_kept_beside_it() -> None:
    money = np.arange(12.0).reshape(3, 4)

    rows = pairs.pooled((stretch(("a", "b", "c"), payoffs=money),))

    assert rows.payoffs is not None
    np.testing.assert_array_equal(rows.payoffs, money)
    np.testing.assert_allclose(rows.fresh.score - rows.live.score, 1)
    assert rows.by(rows.live).payoffs is rows.payoffs
    assert pairs.pooled((stretch(("a", "b", "c")),)).payoffs is None


def test_an_entity_is_the_same_in_every_stretch_and_a_missing_one_is_its_key() -> None:
    rows = pairs.pooled((stretch(("a", "b", "c")), stretch(("d", "e", "f"))))

    assert rows.entity[0] == rows.entity[2] == rows.entity[3] == rows.entity[5]
    assert len({rows.entity[0], rows.entity[1], rows.entity[4]}) == 3


def test_without_a_previous_version_in_every_stretch_there_is_none() -> None:
    mixed = pairs.pooled((stretch(("a", "b", "c")), stretch(("d", "e", "f"), previous=False)))

    assert mixed.previous is None
    assert len(mixed.label) == 6


@pytest.mark.parametrize("previous", [True, False])
def test_scores_of_several_classes_keep_their_shape(*, previous: bool) -> None:
    rows = pairs.pooled((stretch(("a", "b", "c"), previous=previous, classes=3),))

    assert rows.live.score.shape == rows.fresh.score.shape == (3, 3)
    np.testing.assert_allclose(rows.by(rows.fresh).score, 4 / 3)


def test_a_stretch_survives_json() -> None:
    one = stretch(("a", "b", "c"))

    assert msgspec.json.decode(msgspec.json.encode(one), type=Paired) == one
