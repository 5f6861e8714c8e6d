"""Whom a version is held against."""

import pytest
from pydantic import ValidationError

from mainstay.contract.rivals import Champion


def test_a_margin_is_no_less_than_nothing() -> None:
    assert Champion(worse_by=0.0).worse_by == 0
    with pytest.raises(ValidationError):
        Champion(worse_by=-0.1)
