"""The small project with v1 deployed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import receiving
import small_project

from mainstay.control.commands import Approve, Deploy
from mainstay.control.handle import handle
from mainstay.control.project import Project
from mainstay.core import settings


def deployed(folder: Path, share: float) -> Path:
    with settings.given({"MAINSTAY_KEY": small_project.APPROVER}):
        handle(folder, Approve("v1"))
    handle(folder, Deploy("v1", share))
    return folder


@pytest.fixture
def live(as_author: Path) -> Path:
    """v1 live since the day after its last visit."""
    return deployed(as_author, 1.0)


@pytest.fixture
def canary(as_author: Path) -> Path:
    """v1 as a canary beside its baseline."""
    return deployed(as_author, 0.5)


@pytest.fixture
def burning(tmp_path: Path) -> Iterator[Project]:
    """A project with nothing but a contract, for incidents."""
    with receiving.project_of(tmp_path) as made:
        yield made
