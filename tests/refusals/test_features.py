"""What features() must not do: look at other rows, other tables, the clock, chance or secrets."""

from pathlib import Path

import pytest

from mainstay.core.errors import Mistake, Mistakes
from mainstay.core.nouns import Column
from mainstay.data import features

COLUMNS = (Column("temp", "float64"), Column("carrier", "string"), Column("late", "boolean"))


def refusal(folder: Path, body: str) -> str:
    path = folder / "features.py"
    path.write_text(f"import ibis\n\ndef features(row):\n    return {body}\n")
    with pytest.raises(Mistakes) as caught:
        features.outputs(path, COLUMNS)
    return str(caught.value)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("row.join(row.view(), 'carrier')", "join chain is not row by row"),
        ("row.select(m=row.temp.mean().over(group_by='carrier'))", "m: mean looks at other rows"),
        ("row.group_by('carrier').aggregate(m=row.temp.mean())", "aggregate is not row by row"),
        ("row.filter(row.late)", "filter is not row by row"),
        ("row.select(t=ibis.now().hour())", "t: timestamp now is not a function of the row"),
        ("row.select(r=ibis.random())", "r: random scalar is not a function of the row"),
        ("row.select(r=row.carrier.re_search('U.'))", "r: regex search has no form at the door"),
    ],
)
def test_what_a_single_row_cannot_answer_is_refused_by_name_line_and_hint(
    tmp_path: Path, body: str, what: str
) -> None:
    said = refusal(tmp_path, body)

    assert what in said
    assert said.startswith(("features.py:3:1: ", "features.py:4:1: "))
    assert "hint: " in said


def test_secrets_of_the_caller_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")

    said = refusal(tmp_path, "__import__('os').environ['AWS_SECRET_ACCESS_KEY']")

    assert "KeyError: 'AWS_SECRET_ACCESS_KEY'" in said


def test_rows_are_not_there(tmp_path: Path) -> None:
    said = refusal(tmp_path, "row.temp.to_pyarrow()")

    assert "features.py:4:1: " in said


def test_code_that_never_ends_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "features.py"
    path.write_text("while True: pass\n")

    with pytest.raises(Mistake, match="took more than 2 s"):
        features.outputs(path, COLUMNS, seconds=2)
