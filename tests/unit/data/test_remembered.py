"""Two snapshots of data, and how they differ."""

from datetime import timedelta
from pathlib import Path

import pytest
import small_project

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.core.expressions import Call, ColumnOf, Output
from mainstay.core.nouns import Column, Window
from mainstay.data.lineage import Born
from mainstay.data.profile import Moments, Numbers, Profile, Texts
from mainstay.data.remembered import Distribution, changes, remembered, shifted

BORN = Born(
    (), ("visit", "wait", "rain", "kind"),
    (Output("wait", ColumnOf("wait")), Output("wet", Call("negate", (ColumnOf("rain"),)))),
)  # fmt: skip
COLUMNS = {
    "decisions": (Column("wait", "int64"), Column("kind", "string")),
    "weather": (Column("rain", "float64"),),
}
SPAN = Window(small_project.START, small_project.START + timedelta(days=60))


def contract(text: str = small_project.CONTRACT) -> Contract:
    return document.parsed(text.encode(), Path("contract.yaml")).contract


def test_nothing_differs_from_what_is_the_same() -> None:
    one = remembered(contract(), COLUMNS, {"rain": "moved"}, None)

    assert changes(contract(), BORN, one, one) == ()


def test_columns_that_come_go_and_change_are_named_with_what_is_made_of_them() -> None:
    before = remembered(contract(), COLUMNS, {}, None)
    other = {
        "decisions": (Column("wait", "string"), Column("more", "date")),
        "weather": COLUMNS["weather"],
    }

    found = changes(contract(), BORN, before, remembered(contract(), other, {}, before))

    assert [(one.kind, one.column, one.inputs) for one in found] == [
        ("retyped", "wait", ("wait",)), ("removed", "kind", ()), ("added", "more", ()),
    ]  # fmt: skip
    assert found[0].what == "wait was int64 and is string"


def test_a_source_that_cannot_be_read_is_remembered_as_it_was() -> None:
    before = remembered(contract(), COLUMNS, {}, None)
    only = {"decisions": COLUMNS["decisions"]}

    now = remembered(contract(), only, {}, before)

    assert now.columns == COLUMNS
    assert changes(contract(), BORN, before, now) == ()


def test_another_unit_or_range_in_the_contract_is_a_change_of_meaning() -> None:
    text = small_project.CONTRACT.replace(
        "unit: mm, between: [0, 100]", "unit: inch, between: [0, 4]"
    )
    before = remembered(contract(), COLUMNS, {}, None)

    found = changes(contract(text), BORN, before, remembered(contract(text), {}, {}, before))

    assert {(one.kind, one.source, one.column, one.inputs) for one in found} == {
        ("unit", "weather", "rain", ("wet",)), ("meaning", "weather", "rain", ("wet",)),
    }  # fmt: skip
    assert "rain: unit was mm and is inch" in {one.what for one in found}


def test_what_moved_is_told_once_and_once_when_it_is_back() -> None:
    calm = remembered(contract(), COLUMNS, {}, None)
    moving = remembered(contract(), {}, {"rain": "rain by +2 sd"}, calm)

    (there,), (back,) = (
        changes(contract(), BORN, *pair) for pair in ((calm, moving), (moving, calm))
    )

    assert (there.kind, there.what, there.inputs) == ("moved", "rain by +2 sd", ("wet",))
    assert (back.kind, back.source) == ("back", "weather")


def test_what_moved_in_a_batch_is_told_once_and_stays_while_nobody_scores() -> None:
    calm = remembered(contract(), COLUMNS, {}, None, {})
    moving = remembered(contract(), {}, {}, calm, {"wait": "wait by +2 sd"})
    later = remembered(contract(), {}, {}, moving)
    back = remembered(contract(), {}, {}, later, {})

    steps = [
        changes(contract(), BORN, *pair)
        for pair in ((calm, moving), (moving, later), (later, back))
    ]
    assert [[(one.kind, one.column) for one in some] for some in steps] == [
        [("moved", "wait")], [], [("back", "wait")],
    ]  # fmt: skip


def distribution(
    mean: float, sd: float, nulls: int = 0, new: int = 500, name: str = "rain"
) -> Distribution:
    n = 1000 - nulls
    rain = Numbers(name, nulls, 0, Moments(n, mean, sd**2 * n, 0, 99), (), (n,))
    kind = Texts("kind", 0, ("control", "new"), (1000 - new, new), 0)
    return Distribution(Profile(1000, (rain, kind)), SPAN)


def test_a_distribution_that_moved_beyond_what_is_tolerated_is_named_with_its_size() -> None:
    (one,) = shifted(contract(), BORN, distribution(10, 2), distribution(13, 2)).values()

    assert (one.kind, one.source, one.column, one.inputs) == ("moved", "weather", "rain", ("wet",))
    assert one.far.value == pytest.approx(1.5)
    assert 0.5 < one.far.low < 1.5 < one.far.high
    assert one.what.startswith("rain by +1.50 sd (+")


@pytest.mark.parametrize(
    ("now", "what"),
    [
        (distribution(10, 2, nulls=500), "rain missing by +1.39 sd"),
        (distribution(10, 2, nulls=999), "rain missing by +"),
        (distribution(10, 2, new=950), "kind (control) by -1.1"),
        (distribution(10 / 25.4, 2 / 25.4), "x25.4 explains it (mm to inch)"),
    ],
)
def test_missing_values_levels_and_units_are_told(now: Distribution, what: str) -> None:
    (one,) = shifted(contract(), BORN, distribution(10, 2), now).values()

    assert what in one.what


@pytest.mark.parametrize(
    ("unit", "explained"), [("unit: mm, ", "; x25.4 explains it (mm to inch)"), ("", "")]
)
def test_a_season_is_told_as_one_and_is_no_conversion_of_a_unit_that_nobody_stated(
    unit: str, explained: str
) -> None:
    stated = small_project.CONTRACT.replace("unit: mm, ", unit)
    seasonal = contract(stated.replace("access:", "watch: {seasonal: [rain]}\naccess:"))

    now = distribution(10 / 25.4, 2 / 25.4)
    (one,) = shifted(seasonal, BORN, distribution(10, 2), now).values()

    assert one.seasonal
    assert one.said(", today").endswith(f" -6.31){explained}, today; it is seasonal")


def test_less_than_is_tolerated_and_columns_that_are_private_are_not_told() -> None:
    hidden = small_project.CONTRACT.replace(
        "serve: {latency_p99: 10s}", "serve: {latency_p99: 10s, journal: {drop: [rain]}}"
    )
    calm, moved = distribution(10, 2), distribution(10.3, 2.1, nulls=20, new=520)

    assert shifted(contract(), BORN, calm, moved) == {}
    assert shifted(contract(hidden), BORN, calm, distribution(30, 2)) == {}
    assert shifted(contract(), BORN, calm, distribution(30, 2, name="other")) == {}


def test_one_day_alone_tells_what_lies_far_beyond_the_days_before() -> None:
    day = Window(small_project.END, small_project.END + timedelta(days=1))
    calm, near, far = (distribution(mean, 2)._replace(window=day) for mean in (10, 13, 30))
    none = distribution(10, 2, nulls=999)._replace(window=day)

    assert shifted(contract(), BORN, distribution(10, 2), calm) == {}
    assert shifted(contract(), BORN, distribution(10, 2), near) == {}
    assert list(shifted(contract(), BORN, distribution(10, 2), far)) == ["rain"]
    (one,) = shifted(contract(), BORN, distribution(10, 2), none).values()
    assert one.what.startswith("rain missing by +")
