"""Several classes from build to watch: by which texts or numbers they go moves nothing."""

from pathlib import Path

import lived
import numpy as np
import pyarrow as pa
import pytest
import small_project
from pyarrow import parquet
from small_project import acting

from mainstay.control.commands import Approve, Build, Certify, Deploy, NewKey, Trust, Watch
from mainstay.control.handle import handle
from mainstay.core import settings
from mainstay.core.nouns import Estimate

pytestmark = pytest.mark.slow

Names = tuple[str, str, str] | tuple[int, int, int]
NUMBERED: tuple[Names, ...] = ((10, 20, 30), (1, 2, 3), (-7, 0, 4))
DAYS = range(1, 12)


def of(names: Names, visit: str, *, missed: bool) -> str | int:
    """Not missed, missed, or one in nine that nobody can tell."""
    return names[2 if sum(visit.encode()) % 9 == 0 else int(missed)]


def written(folder: Path, names: Names) -> Path:
    """The small project with three classes, which are worth different money."""
    small_project.written(folder)
    path = folder / "data" / "visits.parquet"
    rows = parquet.read_table(path)
    both = zip(rows["visit"].to_pylist(), rows["missed"].to_pylist(), strict=True)
    label = pa.array([of(names, visit, missed=missed) for visit, missed in both])
    at = rows.column_names.index("missed")
    parquet.write_table(rows.set_column(at, "missed", label), path)
    money = ", ".join(f"'{was}': {{{_row(names, was)}}}" for was in names)
    text = (folder / "contract.yaml").read_text()
    for old, new in (
        ("task: binary", "task: multiclass"),
        ("true_positive: 10, false_positive: -2", f"matrix: {{{money}}}"),
        ("{metric: roc_auc, at_least: 0.6}", "{metric: accuracy, at_least: 0.3}"),
        ("    - {metric: acc", "    - {metric: log_loss, at_most: 2}\n    - {metric: acc"),
        ("  baseline: {rate_by: [kind]}\n", ""),
        ("metric: roc_auc, at_least: 0.4", "metric: accuracy, at_least: 0.2"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    (folder / "contract.yaml").write_text(text)
    return folder


def _row(names: Names, was: str | int) -> str:
    """Of one class: the later it comes, the more it is worth to be right about it."""
    right = 3 * names.index(was) + 2
    return ", ".join(f"'{said}': {right if said == was else -1}" for said in names)


class Life:
    """What was said of a project from its build to a look, and the answers of its door."""

    def __init__(self, folder: Path, furniture: Path, names: Names) -> None:
        small_project.furnished(written(folder, names), furniture)
        with acting(folder, small_project.AUTHOR):
            for name, role in (("ana", "author"), ("lead", "approver")):
                handle(folder, NewKey(name))
                handle(folder, Trust(name, role))
            handle(folder, Build())
            self.certified = handle(folder, Certify())
            with settings.given({"MAINSTAY_KEY": small_project.APPROVER}):
                handle(folder, Approve("v1"))
            handle(folder, Deploy("v1", 1.0))

            def truth(one: lived.Record) -> str | int:
                return of(names, str(one["visit"]), missed=bool(one["missed"]))

            said = lived.answered(folder, DAYS, truth=truth)
            self.right = [str(one["decision"]) == str(truth(one)) for one in said]
            self.watched = handle(folder, Watch())

    def told(self) -> dict[str, Estimate | None]:
        """Of every clause but what a clock measures."""
        every = (*self.certified.evidence, *self.watched.evidence)
        return {one.clause: one.estimate for one in every if "latency" not in one.clause}


@pytest.fixture(scope="module")
def texts(born: Path, tmp_path_factory: pytest.TempPathFactory) -> Life:
    return Life(tmp_path_factory.mktemp("texts") / "p", born, ("a", "b", "c"))


def test_live_accuracy_is_the_share_of_labels_that_the_door_said(texts: Life) -> None:
    found = texts.told()["realised, accuracy"]

    assert found is not None, [one.note for one in texts.watched.evidence]
    assert found.value == pytest.approx(np.mean(texts.right))


@pytest.mark.parametrize("names", NUMBERED, ids=str)
def test_classes_that_are_numbers_are_judged_as_texts_are(
    texts: Life, born: Path, tmp_path: Path, names: Names
) -> None:
    numbered = Life(tmp_path / "p", born, names)

    assert numbered.right == texts.right
    assert numbered.told() == texts.told()
