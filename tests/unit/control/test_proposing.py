"""`init`: three files from one table."""

from pathlib import Path

import pytest
import small_project

from mainstay.control.commands import Init
from mainstay.control.handle import answer, handle
from mainstay.control.queries import CheckContract
from mainstay.core.errors import Conflict, Mistakes
from mainstay.core.nouns import Verdict


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with tables and no contract yet."""
    made = small_project.written(tmp_path / "no-show")
    for name in ("contract.yaml", "features.py", "model.py"):
        (made / name).unlink()
    return made


def test_the_three_files_wait_for_what_only_a_person_knows(folder: Path) -> None:
    said = handle(folder, Init("data/visits.parquet", "missed"))

    assert said.verdict is Verdict.UNSURE
    with pytest.raises(Mistakes) as mistakes:
        answer(folder, CheckContract())
    unknown = {finding.what for finding in mistakes.value.findings}
    assert unknown
    assert all('is "?"' in what for what in unknown)
    assert len(unknown) == len(said.facts["unknown"])


def test_nothing_is_overwritten(folder: Path) -> None:
    (folder / "features.py").write_text("mine")

    with pytest.raises(Conflict, match=r"features\.py exists"):
        handle(folder, Init("data/visits.parquet", "missed"))

    assert (folder / "features.py").read_text() == "mine"
    assert not (folder / "contract.yaml").exists()
