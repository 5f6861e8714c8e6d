"""What becomes of records by column, through guard and runtime of a real bundle."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from mainstay.bundle import runtime
from mainstay.bundle.outcomes import outcomes
from mainstay.bundle.runtime import Runtime

AT = datetime(2024, 3, 1, tzinfo=UTC)
RECORDS = {
    "visit": ["a", "b", "c", "d"], "at": [AT] * 4, "patient": ["p"] * 4,
    "wait": [3, 300, 3, 3], "rain": [1.0, 1.0, 1000.0, None], "kind": ["new", "new", "new", "odd"],
}  # fmt: skip


@pytest.fixture(scope="module")
def opened(born: Path) -> Iterator[Runtime]:
    (bundle,) = (born / ".mainstay" / "bundles").iterdir()
    made = runtime.opened(bundle, born / ".mainstay" / "environments", expected=bundle.name)
    yield made
    made.close()


def test_each_record_meets_what_its_rules_say(opened: Runtime) -> None:
    said = outcomes(opened, RECORDS)

    assert said.outcome == ("unnoticed", "rejected", "fallback", "flagged")
    assert np.isfinite(said.score).tolist() == [True, False, True, True]
    assert set(said.decided[[0, 2, 3]].tolist()) <= {0.0, 1.0}
    assert said.are("unnoticed", "flagged").tolist() == [True, False, False, True]


def test_records_that_the_guard_refuses_whole_are_rejected(opened: Runtime) -> None:
    said = outcomes(opened, {name: [None, None] for name in opened.guard.types})

    assert said.outcome == ("rejected", "rejected")
    assert np.isnan(said.score).all()


def test_values_of_another_type_are_judged_as_a_door_would(opened: Runtime) -> None:
    said = outcomes(opened, {**RECORDS, "wait": ["3", "3", "3", "3"]})

    assert said.outcome == ("rejected",) * 4
