"""Planted errors are found, and clean columns stay silent, however skewed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from mainstay.life.assess.odd_numbers import odd
from mainstay.life.assess.proposals import Oddity

ROWS = 20_000
RAW = Path("examples/flights/raw")
CLEAN: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "normal": lambda draw: draw.normal(20, 5, ROWS),
    "around zero": lambda draw: draw.normal(0, 5, ROWS),
    "log-normal": lambda draw: np.exp(draw.normal(3, 1.5, ROWS)),
    "exponential": lambda draw: draw.exponential(50, ROWS),
    "gamma near zero": lambda draw: draw.gamma(0.3, 2, ROWS),
    "student": lambda draw: draw.standard_t(4, ROWS),
    "uniform share": lambda draw: draw.random(ROWS),
    "two heaps": lambda draw: np.where(draw.random(ROWS) < 0.3, 5, 9) + draw.normal(0, 1, ROWS),
    "counts": lambda draw: draw.poisson(6, ROWS).astype(float),
    "percent": lambda draw: np.clip(draw.normal(80, 20, ROWS), 0, 100).round(),
    "year": lambda draw: draw.integers(1960, 2014, ROWS).astype(float),
    "identifiers": lambda draw: draw.integers(1, 9999, ROWS).astype(float),
    "difference": lambda draw: draw.integers(-1, 40, ROWS).astype(float),
    "cold days": lambda draw: draw.normal(14, 5, ROWS),
}


def found(values: np.ndarray) -> list[Oddity]:
    return list(odd("row.x", values))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_column_is_silent(name: str, seed: int) -> None:
    assert found(CLEAN[name](np.random.default_rng(seed))) == []


def test_clean_columns_of_real_tables_are_silent() -> None:
    """Of 28 columns of numbers one is odd: a gust of wind of 1,048 miles an hour, which is true."""
    told = {
        (table, name): [one.kind for one in odd(f"row.{name}", values)]
        for table in ("flights", "weather", "planes")
        for name, values in numbers(RAW / f"{table}.parquet").items()
    }

    assert len(told) >= 25
    assert {key: kinds for key, kinds in told.items() if kinds} == {
        ("weather", "wind_speed"): ["outlier"]
    }


def numbers(path: Path) -> dict[str, np.ndarray]:
    table = pq.read_table(path)
    kept = [one for one in table.schema if str(one.type).startswith(("int", "double", "float"))]
    arrays = {one.name: table[one.name].to_numpy().astype(np.float64) for one in kept}
    return {name: values[np.isfinite(values)] for name, values in arrays.items()}


@pytest.mark.parametrize("code", [-999, 9999, -32768])
@pytest.mark.parametrize("name", ["normal", "log-normal", "counts", "around zero"])
def test_a_code_for_missing_is_found(name: str, code: int) -> None:
    values = CLEAN[name](np.random.default_rng(1)).clip(-50, 500)
    values[::200] = code

    (one,) = found(values)

    assert (one.kind, one.rows) == ("missing", 100)
    assert one.clean == {"missing": [code]}
    assert one.step == f"(row.x != {code}).ifelse(row.x, None)"


def test_one_below_nothing_is_a_code_too() -> None:
    values = CLEAN["counts"](np.random.default_rng(1)) * 3
    values[:400] = -1

    assert [one.kind for one in found(values)] == ["missing"]


def test_a_few_below_zero_are_impossible() -> None:
    ages = np.random.default_rng(1).integers(0, 95, ROWS).astype(float)
    ages[:3] = [-4, -17, -2]

    (one,) = found(ages)

    assert (one.kind, one.rows, one.clean) == ("boundary", 3, {"possible": [0, None]})
    assert one.clause == {"between": [0, None]}


def test_a_few_above_one_hundred_percent_are_impossible() -> None:
    values = CLEAN["percent"](np.random.default_rng(1))
    values[:3] = [104, 110, 101]

    (one,) = found(values)

    assert (one.kind, one.clean) == ("boundary", {"possible": [0, 100]})


@pytest.mark.parametrize("name", ["normal", "exponential", "student"])
def test_values_far_from_all_others_are_found(name: str) -> None:
    values = CLEAN[name](np.random.default_rng(1))
    values[:4] = 1000 * np.abs(values).max()

    (one,) = found(values)

    assert (one.kind, one.rows) == ("outlier", 4)
    low, high = one.clean["possible"]
    assert low <= values[4:].min() <= values[4:].max() <= high < values[0]


def test_one_unit_among_another_is_found() -> None:
    pressure = np.random.default_rng(1).normal(1013, 8, ROWS)
    pressure[::10] /= 33.8639

    (one,) = found(pressure)

    assert (one.kind, one.rows) == ("unit", 2000)
    assert "inch of mercury" in one.says
    assert one.step.endswith("ifelse(row.x * 33.8639, row.x)")
    low, high = one.clean["convert"]["between"]
    assert low <= pressure[::10].min() <= pressure[::10].max() <= high
    assert one.clean["convert"]["times"] == 33.8639


def test_the_larger_of_two_heaps_is_divided_where_it_is_the_smaller_one() -> None:
    pressure = np.random.default_rng(1).normal(30, 0.2, ROWS)
    pressure[::10] *= 33.8639

    (one,) = found(pressure)

    low, high = one.clean["convert"]["between"]
    assert low <= pressure[::10].min() <= pressure[::10].max() <= high
    assert one.clean["convert"]["times"] == 1 / 33.8639
