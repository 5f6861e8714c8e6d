"""What was foreseen before a build, as it is found again."""

from pathlib import Path

import pytest

from mainstay.control import hopes, project
from mainstay.control.hopes import Hopes
from mainstay.control.project import Project
from mainstay.life.assess.foreseen import Foreseen

CODE = {"model.py": "1"}


@pytest.fixture
def opened(as_author: Path):
    with project.opened(as_author) as found:
        yield found


def recorded(opened: Project, contract: str, chance: float | None) -> None:
    told = hopes.said(contract, CODE, Foreseen((), None, chance=chance, retrainings=2.0))
    with opened.ledger.transaction():
        opened.ledger.append("Assessed", opened.model, opened.actor, {"blobs": [], **told})


def test_the_newest_of_the_very_contract_and_code_counts(opened: Project) -> None:
    recorded(opened, "one", 0.2)
    recorded(opened, "one", 0.4)
    recorded(opened, "other", 0.9)

    assert hopes.newest(opened, "one", CODE) == Hopes(0.4, 2.0)
    assert hopes.newest(opened, "one", {"model.py": "2"}) is None


def test_what_nobody_could_tell_is_kept_as_such(opened: Project) -> None:
    recorded(opened, "one", None)

    assert hopes.newest(opened, "one", CODE) == Hopes(None, 2.0)
