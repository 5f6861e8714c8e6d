from pathlib import Path

import msgspec
import numpy as np
import planted_forms
import pytest

from mainstay.bundle import form
from mainstay.core.errors import Broken, Conflict


def test_a_form_comes_back_as_it_was_with_infinity_and_nan(tmp_path: Path) -> None:
    steps = form.Position((1.0, 2.0), np.nan, -np.inf), form.Clip(-np.inf, np.inf)
    made = planted_forms.line(*steps)

    form.written(tmp_path / "form", made)
    back = form.read(tmp_path / "form")

    assert repr(back) == repr(made)


def test_equal_forms_are_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        form.written(tmp_path / name, planted_forms.grown())

    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_a_form_of_another_time_is_refused(tmp_path: Path) -> None:
    later = msgspec.structs.replace(planted_forms.grown(), format=2)
    form.written(tmp_path / "form", later)

    with pytest.raises(Conflict, match="is a form of format 2, this Mainstay reads format 1"):
        form.read(tmp_path / "form")


def test_bytes_that_are_no_form_are_broken(tmp_path: Path) -> None:
    (tmp_path / "form").write_bytes(b"\x81\xa6format\x01")

    with pytest.raises(Broken, match="is no portable form"):
        form.read(tmp_path / "form")


def test_a_table_refuses_numbers_it_would_change() -> None:
    with pytest.raises(ValueError, match="numbers that i4 does not hold"):
        form.table(np.array([0.5]), "i4")
