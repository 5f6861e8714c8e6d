"""Which projects a team has, and what is refused of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from asking import ledger
from teams import NAMES, of_two

from mainstay.control import project, team
from mainstay.core.errors import Conflict
from mainstay.core.places import Places


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with of_two(tmp_path) as made:
        yield made


def test_projects_of_a_team_keep_one_record(folder: Path) -> None:
    with ledger(folder) as there:
        assert [one.subject for one in there.events()] == list(NAMES)
    assert not (folder / "churn" / ".mainstay" / "ledger.db").exists()
    assert team.members(Places(folder)) == {name: folder / name for name in NAMES}


def test_two_projects_of_one_name_are_refused(folder: Path) -> None:
    text = (folder / "churn" / "contract.yaml").read_text()
    (folder / "no-show" / "contract.yaml").write_text(text)

    with pytest.raises(Conflict, match="both hold a model called churn"):
        team.members(Places(folder))


def test_a_project_that_has_a_record_already_is_not_taken_into_a_team(folder: Path) -> None:
    own = folder / "churn" / ".mainstay"
    own.mkdir(exist_ok=True)
    (own / "ledger.db").write_bytes((folder / ".mainstay" / "ledger.db").read_bytes())

    with pytest.raises(Conflict, match="record of its own"):
        project.opened(folder / "churn")
