"""What a list of models is made of: good while nothing was recorded of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from teams import broken, of_two

from mainstay.control import briefs, several
from mainstay.control.project import nothing


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with of_two(tmp_path) as made:
        yield made


def test_a_brief_is_read_anew_when_something_was_recorded_of_its_model(folder: Path) -> None:
    def fresh() -> dict[str, bool]:
        with several.opened(folder, nothing, None) as opened:
            return {one.model: one.fresh for one in briefs.standings(opened)}

    assert fresh() == {"churn": False, "no-show": False}
    with several.opened(folder, nothing, None) as opened:
        briefs.refreshed(opened)
    assert fresh() == {"churn": True, "no-show": True}
    broken(folder, "churn")
    assert fresh() == {"churn": False, "no-show": True}
    contract = folder / "no-show" / "contract.yaml"
    contract.write_text(f"{contract.read_text()}# changed\n")
    assert fresh() == {"churn": False, "no-show": False}


def test_what_was_never_read_or_is_old_is_said_so(folder: Path) -> None:
    with several.opened(folder, nothing, None) as opened:
        before = briefs.standings(opened)[0].shown
        briefs.refreshed(opened)
        broken(folder, "churn")
        after = briefs.standings(opened)[0].shown

    assert (before.verdict, before.sentence) == (None, "▲ not read yet.")
    assert " As of " in after.sentence
