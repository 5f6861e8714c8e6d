"""pandas-style code beside features.py, on rows of the small project."""

from pathlib import Path

import pytest
import small_project

from mainstay.control.handle import answer
from mainstay.control.queries import CheckFeatures
from mainstay.core.answers import Answer
from mainstay.core.errors import Mistakes
from mainstay.core.nouns import Verdict

SAME = """\
def features(frame):
    return frame[["wait", "rain", "kind"]].assign(weekday=frame["at"].dt.day_of_week)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files alone: nothing has to be built for it."""
    return small_project.written(tmp_path_factory.mktemp("compared") / "no-show")


def compared(folder: Path, text: str, rows: int = 300) -> Answer:
    (folder / "features_pandas.py").write_text(text)
    return answer(folder, CheckFeatures("features_pandas.py", rows))


def test_the_same_features_agree_and_the_sample_says_how_sure_that_is(folder: Path) -> None:
    said = compared(folder, SAME)

    assert said.verdict is Verdict.PASS
    assert "say the same on 300 rows drawn from 3,000; at most 1.22% of all rows" in said.headline
    assert (said.facts["rows"], said.facts["of"], said.facts["first"]) == (300, 3000, None)


def test_the_first_differing_row_is_shown_with_both_values_and_what_they_are_of(
    folder: Path,
) -> None:
    said = compared(folder, SAME.replace("day_of_week", "day_of_week.where(frame.wait < 50, 7)"))

    first = said.facts["first"]
    assert said.verdict is Verdict.FAIL
    assert (first["column"], first["pandas"]) == ("weekday", 7)
    assert first["ibis"] in range(7)
    assert set(first["inputs"]) == {"at"}
    assert said.facts["columns"].keys() == {"weekday"}
    assert 20 < said.facts["differing_rows"] < 90
    assert any(one.startswith("first in row") and first["key"] in one for one in said.lines)


def test_columns_that_only_one_side_gives_are_differences(folder: Path) -> None:
    said = compared(folder, "def features(frame):\n    return frame.assign(wet=frame.rain > 1)\n")

    assert said.verdict is Verdict.FAIL
    assert (said.facts["lacking"], said.facts["added"]) == (["weekday"], ["wet"])
    assert said.facts["columns"] == {}


def test_a_mistake_is_told_at_its_place(folder: Path) -> None:
    with pytest.raises(Mistakes, match=r"features_pandas.py:2:12: AttributeError"):
        compared(folder, "def features(frame):\n    return frame.nothing()\n")


def test_a_file_with_a_header_runs_in_the_environment_it_asks_for(
    born: Path, as_author: Path
) -> None:
    """That of the model, which is there already."""
    header = small_project.MODEL.partition("from lightgbm")[0]
    said = compared(as_author, f"{header}import sys\nprint(sys.executable)\n{SAME}"
                               "assert 'environments' in sys.executable\n", 50)  # fmt: skip

    assert said.verdict is Verdict.PASS, born
