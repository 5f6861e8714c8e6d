"""What features(frame) makes of rows, in its own process."""

from pathlib import Path

import pyarrow as pa
import pytest

from mainstay.core.errors import Mistake, Mistakes
from mainstay.core.nouns import Column
from mainstay.data import frame
from mainstay.data.frame import Made

COLUMNS = (Column("id", "int64"), Column("temp", "float64"))
ROWS = pa.table({"id": [1, 2, 3], "temp": [1.5, None, float("inf")]})
F = "def features(frame):\n    "


def made(folder: Path, text: str, seconds: float = 60.0) -> Made:
    path = folder / "features_pandas.py"
    path.write_text(text)
    return frame.made(path, COLUMNS, ROWS, seconds=seconds)


def test_rows_go_there_and_columns_come_back_in_their_order(tmp_path: Path) -> None:
    text = "print('people print')\nimport beside\n" + F
    (tmp_path / "beside.py").write_text("def twice(one): return one * 2\n")

    found = made(tmp_path, text + "return frame.sort_values('id', ascending=False)"
                                  ".assign(twice=beside.twice(frame.temp))")  # fmt: skip

    assert found.columns == {
        "id": [1, 2, 3], "temp": [1.5, None, float("inf")], "twice": [3.0, None, float("inf")],
    }  # fmt: skip
    assert found.dtypes["twice"] == "float64"


def test_the_code_sees_no_secret_of_the_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "hunter2")

    with pytest.raises(Mistakes, match=r"features_pandas.py:2:1: RuntimeError: .*PATH") as caught:
        made(tmp_path, "import os\nraise RuntimeError(' '.join(os.environ))\n")

    assert "DATABASE_PASSWORD" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("return frame[frame.id > 1]", "gives 2 rows of 3"),
        ("return frame.set_index('id')", "another index"),
    ],
)
def test_rows_that_cannot_be_told_apart_are_a_mistake(tmp_path: Path, code: str, what: str) -> None:
    with pytest.raises(Mistake, match=what) as caught:
        made(tmp_path, F + code)

    assert caught.value.hint


def test_code_that_ends_its_process_or_never_ends_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Mistakes, match="ended its process with code 7"):
        made(tmp_path, "import os\nos._exit(7)\n")
    with pytest.raises(Mistake, match="took more than 1 s"):
        made(tmp_path, "while True: pass\n", seconds=1)
    with pytest.raises(Mistake, match="there is no"):
        frame.made(tmp_path / "nothing.py", COLUMNS, ROWS)
