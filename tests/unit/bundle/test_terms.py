import numpy as np
import planted_forms

from mainstay.bundle import form, terms
from mainstay.bundle.form import Feature, Form, Linear, Member, OneOf, table
from mainstay.bundle.terms import Choice, Number, Sum


def chosen(at: int, value: float, *, missing: bool = False) -> Feature:
    return Feature(at, (OneOf((value,), missing),))


def test_what_one_input_chooses_among_is_one_term() -> None:
    features = (Feature(0), chosen(1, 2.0), chosen(1, 1.0, missing=True), chosen(2, 0.0))
    body = Linear(table(np.array([[3.0, 5.0, 7.0, 11.0]]), "f8"), (0.5,))

    made = Sum(Member(features, body, "none"), body)

    number, first, second = made.terms
    assert (number.feature, number.slopes.tolist()) == (Feature(0), [3.0])
    assert (first.values.tolist(), first.slopes[:, 0].tolist()) == (
        [1.0, 2.0],
        [7.0, 5.0, 0.0, 7.0],
    )
    assert isinstance(second, Choice)
    rows = np.array([[1.0, 2.0, 0.0], [1.0, 9.0, 1.0], [0.0, np.nan, 0.0]])
    assert made.margins(rows.T)[:, 0].tolist() == [19.5, 3.5, 18.5]


def test_an_infinite_input_that_a_feature_shows_is_looked_at_once() -> None:
    scaled = Feature(0, (form.Impute(1.0), form.Arithmetic("divide", 2.0)))
    cut = Feature(1, (form.Clip(0.0, 1.0),))
    body = Linear(table(np.array([[1.0, 1.0]]), "f8"), (0.0,))

    made = Sum(
        Member((scaled, cut), body, "none", None, (scaled, cut), (Feature(0), Feature(1))), body
    )

    assert made.no_infinite == (Feature(1),)
    rows = np.array([[np.inf, 0.5], [0.0, np.inf], [np.nan, 0.5]])
    assert np.isnan(made.margins(rows.T)[:, 0]).tolist() == [True, True, False]


def test_trees_and_divisions_by_zero_are_no_terms() -> None:
    assert terms.are(planted_forms.line(form.Arithmetic("divide", 2.0)))
    assert not terms.are(planted_forms.line(form.Arithmetic("divide", 0.0)))
    assert not terms.are(planted_forms.grown())
    assert not terms.are(Form(2, 1, planted_forms.line().members + planted_forms.grown().members))


def test_a_number_keeps_its_feature() -> None:
    made = Sum(*_member(planted_forms.line(form.Impute(3.0))))

    assert made.terms == made.numbers
    assert isinstance(made.terms[0], Number)


def _member(model: Form) -> tuple[Member, Linear]:
    (member,) = model.members
    assert isinstance(member.body, Linear)
    return member, member.body
