"""The two doors of the control plane."""

from pathlib import Path

import pytest

from mainstay.control.commands import Build
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Status
from mainstay.core.errors import Missing


def test_a_folder_without_a_contract_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    for asked in (lambda: handle(tmp_path, Build()), lambda: answer(tmp_path, Status())):
        with pytest.raises(Missing, match=r"no contract\.yaml"):
            asked()

    assert not list(tmp_path.iterdir())
