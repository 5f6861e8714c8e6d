import numpy as np
import planted_forms
import pytest
from planted_forms import ROWS

from mainstay.bundle import form, interpret

STEPS = [
    (form.Impute(7.0), [1.0, np.nan], [1.0, 7.0]),
    (form.Arithmetic("subtract", 0.1), [0.3, np.nan], [0.3 - 0.1, np.nan]),
    (form.Arithmetic("divide", 3.0), [1.0], [1 / 3]),
    (form.Clip(0.0, 1.0), [-2.0, 0.5, 2.0, np.nan], [0.0, 0.5, 1.0, np.nan]),
    (form.Cast(), [0.1, 1e300, np.nan], [float(np.float32(0.1)), np.inf, np.nan]),
    (form.Lookup((5.0, 6.0), -1.0), [0.0, 1.0, np.nan], [5.0, 6.0, -1.0]),
    (form.OneOf((1.0, 2.0), missing=False), [1.0, 2.0, 3.0, np.nan], [1.0, 1.0, 0.0, 0.0]),
    (form.OneOf((), missing=True), [1.0, np.nan], [0.0, 1.0]),
    (form.Position((4.0, 9.0), -1.0, -2.0), [9.0, 4.0, 5.0, np.nan], [1.0, 0.0, -1.0, -2.0]),
    (form.Known((1.0,)), [1.0, 2.0, np.nan], [1.0, np.nan, np.nan]),
    (form.Bins((1.0, 2.0)), [0.5, 1.0, 1.5, 2.0, 9.0], [0.0, 1.0, 1.0, 2.0, 2.0]),
]


@pytest.mark.parametrize(("step", "given", "made"), STEPS, ids=lambda one: type(one).__name__)
def test_a_step_does_what_it_says(step: form.Step, given: list[float], made: list[float]) -> None:
    found = interpret.stepped(np.array(given), (step,))

    np.testing.assert_array_equal(found, made)


def test_trees_are_walked_by_number_category_and_missing_value() -> None:
    scores = interpret.scores(planted_forms.grown(), ROWS)

    assert scores.tolist() == [20.5, 10.5, 30.5, 30.5, 10.5]


def test_less_than_is_not_at_most() -> None:
    scores = interpret.scores(planted_forms.grown(comparison="<"), ROWS)

    assert scores.tolist() == [20.5, 30.5, 30.5, 30.5, 10.5]


def test_sums_are_rounded_in_the_precision_of_the_library() -> None:
    form64, form32 = (
        planted_forms.grown(base=(0.1,), precision=one) for one in ("float64", "float32")
    )

    assert interpret.scores(form64, ROWS)[0] == 20.1
    assert interpret.scores(form32, ROWS)[0] == float(np.float32(20) + np.float32(0.1))


def test_a_row_that_the_library_refuses_has_no_number() -> None:
    refusing = planted_forms.line(form.Impute(0.0), numbers=(form.Feature(1),))

    assert np.isnan(interpret.scores(refusing, ROWS)).tolist() == [False] * 3 + [True, False]


def test_members_are_averaged() -> None:
    one = planted_forms.line()
    both = form.Form(2, 1, one.members * 3)

    assert interpret.scores(both, ROWS[:2]).tolist() == [3.0, 5.0]


def test_links_turn_margins_into_probabilities() -> None:
    raw = np.array([[0.0, np.log(3.0)]])

    assert interpret.linked(raw, "softmax").round(12).tolist() == [[0.25, 0.75]]
    assert interpret.linked(raw, "logistic").round(12).tolist() == [[0.5, 0.75]]
    assert interpret.linked(raw, "normalised").round(12).tolist() == [[0.4, 0.6]]


def test_a_row_scores_alike_wherever_it_stands_in_a_batch() -> None:
    logistic = planted_forms.line(link="logistic")
    rows = np.random.default_rng(0).normal(size=(1001, 2))
    together = interpret.scores(logistic, rows)

    alone = np.concatenate([interpret.scores(logistic, rows[at : at + 1]) for at in range(1001)])

    assert (together == alone).all()
