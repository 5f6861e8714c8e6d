import numpy as np
import pytest

from mainstay.trainer.portable.parts import Block, Column, Foreign, Tables, missing, plainly


def test_text_takes_no_arithmetic() -> None:
    with pytest.raises(Foreign, match="Cast of a column of text"):
        Column(0, texts=("a", "b")).then("Cast")


def test_a_library_looks_at_numbers_only() -> None:
    block = Block((Column(0), Column(1, texts=("a",))))

    assert block.checked(missing=True).finite == (Column(0),)
    assert block.checked(missing=False).numbers == (Column(0),)


def test_a_parameter_that_is_not_there_is_as_expected() -> None:
    class Estimator:
        loss = "hinge"

    plainly(Estimator(), clip=False)

    with pytest.raises(Foreign, match=r"Estimator with loss='hinge'"):
        plainly(Estimator(), loss="log_loss")


def test_arrays_go_beside_the_header_in_order() -> None:
    tables = Tables()

    said = [tables([1, 2], "i4"), tables([[0.5]], "f8")]

    assert said == [{"at": 0, "kind": "i4"}, {"at": 1, "kind": "f8"}]
    assert [array.tolist() for array in tables.arrays] == [[1, 2], [[0.5]]]


def test_missing_is_none_or_not_a_number() -> None:
    assert [missing(one) for one in (None, np.nan, 0.0, "", "nan")] == [True, True] + [False] * 3
