"""What is asked of a record as a whole."""

from typing import get_args

from mainstay.control import together
from mainstay.control.commands import OfModel
from mainstay.control.queries import OfProject


def test_nothing_is_both_of_a_record_and_of_one_model() -> None:
    assert not {*get_args(together.Done)} & {*get_args(OfModel)}
    assert not {*get_args(together.Asked)} & {*get_args(OfProject)}
