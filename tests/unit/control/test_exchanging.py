"""The data of a contract by the Open Data Contract Standard, there and back."""

from pathlib import Path

import pytest
import small_project
import yaml

from mainstay.contract import document
from mainstay.control.commands import ImportContract
from mainstay.control.handle import answer, handle
from mainstay.control.queries import ExportContract
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Verdict

FIELDS = small_project.CONTRACT[
    small_project.CONTRACT.index("  fields:") : small_project.CONTRACT.index("certify:")
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_project.written(tmp_path / "p")


def test_what_is_exported_holds_every_column_there_is(folder: Path) -> None:
    said = answer(folder, ExportContract())

    made = yaml.safe_load(said.facts["text"])
    assert {
        one["name"]: [each["name"] for each in one["properties"]] for one in made["schema"]
    } == {
        "decisions": ["visit", "at", "patient", "town", "wait", "kind", "missed"],
        "weather": ["town", "seen_at", "rain"],
    }
    assert said.headline == "The data of no-show by ODCS 3.1: 2 sources, 10 columns."


def test_what_was_exported_is_taken_in_again_byte_by_byte_beside_the_rest(folder: Path) -> None:
    path = folder / "contract.yaml"
    whole = document.read(path).contract
    sent = answer(folder, ExportContract()).facts["text"]
    path.write_text(small_project.CONTRACT.replace(FIELDS, ""))

    said = handle(folder, ImportContract(sent))
    again = handle(folder, ImportContract(sent))

    assert document.read(path).contract.data.fields == whole.data.fields
    assert said.verdict is Verdict.PASS, said.lines
    assert again.facts["written"] == []
    bare = small_project.CONTRACT.replace(FIELDS, "").splitlines()
    assert [line for line in path.read_text().splitlines() if line in bare] == bare


def test_what_is_not_held_is_told_and_is_never_green(folder: Path) -> None:
    sent = yaml.safe_load(answer(folder, ExportContract()).facts["text"])
    sent["servers"] = []
    del sent["schema"][0]["properties"][4]["customProperties"]
    sent["schema"][0]["properties"][4]["logicalTypeOptions"] = {"exclusiveMinimum": 0}
    (folder / "contract.yaml").write_text(small_project.CONTRACT.replace(FIELDS, ""))

    said = handle(folder, ImportContract(yaml.safe_dump(sent)))

    assert said.verdict is Verdict.UNSURE
    assert "▲ servers is not held" in said.lines
    assert "▲ decisions.wait: logicalTypeOptions.exclusiveMinimum is not held" in said.lines
    assert any("wait: {type: integer, on_breach: flag}" in line for line in said.lines)


def test_what_would_make_the_contract_wrong_is_left_out_by_name(folder: Path) -> None:
    sent = yaml.safe_load(answer(folder, ExportContract()).facts["text"])
    wait = sent["schema"][0]["properties"][4]
    del wait["customProperties"]
    wait["logicalTypeOptions"] = {"minimum": 9, "maximum": 1}
    (folder / "contract.yaml").write_text(small_project.CONTRACT.replace(FIELDS, ""))

    said = handle(folder, ImportContract(yaml.safe_dump(sent)))

    assert any("wait: {type: integer, between: [9, 1]" in line and "is not held" in line
               for line in said.lines)  # fmt: skip
    assert "wait" not in document.read(folder / "contract.yaml").contract.data.fields


@pytest.mark.parametrize("text", ["{", "[]", "kind: DataContract"])
def test_what_is_no_data_contract_is_a_mistake(folder: Path, text: str) -> None:
    with pytest.raises(Mistake):
        handle(folder, ImportContract(text))
