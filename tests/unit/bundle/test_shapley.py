"""Against every subset of features, each asked what the tree says where only they are known."""

from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pytest
from planted_forms import trees

from mainstay.bundle import shapley
from mainstay.bundle.form import Trees, table
from mainstay.bundle.shapley import Paths
from mainstay.core.errors import Unavailable

COVER = table(np.array([10.0, 6.0, 2.0, 4.0, 4.0]), "f8")
FEATURES = 4
SETS = ((0.0, 2.0), (1.0,))


def grown(seed: int, **members: Any) -> Trees:
    """Three trees of up to five levels, of which features come again on one way; one is a leaf."""
    draw = np.random.default_rng(seed)
    rows: list[list[float]] = []
    roots = []

    def node(depth: int, cover: float) -> int:
        place = len(rows)
        rows.append([-1, 0, 0, 0, 0, -1, draw.normal(), cover])
        if depth and cover > 3:
            feature = int(draw.integers(FEATURES))
            share = draw.uniform(0.1, 0.9)
            category = int(draw.integers(len(SETS))) if feature == 3 else -1
            left, right = node(depth - 1, share * cover), node(depth - 1, cover - share * cover)
            rows[place][:6] = [feature, draw.normal(), left, right, draw.integers(2), category]
        return place

    for depth in (5, 0, 4):
        roots.append(len(rows))
        node(depth, 100.0)
    columns = np.array(rows).T
    names = ("feature", "threshold", "left", "right", "missing_left", "category", "value", "cover")
    kinds = ("i4", "f8", "i4", "i4", "u1", "i4", "f8", "f8")
    made: dict[str, Any] = {
        name: table(column[:, None] if name == "value" else column, kind)  # type: ignore[arg-type]
        for name, column, kind in zip(names, columns, kinds, strict=True)
    }
    made |= {"roots": table(np.array(roots), "i4"), "target": table(np.zeros(3), "i4")}
    return trees(**{**made, "sets": SETS, "base": (0.25,), "divisor": 3.0, **members})


def expected(grown: Trees, row: np.ndarray, known: set[int], output: int = 0) -> float:
    """What the trees say of a row of which only some features are known."""
    at = {name: getattr(grown, name).array for name in Trees.__struct_fields__[:9]}
    cover = grown.cover.array

    def said(node: int) -> float:
        feature = at["feature"][node]
        if feature < 0:
            return float(at["value"][node][output if at["value"].shape[1] > 1 else 0])
        left, right = int(at["left"][node]), int(at["right"][node])
        if feature in known:
            return said(left if goes_left(grown, node, row[feature]) else right)
        share = cover[left] / cover[node]
        return share * said(left) + (1 - share) * said(right)

    mine = [
        root
        for root, target in zip(at["roots"].tolist(), at["target"].tolist(), strict=True)
        if target in (-1, output)
    ]
    return (grown.base[output] + sum(map(said, mine))) / grown.divisor


def goes_left(grown: Trees, node: int, value: float) -> bool:
    if np.isnan(value):
        return bool(grown.missing_left.array[node])
    category = grown.category.array[node]
    if category >= 0:
        return value in grown.sets[category]
    threshold = grown.threshold.array[node]
    return bool(value < threshold if grown.comparison == "<" else value <= threshold)


def by_subsets(grown: Trees, row: np.ndarray, output: int = 0) -> list[float]:
    count, made = len(row), []
    for feature in range(count):
        others = [one for one in range(count) if one != feature]
        total = 0.0
        for size in range(count):
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            for known in combinations(others, size):
                with_it = expected(grown, row, {*known, feature}, output)
                total += weight * (with_it - expected(grown, row, {*known}, output))
        made.append(total)
    return made


def drawn(seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed)
    row = draw.normal(size=FEATURES)
    row[3] = draw.integers(4)
    row[draw.random(FEATURES) < 0.2] = np.nan
    return row


@pytest.mark.parametrize("seed", range(25))
def test_contributions_are_those_of_all_subsets(seed: int) -> None:
    model, row = grown(seed, comparison=("<=", "<")[seed % 2]), drawn(seed)

    found, base = Paths(model).contributions(row, 0)

    assert found == pytest.approx(by_subsets(model, row), rel=1e-12, abs=1e-14)
    assert base == pytest.approx(expected(model, row, set()), rel=1e-12)
    assert base + found.sum() == pytest.approx(expected(model, row, set(range(FEATURES))))


def test_a_wrong_share_of_the_rows_would_be_seen() -> None:
    model, row = grown(0), drawn(0)
    moved = model.cover.array.copy()
    moved[2] *= 0.5

    found, _ = Paths(grown(0, cover=table(moved, "f8"))).contributions(row, 0)

    assert found != pytest.approx(by_subsets(model, row), rel=1e-6)


def test_trees_that_speak_for_several_outputs_are_told_apart() -> None:
    value = table(np.array([[0, 0], [0, 0], [1.0, 5.0], [2.0, 7.0], [4.0, 3.0]]), "f8")
    both = trees(value=value, target=table(np.array([-1]), "i4"), base=(0.5, 1.5), cover=COVER)
    row = np.array([1.0, 1.0])

    for output in (0, 1):
        found, base = Paths(both).contributions(row, output)

        assert found == pytest.approx(by_subsets(both, row, output))
        assert base == pytest.approx(expected(both, row, set(), output))


def test_a_tree_of_another_output_adds_nothing() -> None:
    found, base = Paths(trees(base=(0.5, 1.5), cover=COVER)).contributions(np.array([1.0, 1.0]), 1)

    assert (found.tolist(), base) == ([0.0, 0.0], 1.5)


def test_trees_of_one_leaf_are_all_base() -> None:
    one = {name: table(np.array([at]), kind) for name, at, kind in (
        ("feature", -1, "i4"), ("threshold", 0.0, "f8"), ("left", 0, "i4"), ("right", 0, "i4"),
        ("missing_left", 0, "u1"), ("category", -1, "i4"), ("cover", 7.0, "f8"),
    )}  # fmt: skip

    found, base = Paths(trees(**one, value=table(np.array([[3.0]]), "f8"))).contributions(
        np.array([1.0, 1.0]), 0
    )

    assert (found.tolist(), base) == ([0.0, 0.0], 3.5)


def test_a_branch_that_no_row_took_divides_nothing_by_zero() -> None:
    empty = trees(cover=table(np.array([4.0, 0.0, 0.0, 0.0, 4.0]), "f8"))

    found, base = Paths(empty).contributions(np.array([1.0, 1.0]), 0)

    assert np.isfinite(found).all()
    assert base + found.sum() == pytest.approx(10.5)


def test_trees_without_covers_say_so() -> None:
    with pytest.raises(Unavailable, match="build it again"):
        Paths(trees())


def test_trees_too_large_to_hold_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapley, "MOST", 4)

    with pytest.raises(Unavailable, match="more than 4 splits"):
        Paths(trees(cover=COVER))
