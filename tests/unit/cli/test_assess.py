"""`mainstay assess`."""

from pathlib import Path

import pytest

from mainstay.cli.main import outcome


def test_an_assessment_that_holds_ends_with_the_next_command(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["assess", "--folder", str(as_author)]) == 0

    assert capsys.readouterr().out.splitlines()[-1] == "Next: mainstay build"


def test_a_period_that_is_no_date_is_a_mistake(as_author: Path) -> None:
    assert outcome(["assess", "--until", "soon", "--folder", str(as_author)]) == 2


@pytest.mark.slow
def test_fits_are_asked_for_by_an_option(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["assess", "--foresee", "--folder", str(as_author)]) == 0

    assert "learning curve" in capsys.readouterr().out


def test_proposals_are_accepted_in_one_project_at_a_time(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["assess", "--all", "--accept", "1", "--folder", str(as_author)]) == 2

    assert "--accept for one project" in capsys.readouterr().err
