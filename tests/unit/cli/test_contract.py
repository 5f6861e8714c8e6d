"""`mainstay contract`."""

from pathlib import Path

import pytest
import small_project
from msgspec import json

from mainstay.cli.main import outcome


def test_a_contract_with_mistakes_is_told_line_by_line(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = as_author / "contract.yaml"
    path.write_text(path.read_text().replace("owner:", "ovner:"))

    assert outcome(["contract", "check", "--folder", str(as_author)]) == 2

    told = capsys.readouterr().err
    assert "contract.yaml:3:1: ovner is not a clause" in told
    assert told.splitlines()[-1].endswith("nothing was run.")


def test_every_clause_is_explained(as_author: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(["contract", "explain", "--folder", str(as_author)]) == 0

    assert "certify.lasts" in capsys.readouterr().out


def test_the_schema_is_printed_or_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["contract", "schema"]) == 0
    printed = capsys.readouterr().out

    assert outcome(["contract", "schema", "--out", str(tmp_path / "s.json")]) == 0

    assert json.decode(printed) == json.decode((tmp_path / "s.json").read_bytes())
    assert json.decode(printed)["required"][:2] == ["mainstay", "model"]


def test_its_data_goes_out_and_comes_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(small_project.written(tmp_path / "p"))
    file = str(tmp_path / "odcs.yaml")

    assert outcome(["contract", "export", "--folder", folder, "--out", file]) == 0
    assert outcome(["contract", "import", file, "--folder", folder]) == 0
    assert outcome(["contract", "import", str(tmp_path / "none"), "--folder", folder]) == 2

    said = capsys.readouterr()
    assert "no-show: 0 clauses taken in, 0 not held or kept." in said.out
    assert "none cannot be read" in said.err


def test_what_changed_since_the_revision_on_record_is_told(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = as_author / "contract.yaml"
    path.write_text(path.read_text().replace("access: {approver: lead}", "watch: {window: 2d}"))

    assert outcome(["contract", "diff", "--folder", str(as_author)]) == 0

    told = capsys.readouterr().out
    assert told.startswith("no-show: 2 clauses changed; a certificate has to be approved again.")
    assert 're-approve  access.approver: "lead" -> none' in told
    assert 'watch       watch.window: "1d" -> "2d"' in told
    assert told.splitlines()[-1] == "Next: mainstay build"


def test_two_files_are_held_against_each_other(
    as_author: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, other = as_author / "contract.yaml", tmp_path / "other.yaml"
    other.write_text(path.read_text().replace("owner: clinic", "owner: ward"))

    assert outcome(["contract", "diff", str(path), str(other), "--folder", str(as_author)]) == 0

    assert 'owner: "clinic" -> "ward"' in capsys.readouterr().out


def test_a_file_that_is_not_there_is_a_mistake(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["contract", "diff", "nowhere.yaml", "--folder", str(as_author)]) == 2

    assert "nowhere.yaml cannot be read" in capsys.readouterr().err
