"""The process that runs features(frame), as functions of this one."""

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mainstay.data import frame_process

F = "def features(frame):\n    "
AT = "2013-01-31T06:00:00.000001+00:00"
COLUMNS = [
    {"name": "id", "type": "int64", "values": [1, 2]},
    {"name": "seats", "type": "int64", "values": [1, None]},
    {"name": "temp", "type": "float64", "values": [1.5, None]},
    {"name": "late", "type": "boolean", "values": [True, None]},
    {"name": "town", "type": "string", "values": ["é", None]},
    {"name": "day", "type": "date", "values": ["2013-01-31", None]},
    {"name": "at", "type": "timestamp('UTC')", "values": [AT, None]},
    {"name": "none", "type": "string", "values": [None, None]},
]  # fmt: skip


@pytest.fixture(autouse=True)
def path_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])


def answered(folder: Path, text: str) -> dict[str, Any]:
    path = folder / "features_pandas.py"
    path.write_text(text)
    return frame_process.answer(path, COLUMNS)


def test_a_frame_is_what_pandas_reads_from_parquet(tmp_path: Path) -> None:
    frame = frame_process.framed(COLUMNS)
    frame.drop(columns=["day", "none"]).to_parquet(tmp_path / "rows.parquet")

    read = pd.read_parquet(tmp_path / "rows.parquet")

    assert {name: str(one) for name, one in frame.dtypes.items() if name in read} == {
        name: str(one) for name, one in read.dtypes.items()
    }
    assert str(frame.dtypes["seats"]) == "float64"
    assert frame.day.dt.day_of_week.tolist()[0] == 3
    assert str(frame["at"].dt.tz) == "UTC"


def test_whatever_goes_in_comes_out(tmp_path: Path) -> None:
    said = answered(tmp_path, F + "return frame")

    assert said["index"] == [0, 1]
    assert {one["name"]: one["values"] for one in said["columns"]} == {
        "id": [1, 2], "seats": [1.0, None], "temp": [1.5, None], "late": [True, None],
        "town": ["é", None], "day": ["2013-01-31T00:00:00", None],
        "at": [AT, None], "none": [None, None],
    }  # fmt: skip


def test_categories_and_numbers_of_numpy_are_plain_values(tmp_path: Path) -> None:
    text = F + "return frame.assign(c=frame.town.astype('category'), k=frame.id.astype('int8'))"

    said = {one["name"]: one["values"] for one in answered(tmp_path, text)["columns"]}

    assert (said["c"], said["k"]) == (["é", None], [1, 2])


MISTAKES = {  # code -> line, column and what is found there
    "x = 1\n" + F + "return frame[['tmp']]": (3, 12, "KeyError: "),
    F + "return 1 / 0": (2, 12, "ZeroDivisionError: division by zero"),
    "def features(frame:\n    pass": (1, 13, "'(' was never closed"),
    "def f(frame): pass": (1, 1, "it defines no features(frame)"),
    "raise SystemExit": (1, 1, "SystemExit: without a word"),
    F + "return frame.temp": (1, 1, "features() returns Series"),
    F + "frame.columns = ['id'] * 8\n    return frame": (1, 1, "features() names a column tw"),
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_in_the_code_is_found_at_its_place(tmp_path: Path, text: str) -> None:
    line, column, what = MISTAKES[text]

    found = answered(tmp_path, text)["error"]

    assert (found["line"], found["column"]) == (line, column)
    assert found["what"].startswith(what)


def test_an_environment_without_pandas_is_told_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)

    found = answered(tmp_path, F + "return frame")["error"]

    assert "pandas is not in this environment" in found["what"]
    assert "dependencies" in found["hint"]
