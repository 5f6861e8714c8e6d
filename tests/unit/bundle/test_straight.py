from pathlib import Path

import numpy as np
import planted_forms
import planted_lines
import pytest
from hypothesis import given

from mainstay.bundle import form, interpret, straight, tolerance
from mainstay.bundle.form import Form
from mainstay.bundle.straight import Straight
from mainstay.core.errors import Broken, Unavailable

Rows = list[tuple[float, ...]]


@given(planted_lines.forms(), planted_lines.ROWS)
def test_a_row_scores_the_same_alone_and_among_others(model: Form, rows: Rows) -> None:
    engine = Straight(model)

    together = engine.scores(np.array(rows))

    alone = [engine.score(row) for row in rows]
    np.testing.assert_array_equal(together, alone)


@given(planted_lines.forms(), planted_lines.ROWS)
def test_it_scores_what_the_form_means(model: Form, rows: Rows) -> None:
    _holds(model, np.array(rows))


@given(planted_lines.forms(outputs=3), planted_lines.ROWS)
def test_several_classes_are_held_too(model: Form, rows: Rows) -> None:
    matrix = np.array(rows)

    _holds(model, matrix)
    one_by_one = [Straight(model).scores(row[None])[0] for row in matrix]
    np.testing.assert_array_equal(Straight(model).scores(matrix), one_by_one)


def _holds(model: Form, matrix: np.ndarray) -> None:
    """No number where a row is refused; else as near as two orders of a sum can be."""
    meant, said = interpret.scores(model, matrix), Straight(model).scores(matrix)
    refused = np.isnan(said).all(axis=tuple(range(1, said.ndim)))
    held = np.isfinite(meant) & np.isfinite(said)
    apart = np.abs(said[held] - meant[held])
    units = tolerance.units(model, matrix, meant)[held]

    for member in model.members:
        assert refused[interpret.refused(member, matrix)].all()
    assert np.all((apart <= 4 * units) | np.isnan(units))


def test_a_planted_form_is_held_bit_for_bit() -> None:
    model = planted_forms.line(form.Impute(3.0), link="logistic")

    said = Straight(model).scores(planted_forms.ROWS)

    np.testing.assert_allclose(said, interpret.scores(model, planted_forms.ROWS), rtol=1e-15)


def test_what_inputs_add_is_told_with_the_margin() -> None:
    engine = Straight(planted_forms.line(form.Impute(3.0), link="logistic"))

    found = engine.contributions([5.0, 0.0], 0)

    assert (found.base, found.margin, found.of.tolist()) == (1.0, 11.0, [10.0, 0.0])


def test_a_closed_model_says_so(tmp_path: Path) -> None:
    form.written(tmp_path / "form", planted_forms.line())
    engine = straight.opened(tmp_path / "form")

    engine.close()

    for ask in (lambda: engine.scores(planted_forms.ROWS), lambda: engine.score([1.0, 2.0])):
        with pytest.raises(Unavailable, match="another version has taken its place"):
            ask()


def test_bytes_that_are_no_form_are_broken(tmp_path: Path) -> None:
    (tmp_path / "form").write_bytes(b"no")

    with pytest.raises(Broken):
        straight.opened(tmp_path / "form")
