from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import planted_forms
import planted_lines
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mainstay.bundle import form, graph, interpret, onnx
from mainstay.bundle.alone import alone
from mainstay.bundle.form import Bins, Feature, Form, Known, Linear, Member, Trees, table
from mainstay.core.errors import Unavailable
from mainstay.core.inputs import Input

RANDOM = np.random.default_rng(11)
TREES = 40
INPUTS = (Input("a", "number"), Input("b", "number"), Input("c", "text", ("x", "y", "z")))


def stumps(width: int, precision: Any) -> Trees:
    """Trees of one split each, at values that rows meet often."""
    size = 3 * TREES
    at = np.arange(size)
    split = at % 3 == 0
    return planted_forms.trees(
        roots=table(at[split], "i4"),
        target=table(np.zeros(TREES), "i4"),
        feature=table(np.where(split, RANDOM.integers(0, width, size), -1), "i4"),
        threshold=table(RANDOM.choice([0.0, 1.0, 2.5, -3.0, 1.5], size), "f8"),
        left=table(np.where(split, at + 1, 0), "i4"),
        right=table(np.where(split, at + 2, 0), "i4"),
        missing_left=table(RANDOM.integers(0, 2, size), "u1"),
        category=table(np.full(size, -1), "i4"),
        value=table(RANDOM.normal(size=(size, 1)), "f8"),
        sets=(),
        precision=precision,
        divisor=3.0,
    )


class Sketch(NamedTuple):
    """A member but for its trees, whose tables are too long to print."""

    features: tuple[Feature, ...]
    precision: Any
    calibration: form.Sigmoid | None
    refuses: bool
    finite: tuple[Feature, ...]

    def member(self) -> Member:
        last = (form.Cast(),) if self.precision == "float32" else ()
        seen = tuple(Feature(one.input, (*one.steps, *last)) for one in self.features)
        body = stumps(len(seen), self.precision)
        numbers = seen if self.refuses else ()
        return Member(seen, body, "logistic", self.calibration, numbers, self.finite)


FEATURES = st.one_of(planted_lines.NUMBERS, planted_lines.TEXTS)
SKETCHES = st.builds(
    Sketch,
    st.lists(FEATURES, min_size=1, max_size=5).map(tuple),
    st.sampled_from(("float64", "float32")),
    st.sampled_from((None, form.Sigmoid(-1.0, 0.5))),
    st.booleans(),
    st.sets(st.integers(0, 2)).map(lambda some: tuple(map(Feature, sorted(some)))),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("forms")


def engine(folder: Path, model: Form, *, tables: bool) -> onnx.Graph:
    drawn, portable = folder / "graph.onnx", folder / "form.msgpack"
    drawn.write_bytes(graph.margins(model))
    form.written(portable, model)
    return onnx.opened(drawn, portable, INPUTS, 0, tables=tables)


def alike(one: Sequence[float], other: Sequence[float]) -> bool:
    return np.array_equal(np.array(one), np.array(other), equal_nan=True)


@example(  # what is not known is missing, and lies beyond all bins
    made=[
        Sketch(
            features=(Feature(0, (Known(()), Bins((0.0,)))),),
            precision="float64",
            calibration=None,
            refuses=False,
            finite=(),
        )
    ],
    rows=[(0.0, 0.0, 0.0)],
)
@settings(max_examples=30)
@given(made=st.lists(SKETCHES, min_size=1, max_size=2), rows=planted_lines.ROWS)
def test_a_row_alone_scores_as_the_whole_graph_does(
    folder: Path, made: list[Sketch], rows: list[tuple[float, float, float]]
) -> None:
    model = Form(3, 1, tuple(one.member() for one in made))

    quick = engine(folder, model, tables=True)
    whole = engine(folder, model, tables=False)

    assert alike([quick.score(row) for row in rows], [whole.score(row) for row in rows])


def test_a_row_alone_goes_another_way_than_the_graph(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = engine(folder, planted_forms.grown(), tables=True)
    monkeypatch.setattr(opened, "_run", lambda *_: pytest.fail("the whole graph was asked"))

    assert [opened.score(row) for row in planted_forms.ROWS.tolist()] == interpret.scores(
        planted_forms.grown(), planted_forms.ROWS
    ).tolist()


def test_a_closed_graph_answers_no_row(folder: Path) -> None:
    opened = engine(folder, planted_forms.grown(), tables=True)
    opened.close()

    with pytest.raises(Unavailable, match="closed"):
        opened.score([1.0, 0.0])


def test_what_python_would_refuse_is_left_to_the_graph() -> None:
    by_zero = Feature(0, (form.Arithmetic("divide", 0.0),))
    member = Member((by_zero, Feature(1)), planted_forms.trees(), "none")

    assert alone(Form(2, 1, (member,)), pytest.fail) is None


def test_a_column_that_is_none_of_no_values_is_zero(folder: Path) -> None:
    """NaN would be 1 where a missing value counts as one of them."""
    never = Feature(0, (form.OneOf((), False),))  # noqa: FBT003 - the order of the form
    model = Form(2, 1, (Member((never, Feature(1)), planted_forms.trees(), "none"),))
    row = [np.nan, 1.0]

    said = engine(folder, model, tables=False).score(row)

    assert said == interpret.scores(model, np.array([row]))[0]


def test_a_linear_member_is_left_to_the_graph() -> None:
    body = Linear(table(np.array([[1.0]]), "f8"), (0.0,))

    assert alone(Form(2, 1, (Member((Feature(0),), body, "none"),)), pytest.fail) is None
