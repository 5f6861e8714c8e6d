"""Linear forms of every step and link, and rows that are hard for them, drawn by Hypothesis."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from mainstay.bundle import form
from mainstay.bundle.form import Feature, Form, Linear, Member, Step, table

INPUTS = 3
CODES = (0.0, 1.0, 2.0)
"""Of the last input, which is a text; the others are numbers."""
FLOATS = st.floats(-1e3, 1e3)
KNOWN = st.lists(st.sampled_from((0.0, 1.0, 2.5, -3.0)), unique=True, max_size=3).map(tuple)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(form.Impute, FLOATS),
    st.builds(
        form.Arithmetic,
        st.sampled_from(("add", "subtract", "multiply", "divide")),
        FLOATS.filter(lambda one: abs(one) > 1e-3),
    ),
    st.builds(form.Clip, st.floats(-9, -1), st.floats(1, 9)),
    st.just(form.Cast()),
    st.builds(form.Bins, st.lists(FLOATS, max_size=4).map(sorted).map(tuple)),
    st.builds(form.OneOf, KNOWN, st.booleans()),
    st.builds(form.Known, KNOWN),
    st.builds(form.Position, KNOWN, FLOATS, FLOATS),
)
NUMBERS = st.builds(Feature, st.integers(0, 1), st.lists(STEPS, max_size=3).map(tuple))
TEXTS = st.one_of(
    st.builds(Feature, st.just(2), st.builds(form.OneOf, st.sets(st.sampled_from(CODES)).map(tuple),
                                             st.booleans()).map(lambda one: (one,))),
    st.builds(Feature, st.just(2), st.builds(form.Lookup, st.tuples(FLOATS, FLOATS, FLOATS),
                                             FLOATS).map(lambda one: (one,))),
)  # fmt: skip
VALUES = st.one_of(
    FLOATS,
    st.sampled_from((0.0, -0.0, 1.0, 2.5, -3.0, np.nan, np.inf, -np.inf, 1e308, 5e-324)),
)
ROWS = st.lists(
    st.tuples(VALUES, VALUES, st.sampled_from((*CODES, np.nan))), min_size=1, max_size=9
)


@st.composite
def members(draw: Any, outputs: int) -> Member:
    features = tuple(draw(st.lists(st.one_of(NUMBERS, TEXTS), min_size=1, max_size=6)))
    shape = outputs * len(features)
    slopes = np.array(draw(st.lists(FLOATS, min_size=shape, max_size=shape)))
    body = Linear(
        table(slopes.reshape(outputs, -1), "f8"),
        tuple(draw(st.lists(FLOATS, min_size=outputs, max_size=outputs))),
    )
    link = draw(
        st.sampled_from(("none", "logistic") if outputs == 1 else ("softmax", "normalised"))
    )
    calibration = draw(st.sampled_from((None, form.Sigmoid(-1.0, 0.5)))) if outputs == 1 else None
    numbers = tuple(one for one in features if draw(st.booleans()))
    finite = tuple(Feature(at) for at in range(INPUTS) if draw(st.booleans()))
    return Member(features, body, link, calibration, numbers, finite)


@st.composite
def forms(draw: Any, outputs: int = 1) -> Form:
    many = draw(st.lists(members(outputs), min_size=1, max_size=2))
    return Form(INPUTS, outputs, tuple(many))
