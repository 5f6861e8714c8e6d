import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from mainstay.core.errors import Finding
from mainstay.core.nouns import Column
from mainstay.data import features_process
from mainstay.data.features_process import Answer, answer

COLUMNS = (Column("temp", "float64"), Column("local_day", "date"))


@pytest.fixture(autouse=True)
def path_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])


def read(folder: Path, text: str) -> Answer:
    path = folder / "features.py"
    path.write_text(text)
    return answer(path, COLUMNS)


F = "def features(row):\n    "
MISTAKES = {  # code -> line and what is found there
    "x = 1\n" + F + "return row.select(a=row.tmp)": (3, "the row has no column tmp"),
    F + "return row.select('tmp')": (2, "the row has no column tmp"),
    F + "return 1 / 0": (2, "ZeroDivisionError: division by zero"),
    "def f(x):\n    return x / []\n" + F + "return row.select(h=f(row.temp))": (2, "TypeError: "),
    "def features(row:\n    pass": (1, "'(' was never closed"),
    "def f(row): pass": (1, "it defines no features(row)"),
    "import nowhere": (1, "ModuleNotFoundError: No module named 'nowhere'"),
    "raise SystemExit": (1, "SystemExit: without a word"),
    "\n" + F + "return 3": (2, "features() returns int"),
    F + "return row.select(\n    m=row.temp.mean())": (3, "m: mean looks at other rows"),
    F + "return row.select(\n    'local_day')": (3, "local_day: it is a date"),
    "\n" + F + "return row.filter(row.temp > 1)": (2, "filter is not row by row"),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_in_the_code_is_found_at_its_line(tmp_path: Path, text: str) -> None:
    line, what = MISTAKES[text]

    found = read(tmp_path, text).findings

    assert [(one.file, one.line) for one in found] == [("features.py", line)]
    assert found[0].what.startswith(what)


def test_all_outputs_that_cannot_be_are_found_at_once(tmp_path: Path) -> None:
    text = "def features(row):\n    return row.select(\n a=row.temp.mean(),\n b=row.temp.round())\n"

    found = read(tmp_path, text).findings

    assert [one.line for one in found] == [3, 4]


def test_the_nearest_column_is_the_hint(tmp_path: Path) -> None:
    text = "def features(row): return row.select(a=row.tempp)"

    assert read(tmp_path, text).findings[0].hint.startswith("did you mean temp?")


def test_what_the_code_prints_is_not_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "features.py"
    path.write_text("print('{}')\ndef features(row): return row.select('temp')\n")
    command = [sys.executable, "-m", features_process.__name__, str(path)]

    done = subprocess.run(command, input=msgspec.json.encode(COLUMNS), capture_output=True)

    assert done.stderr.startswith(b"{}")
    assert msgspec.json.decode(done.stdout, type=Answer).outputs[0].name == "temp"


def test_a_finding_travels_as_json() -> None:
    sent = Answer(findings=(Finding("features.py", 1, 1, "what", "hint"),))

    assert msgspec.json.decode(msgspec.json.encode(sent), type=Answer) == sent
