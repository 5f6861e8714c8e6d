"""The contract alone."""

from pathlib import Path

import pytest
import small_project

from mainstay.control.handle import answer
from mainstay.control.queries import CheckContract, ContractSchema, DiffContract, ExplainContract
from mainstay.core.errors import Missing, Mistakes
from mainstay.core.nouns import Verdict


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_project.written(tmp_path / "p")


def test_a_contract_without_mistake_holds(folder: Path) -> None:
    said = answer(folder, CheckContract())

    assert said.verdict is Verdict.PASS
    assert "4 model inputs" in " ".join(said.lines)


def test_a_name_that_no_table_holds_is_told_at_its_place(folder: Path) -> None:
    text = (folder / "contract.yaml").read_text().replace("by: [kind]", "by: [kimd]")
    (folder / "contract.yaml").write_text(text)
    line = 1 + next(at for at, row in enumerate(text.splitlines()) if "slices" in row)

    with pytest.raises(Mistakes, match=rf"contract\.yaml:{line}:17: .*kimd") as mistakes:
        answer(folder, CheckContract())

    assert "did you mean kind?" in str(mistakes.value)


def test_checking_leaves_no_ledger_behind(folder: Path) -> None:
    answer(folder, CheckContract())

    assert not (folder / ".mainstay" / "ledger.db").exists()


def test_every_clause_is_explained_with_its_default(folder: Path) -> None:
    said = answer(folder, ExplainContract())

    assert any("certify.lasts" in line and "(default)" in line for line in said.lines)
    assert any("serve.latency_p99" in line and "(default)" not in line for line in said.lines)


def test_the_schema_needs_no_project(tmp_path: Path) -> None:
    assert answer(tmp_path, ContractSchema()).facts["schema"]["type"] == "object"


def test_without_a_revision_on_record_there_is_nothing_to_compare(folder: Path) -> None:
    with pytest.raises(Missing, match="no revision of the contract is on record"):
        answer(folder, DiffContract())


def test_what_is_on_record_is_what_is_registered(as_author: Path) -> None:
    said = answer(as_author, DiffContract())

    assert said.headline == "no-show: r1 and contract.yaml say the same."
    assert said.facts["old"] == said.facts["new"]
    with pytest.raises(Missing, match="no revision r7 of"):
        answer(as_author, DiffContract("r7"))


def test_a_text_is_read_as_strictly_as_the_file(as_author: Path) -> None:
    with pytest.raises(Mistakes, match="not a clause"):
        answer(as_author, DiffContract("", "mainstay: 1\nmodle: x\n"))
