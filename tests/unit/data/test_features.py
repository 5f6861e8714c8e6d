from collections.abc import Callable
from pathlib import Path

import ibis.expr.types as ir
import pytest

from mainstay.core.errors import Mistake, Mistakes
from mainstay.core.expressions import Call, ColumnOf, Literal, Output
from mainstay.core.nouns import Column
from mainstay.data import features

COLUMNS = (
    Column("temp", "float64"),
    Column("dewp", "float64"),
    Column("carrier", "string"),
    Column("local_day", "date"),
)
SPREAD = """\
print("people print in their code")


def features(row):
    return row.select("carrier", dew_spread=row.temp - row.dewp)
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "features.py"
    path.write_text(text)
    return path


def test_outputs_come_in_the_order_of_features(tmp_path: Path) -> None:
    made = features.outputs(written(tmp_path, SPREAD), COLUMNS)

    temp, dewp = ColumnOf("temp", "float64"), ColumnOf("dewp", "float64")
    assert made == (
        Output("carrier", ColumnOf("carrier", "string")),
        Output("dew_spread", Call("subtract", (temp, dewp), "float64")),
    )


def test_the_code_sees_no_secret_of_the_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "hunter2")
    path = written(tmp_path, "import os\nraise RuntimeError(' '.join(os.environ))\n")

    with pytest.raises(Mistakes, match="PATH") as caught:
        features.outputs(path, COLUMNS)

    assert "DATABASE_PASSWORD" not in str(caught.value)


def test_modules_beside_the_file_can_be_imported(tmp_path: Path) -> None:
    (tmp_path / "spread.py").write_text("def spread(row): return row.temp - row.dewp\n")
    text = "from spread import spread\ndef features(row): return row.select(s=spread(row))\n"

    made = features.outputs(written(tmp_path, text), COLUMNS)

    assert [one.name for one in made] == ["s"]


def test_code_that_never_ends_is_stopped(tmp_path: Path) -> None:
    path = written(tmp_path, "def features(row):\n    while True: pass\n")

    with pytest.raises(Mistake, match=r"features.py took more than 3 s"):
        features.outputs(path, COLUMNS, seconds=3)


def test_code_that_ends_its_process_is_a_mistake(tmp_path: Path) -> None:
    path = written(tmp_path, "import os\nos._exit(7)\n")

    with pytest.raises(Mistakes, match="ended its process with code 7"):
        features.outputs(path, COLUMNS)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"there is no .*features.py"):
        features.outputs(tmp_path / "features.py", COLUMNS)


def test_inputs_are_computed_beside_the_columns_kept(stored: Callable[..., ir.Table]) -> None:
    table = stored({"id": "string", "temp": "float64"}, id=["a", "b"], temp=[1.5, float("nan")])
    twice = Output("twice", Call("multiply", (ColumnOf("temp"), Literal(2))))

    made = features.inputs(table, (twice,), keep=("id",)).order_by("id").to_pyarrow()

    assert made.to_pydict() == {"id": ["a", "b"], "twice": [3.0, None]}


def test_an_input_cannot_be_named_as_the_key(stored: Callable[..., ir.Table]) -> None:
    table = stored({"id": "string"}, id=["a"])

    with pytest.raises(Mistake, match="features\\(\\) gives id"):
        features.inputs(table, (Output("id", ColumnOf("id")),), keep=("id",))
