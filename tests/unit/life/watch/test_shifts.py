"""How far a column moved."""

import numpy as np
import pytest

from mainstay.core.nouns import Estimate
from mainstay.life.watch.parts import Part
from mainstay.life.watch.shifts import Shift, shifts
from mainstay.stats.components import Component, Reference, Windows
from mainstay.stats.detector import Evidence

NAMES = (
    Component("temp", "location"), Component("temp", "spread"), Component("temp", "null"),
    Component("kind", "level", "scan"), Component("mainstay_score", "location"),
)  # fmt: skip
NONE = np.zeros(len(NAMES))


def told(evidence: list[float], shift: list[float], weight: list[float]) -> dict[str, Shift]:
    nothing = Windows(np.array([10.0]), NONE[None], NONE[None])
    reference = Reference(NAMES, (), NONE, NONE + 1, NONE, 100, nothing)
    found = Evidence(0.0, np.array(evidence), {}, 0, np.array(shift), np.full(len(NAMES), 0.01))
    part = Part(reference, nothing, np.array(weight), ())
    return {one.column: one for one in shifts(part, found, 100.0)}


def test_a_column_is_told_by_the_largest_shift_that_is_an_alarm() -> None:
    found = told([500, 200, 5, 1, 0], [0.1, -0.3, 0.9, 0.2, 0], [0.2] * 5)

    temp = found["temp"]
    assert str(temp) == "temp spread by -0.30 sd (-0.32 to -0.28)"
    assert (temp.loud, temp.weighs, temp.evidence) == (True, True, pytest.approx(141))
    assert temp.size == Estimate(0.3, pytest.approx(0.2804), pytest.approx(0.3196), 10, "sd")


def test_without_an_alarm_it_is_told_by_what_says_most() -> None:
    found = told([5, 2, 50, 1, 3], [0.1, -0.3, 0.05, 0.2, 0.4], [0.2, 0.2, 0.2, 0, 0.4])

    assert str(found["temp"]).startswith("temp missing by +0.05 sd")
    assert str(found["kind"]).startswith("kind (scan) by +0.20 sd")
    assert not any(one.loud for one in found.values())
    assert not found["kind"].weighs


def test_the_answers_have_a_name_of_their_own() -> None:
    found = told([0, 0, 0, 0, 500], [0, 0, 0, 0, 0.4], [0.2] * 5)

    assert str(found["the scores"]) == "the scores by +0.40 sd (+0.38 to +0.42)"
