"""What outcomes are like, learned from rows with labels."""

import msgspec
import numpy as np
import pytest

from mainstay.stats import chances
from mainstay.stats.chances import Chances, Known

DAYS, PER_DAY = 30, 200


def binary(seed: int, group: float = 0.0) -> Known:
    random = np.random.default_rng(seed)
    day = np.repeat(np.arange(DAYS), PER_DAY)
    features = random.normal(size=(len(day), 3))
    score = 1 / (1 + np.exp(-features[:, 0]))
    true = 1 / (1 + np.exp(0.5 - 2 * features[:, 0] - group * (features[:, 1] > 0)))
    return Known((random.random(len(day)) < true).astype(float), score, day, features)


def test_a_score_is_turned_into_what_happens_at_it() -> None:
    known, other = binary(0), binary(1)

    found = chances.of_classes(known)
    said = chances.chances(found, other.score, other.features)

    assert said.sum(axis=1) == pytest.approx(np.ones(len(said)))
    for low, high in ((0.0, 0.3), (0.3, 0.6), (0.6, 1.0)):
        inside = (other.score >= low) & (other.score < high)
        assert said[inside, 1].mean() == pytest.approx(other.label[inside].mean(), abs=0.05)


def test_features_are_used_only_where_they_help() -> None:
    plain, grouped = chances.of_classes(binary(0)), chances.of_classes(binary(0, group=1.5))

    assert plain.trees == ()
    assert grouped.trees != ()


def test_what_was_missed_is_kept_by_day_and_cell() -> None:
    known = binary(0)

    found = chances.of_classes(known)

    missed = found.missed
    assert missed.shape == (DAYS, chances.CELLS, 3)
    assert missed[:, :, -1].sum(axis=1).tolist() == [PER_DAY] * DAYS
    assert missed[:, :, 0] == pytest.approx(-missed[:, :, 1])
    said = chances.chances(found, known.score, known.features)[:, 1]
    first = known.day == 0
    assert missed[0, :, 1].sum() == pytest.approx((known.label - said)[first].sum(), abs=5)


def test_it_travels_as_json() -> None:
    for found in (chances.of_classes(binary(0, group=1.5)), numbers()[1]):
        assert msgspec.json.decode(msgspec.json.encode(found), type=Chances) == found


def test_few_days_are_cut_into_stretches_and_many_are_joined() -> None:
    known = binary(0)

    one = chances.of_classes(known._replace(day=np.zeros(len(known.day), dtype=int)))
    many = chances.of_classes(known._replace(day=np.arange(len(known.day)) // 10))

    assert one.days == chances.FEWEST_DAYS
    assert many.days <= chances.MOST_DAYS


def test_several_classes_each_have_a_rising_function() -> None:
    random = np.random.default_rng(4)
    true = random.dirichlet([1, 1, 1], 6000)
    label = (true.cumsum(axis=1) < random.random((6000, 1))).sum(axis=1).astype(float)
    score = true**2 / (true**2).sum(axis=1, keepdims=True)

    found = chances.of_classes(Known(label, score, np.arange(6000) // 200))
    said = chances.chances(found, score)

    top = score.argmax(axis=1)
    sure = said[np.arange(6000), top]
    assert len(found.rising) == found.outcomes + 1 == 4
    assert sure.mean() == pytest.approx((label == top).mean(), abs=0.01)
    assert np.abs(said - true).mean() < np.abs(score - true).mean() / 2


def numbers() -> tuple[Known, Chances]:
    """Errors are three times as wide where a feature is positive."""
    random = np.random.default_rng(5)
    features = random.normal(size=(6000, 2))
    wide = np.where(features[:, 0] > 0, 3.0, 1.0)
    known = Known(
        label=features[:, 1] + wide * random.normal(size=6000),
        score=features[:, 1],
        day=np.arange(6000) // 200,
        features=features,
    )
    return known, chances.of_numbers(known)


def test_residuals_are_as_wide_as_features_tell() -> None:
    known, found = numbers()
    first, size, squared = chances.residuals(found, known.score, known.features)

    error, wide = np.abs(known.label - known.score), known.features[:, 0] > 0
    for inside in (wide, ~wide):
        assert size[inside].mean() == pytest.approx(error[inside].mean(), rel=0.06)
        assert squared[inside].mean() == pytest.approx((error[inside] ** 2).mean(), rel=0.12)
    assert abs(first.mean()) < 0.1


def test_a_label_of_a_number_is_the_slot_it_lies_in() -> None:
    known, found = numbers()

    slot = chances.slot(found, known.score, known.label, known.features)

    share = np.bincount(slot, minlength=chances.SLOTS) / len(slot)
    assert share == pytest.approx(np.full(chances.SLOTS, 1 / chances.SLOTS), abs=0.03)


def test_a_prediction_that_is_always_right_has_no_residual() -> None:
    known, _ = numbers()

    found = chances.of_numbers(known._replace(label=known.score))

    assert not chances.residuals(found, known.score, known.features)[1].any()


def test_what_was_learned_without_features_takes_no_notice_of_them() -> None:
    known, _ = numbers()

    found = chances.of_numbers(known._replace(features=None))

    beside = chances.residuals(found, known.score, known.features)
    assert np.array_equal(beside, chances.residuals(found, known.score))
