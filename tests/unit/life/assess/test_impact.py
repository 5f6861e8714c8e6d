"""What changes of sources would do to the model of the small project."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import small_project

from mainstay.bundle import runtime
from mainstay.bundle.outcomes import Outcomes
from mainstay.contract.objective import Value
from mainstay.control import project as projects
from mainstay.control import versions
from mainstay.core.columns import Text
from mainstay.core.errors import Missing
from mainstay.data import rows, schema
from mainstay.data.becoming import becoming
from mainstay.data.source import Once, Reader
from mainstay.life.assess import impact as life
from mainstay.life.assess.impact import Asked, Impact, Replayed
from mainstay.life.build import build


@pytest.fixture(scope="module")
def asked(born: Path) -> Iterator[Asked]:
    with projects.opened(born) as opened:
        version, places = versions.found(opened), opened.places
        contract, made_of = opened.document.contract, versions.born(opened, version)
    made = runtime.opened(
        places.bundle(version.bundle), places.environments, expected=version.bundle
    )
    reader = Reader(build.opened(places), places.folder, places.staged, Once())
    yield Asked(contract, reader, made, made_of, small_project.AFTER, 500, 30, 0)
    made.close()


def found(asked: Asked, field: str, text: str) -> Impact:
    source, _, column = field.partition(".")
    types = schema.types(rows.named(asked.contract, asked.reader, source).table)
    return life.impact(asked, source, becoming(text, column, types, "mm"))


def replayed(asked: Asked, field: str, text: str) -> Replayed:
    again = found(asked, field, text).replayed
    assert again is not None
    return again


def test_what_stays_as_it_is_moves_nothing(asked: Asked) -> None:
    one = replayed(asked, "decisions.wait", "x + 0")

    assert (one.rows, one.stopped, one.before) == (500, 0, one.after)
    assert one.moved.value == one.flipped.value == one.money.value == 0
    assert one.moved.low == one.moved.high == 0


def test_another_unit_moves_scores_by_so_much_and_nobody_stops_it(asked: Asked) -> None:
    one = found(asked, "weather.rain", "unit inch")

    again = one.replayed
    assert (one.inputs, one.breaks, again.stopped) == (("rain",), (), 0)
    assert 0 < again.moved.low <= again.moved.value <= again.moved.high < 0.3
    assert 0 < again.flipped.low < again.flipped.high < 0.5
    assert again.money.low < again.money.value < again.money.high
    assert again.money.unit == "EUR"


def test_what_the_guard_stops_is_counted(asked: Asked) -> None:
    """Waits are 0 to 59 days; beyond 90 they are rejected."""
    hit = found(asked, "decisions.wait", "x * 2")
    one = hit.replayed

    assert hit.breaks == (f"the guard stops {one.stopped} of 500 decisions more than before",)
    assert one.before["rejected"] == 0
    assert 80 < one.after["rejected"] == one.stopped < 170
    assert one.moved.n == 500 - one.stopped


def test_a_column_that_is_gone_breaks_and_is_replayed_as_null(asked: Asked) -> None:
    one = found(asked, "weather.rain", "missing")

    assert one.breaks == (
        "rain was float64 and is gone: build, score and promotion refuse weather",
        "the input rain cannot be made: there is no column rain",
    )
    assert one.replayed.stopped == 0
    assert one.replayed.moved.value > 0


def test_another_type_breaks_and_the_guard_says_of_how_many_rows(asked: Asked) -> None:
    one = found(asked, "decisions.wait", "type text")

    assert one.breaks[0].startswith("wait was int64 and is string: build")
    assert one.replayed.after["rejected"] == 500
    assert one.replayed.moved is None


def test_a_column_that_chooses_rows_of_context_moves_all_it_brings(asked: Asked) -> None:
    one = found(asked, "weather.seen_at", "null")

    assert one.inputs == ("rain",)
    assert one.replayed.moved.value > 0


def test_a_join_that_stops_is_told(asked: Asked) -> None:
    one = found(asked, "weather.town", "type boolean")

    assert one.replayed is None
    assert any(each.startswith("joining stops: town is ") for each in one.breaks)


SAYS = {
    "visit": "says which row is which", "at": "says when a decision was", "missed": "is the label",
}  # fmt: skip


@pytest.mark.parametrize("column", SAYS)
def test_what_says_which_row_is_which_cannot_be_replayed(asked: Asked, column: str) -> None:
    one = found(asked, f"decisions.{column}", "null")

    assert one.read
    assert one.replayed is None
    assert one.why.startswith(f"{column} {SAYS[column]}")
    assert (one.why in one.breaks) == (column != "missed")


def test_what_nothing_is_made_of_harms_nothing(asked: Asked) -> None:
    request = tuple(name for name in asked.born.request if name != "kind")

    one = found(asked._replace(born=asked.born._replace(request=request)), "decisions.kind", "null")

    assert one == Impact(read=False)


def test_of_few_days_there_is_no_interval_and_without_a_decision_nothing(asked: Asked) -> None:
    one = replayed(asked._replace(days=3), "decisions.wait", "x + 1")

    assert one.moved is None
    assert 100 < one.rows < 200
    with pytest.raises(Missing, match="no decision"):
        found(asked._replace(now=small_project.START.replace(year=2000)), "decisions.wait", "x")


TIMES = 20  # the same five rows


def classes(*matrix: dict[str, dict[str, float]]) -> Asked:
    """Who asks of a contract of three classes, with money or without."""
    value = Value(currency="EUR", matrix=matrix[0]) if matrix else Value(currency="EUR")
    objective = SimpleNamespace(task="multiclass", value=value, amounts=())
    contract = SimpleNamespace(
        objective=objective, data=SimpleNamespace(label=SimpleNamespace(column="ward"))
    )
    manifest = SimpleNamespace(task="multiclass", classes=("a", "b", "c"))
    return Asked(contract, None, SimpleNamespace(manifest=manifest), None, None, 0, 0, 0)


def decided(*places: float) -> Outcomes:
    found = np.tile(places, TIMES)
    return Outcomes(("unnoticed",) * len(found), found, found)


def test_money_of_several_classes_is_what_the_matrix_says_of_what_is_decided_after() -> None:
    """Of five rows the label of one is not known, and one is decided by nobody afterwards."""
    matrix = {one: {each: 5.0 if one == each else -1.0 for each in "abc"} for one in "abc"}
    label = {"ward": Text(np.tile([0, 1, 2, -1, 1], TIMES), ("a", "b", "c"))}
    blocks = (np.arange(5 * TIMES),)
    before, after = decided(0, 1, 0, 2, 1), decided(1, 1, 2, 0, np.nan)

    found = life.gained(classes(matrix), label, (before, after), blocks)
    none = life.gained(classes(matrix), label, (before, before), blocks)

    assert (found.value, found.n, found.unit) == (0.0, 3 * TIMES, "EUR")  # one lost 6, one won 6
    assert found.low < 0 < found.high
    assert (none.low, none.value, none.high) == (0, 0, 0)
    assert life.gained(classes(), label, (before, after), blocks) is None
