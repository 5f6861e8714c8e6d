"""Inputs now over inputs at training."""

import pytest
from healthy import profile
from msgspec.structs import replace

from mainstay.control.health import Health
from mainstay.control.pages import inputs


def test_inputs_are_ordered_by_incident_then_by_weight_and_movement(whole: Health) -> None:
    first, second = inputs.compared(whole)

    assert (first.name, first.told, second.name, second.told) == ("town", True, "wait", False)
    assert first.moved == pytest.approx(0.25)
    assert second.moved == pytest.approx(0.5)
    assert sum(second.lately) == pytest.approx(1)
    assert second.lately[-1] == pytest.approx(0.5)


def test_windows_add_up(whole: Health) -> None:
    both = replace(whole, lately=(*whole.lately, profile((40, 0, 0, 0), 0, (0, 40))))

    wait = next(one for one in inputs.compared(both) if one.name == "wait")

    assert wait.rows == 80
    assert wait.lately[0] == pytest.approx(45 / 80)


def test_an_input_without_weight_is_not_shown(whole: Health) -> None:
    light = replace(whole, weights={"wait": 1.0})

    assert [one.name for one in inputs.compared(light)] == ["wait"]
    assert "1 window" in inputs.lately(whole.lately)
