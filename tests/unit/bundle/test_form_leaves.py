from typing import Any

import numpy as np
import planted_forms
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mainstay.bundle import form, form_leaves, interpret, leaves
from mainstay.bundle.form import Feature, Form, Member, Trees, table
from mainstay.bundle.form_leaves import Bitmaps

Numbers = NDArray[Any]
INPUTS = 4
"""The last one is a category with codes 0 to 5."""
RANDOM = np.random.default_rng(7)
ROWS = np.column_stack([RANDOM.normal(size=(600, 3)).round(1), RANDOM.integers(0, 7, 600)])
ROWS[RANDOM.random(ROWS.shape) < 0.1] = np.nan
ROWS[:6, 0] = [np.inf, -np.inf, 1e308, -0.0, 5e-324, 0.0]


def forest(seed: int, *, comparison: str = "<=", trees: int = 12, depth: int = 4) -> Trees:
    """Full trees of random splits, on numbers and on codes."""
    random = np.random.default_rng(seed)
    inner, size = 2**depth - 1, 2 ** (depth + 1) - 1
    count = trees * size
    place = np.arange(count) % size
    split = place < inner
    feature = np.where(split, random.integers(0, INPUTS, count), -1)
    category = np.where(split & (feature == INPUTS - 1), random.integers(0, 3, count), -1)
    begin = np.arange(count) - place
    members: dict[str, Any] = {
        "roots": table(np.arange(trees) * size, "i4"),
        "target": table(np.zeros(trees), "i4"),
        "feature": table(feature, "i4"),
        "threshold": table(random.normal(size=count).round(1), "f8"),
        "left": table(np.where(split, begin + 2 * place + 1, 0), "i4"),
        "right": table(np.where(split, begin + 2 * place + 2, 0), "i4"),
        "missing_left": table(random.integers(0, 2, count), "u1"),
        "category": table(category, "i4"),
        "value": table(random.normal(size=(count, 1)), "f8"),
        "sets": ((0.0, 2.0), (5.0,), ()),
        "comparison": comparison,
        "precision": "float64",
        "base": (0.25,),
        "divisor": 3.0,
    }
    return Trees(**members)


def member(body: Trees, *steps: form.Step, **others: Any) -> Member:
    """The steps stand before the numbers."""
    features = (*(Feature(at, steps) for at in range(INPUTS - 1)), Feature(INPUTS - 1))
    return Member(features, body, "logistic", **others)


def made(*members: Member, worth: bool = False) -> Bitmaps | None:
    with pytest.MonkeyPatch.context() as patch:
        if not worth:
            patch.setattr(leaves, "_worth_it", lambda *_: True)
        return form_leaves.bitmaps(Form(INPUTS, 1, members))


def meant(*members: Member) -> Numbers:
    with np.errstate(all="ignore"):
        raw = [interpret.margins(one, ROWS) for one in members]
    for one, some in zip(members, raw, strict=True):
        some[interpret.refused(one, ROWS)] = np.nan
    return np.hstack(raw)


@given(st.integers(0, 10_000), st.sampled_from(("<=", "<")))
def test_rows_end_in_the_leaves_that_the_form_means(seed: int, comparison: str) -> None:
    one = member(forest(seed, comparison=comparison))

    found = made(one)

    assert found is not None
    np.testing.assert_array_equal(found.margins(ROWS), meant(one))


def test_members_stand_side_by_side_after_their_steps() -> None:
    scaled = form.Impute(0.1), form.Arithmetic("subtract", 0.2), form.Cast()
    several = member(forest(1), *scaled, finite=(Feature(0),)), member(forest(2))

    found = made(*several)

    assert found is not None
    np.testing.assert_array_equal(found.margins(ROWS), meant(*several))
    assert np.isnan(meant(*several)[:2, 0]).all()


def test_a_feature_that_is_never_missing_is_one_column() -> None:
    filled, bare = made(member(forest(3), form.Impute(0.0))), made(member(forest(3)))

    assert filled is not None
    assert bare is not None
    columns = [len(one._parts[0].leaves._columns) for one in (filled, bare)]
    assert columns == [3 + 2, 6 + 2]


def test_codes_that_are_no_whole_numbers_are_left_to_the_graph() -> None:
    found = made(member(forest(4)))
    rows = ROWS.copy()
    rows[5, INPUTS - 1] = 2.5

    assert found is not None
    assert found.margins(rows) is None


@pytest.mark.parametrize(
    "model",
    [
        planted_forms.line(),
        planted_forms.grown(precision="float32"),
        planted_forms.grown(sets=((1.5,),)),
        planted_forms.grown(sets=((float(form_leaves.MOST_CODE),),)),
        planted_forms.grown(base=(0.5, 0.5), target=table(np.array([-1]), "i4"),
                            value=table(np.zeros((5, 2)), "f8")),
    ],
    ids=["linear", "single precision", "codes between", "large codes", "several sums"],
)  # fmt: skip
def test_other_members_have_none(model: Form) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leaves, "_worth_it", lambda *_: True)
        assert form_leaves.bitmaps(model) is None


def test_few_splits_of_many_inputs_are_not_worth_it() -> None:
    assert made(member(forest(5, trees=1, depth=1)), worth=True) is None


def test_bitmaps_that_say_anything_else_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    grown = form_leaves._grown

    def off(body: Trees, never: Any) -> Any:
        first, *others = grown(body, never)
        return iter([first._replace(leaves=first.leaves[::-1]), *others])

    monkeypatch.setattr(form_leaves, "_grown", off)

    assert made(member(forest(6))) is None
