"""What laws about gates have in common."""

import pytest
import small_project

from mainstay.contract import document
from mainstay.contract.goals import Goal


@pytest.fixture(scope="session")
def contract(tmp_path_factory):
    """That of the small project."""
    folder = small_project.written(tmp_path_factory.mktemp("law") / "p")
    return document.read(folder / "contract.yaml").contract


@pytest.fixture(scope="session")
def half_right(contract):
    """The same, which asks for right decisions on half of the rows."""
    goal = Goal(metric="accuracy", at_least=0.5)
    return contract.model_copy(
        update={"objective": contract.objective.model_copy(update={"good_enough": (goal,)})}
    )
