from pathlib import Path

import pytest
from pydantic import ValidationError

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.core.errors import Mistakes


def test_the_example_says_what_it_says(read):
    contract = read().contract

    assert (contract.mainstay, contract.model, contract.owner) == (
        1,
        "flight-delay",
        "operations-analytics",
    )
    assert contract.objective.task == "binary"
    assert list(contract.data.context) == ["weather", "planes"]
    assert list(contract.data.fields) == ["distance", "temp", "pressure", "carrier"]
    assert contract.access.approver == "operations-lead"


def test_a_contract_is_frozen(read):
    contract = read().contract

    with pytest.raises(ValidationError):
        contract.owner = "somebody else"


def test_a_contract_written_out_and_read_again_is_the_same(read):
    late = (
        "    late: {from: decisions, on: dest, over: 7d, known_after: 1d, take: {r: mean(late)}}\n"
    )
    contract = read(("    planes:", f"{late}    planes:")).contract

    written = contract.model_dump(mode="json", by_alias=True)

    assert Contract.model_validate(written) == contract


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("mainstay: 2", "mainstay is 2"),
        ("mainstay: true", "mainstay is true, but a whole number is wanted"),
        ('mainstay: "1"', 'mainstay is "1", but a whole number is wanted'),
    ],
)
def test_another_language_is_not_read(told, new, said):
    assert told(("mainstay: 1", new))[0] == f"contract.yaml:1:11: {said}"


@pytest.mark.parametrize("section", ["train", "certify", "serve", "watch", "access"])
def test_every_section_is_a_mapping(example, section):
    start = example[: example.index("certify:")]

    with pytest.raises(Mistakes, match=f"{section} is empty, but a mapping of clauses is wanted"):
        document.parsed(f"{start}{section}:\n".encode(), Path("contract.yaml"))
