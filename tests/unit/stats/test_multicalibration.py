"""Chances corrected by what features tell."""

import numpy as np

from mainstay.stats import multicalibration

ROWS = 6000


def world(seed: int, group: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features, labels, chances that know nothing of a group, and the true ones."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(ROWS, 4))
    features[random.random((ROWS, 4)) < 0.1] = np.nan
    margin = np.nan_to_num(features[:, 0])
    said = 1 / (1 + np.exp(-margin))
    true = 1 / (1 + np.exp(-(margin + group * (features[:, 2] > 0.5))))
    return features, (random.random(ROWS) < true).astype(float), said, true


def test_a_group_that_chances_are_wrong_of_is_found_and_corrected() -> None:
    features, label, said, _ = world(0, 1.5)
    other, _, wrong, true = world(1, 1.5)

    found = multicalibration.trees(features, label, said)
    better = multicalibration.corrected(found, other, wrong)

    inside = other[:, 2] > 0.5
    assert abs(better[inside].mean() - true[inside].mean()) < 0.06
    assert abs(wrong[inside].mean() - true[inside].mean()) > 0.15
    assert np.abs(better - true).mean() < np.abs(wrong - true).mean() / 2


def test_too_few_rows_teach_nothing() -> None:
    features, label, said, _ = world(0, 1.5)

    found = multicalibration.trees(features[:60], label[:60], said[:60])

    assert found == ()
    assert multicalibration.corrected(found, features, said) is said


def test_missing_values_are_a_group_of_their_own() -> None:
    random = np.random.default_rng(2)
    features = np.where(random.random((ROWS, 1)) < 0.3, np.nan, random.normal(size=(ROWS, 1)))
    missing = np.isnan(features[:, 0])
    label = (random.random(ROWS) < np.where(missing, 0.8, 0.4)).astype(float)
    said = np.full(ROWS, 0.52)

    found = multicalibration.corrected(
        multicalibration.trees(features, label, said), features, said
    )

    assert abs(found[missing].mean() - 0.8) < 0.03


def test_sizes_follow_what_features_tell_of_them() -> None:
    random = np.random.default_rng(3)
    features = random.normal(size=(ROWS, 2))
    size = np.abs(random.normal(size=ROWS)) * np.where(features[:, 1] > 0, 3.0, 1.0)

    found = multicalibration.sized(multicalibration.sizes(features, size), features)

    wide = features[:, 1] > 0
    assert 2.7 < found[wide].mean() / found[~wide].mean() < 3.3
