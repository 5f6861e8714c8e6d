"""What hangs on a column of a source."""

from pathlib import Path

import pytest
import small_project

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.core.expressions import Call, ColumnOf, Output
from mainstay.data import lineage
from mainstay.data.lineage import Born

BORN = Born(
    (),
    ("visit", "at", "patient", "wait", "rain", "kind", "before"),
    (
        Output("wait", ColumnOf("wait")),
        Output("wet", Call("add", (ColumnOf("rain"), ColumnOf("wait")))),
        Output("often", ColumnOf("before")),
    ),
)


@pytest.fixture
def contract() -> Contract:
    before = "late: {from: decisions, on: patient, over: 7d, known_after: 12h, take:"
    text = small_project.CONTRACT.replace(
        "  context:\n", f"  context:\n    {before} {{before: mean(missed)}}}}\n"
    )
    return document.parsed(text.encode(), Path("contract.yaml")).contract


def test_sources_are_those_that_lie_somewhere(contract: Contract) -> None:
    assert lineage.sources(contract) == ("decisions", "weather")


def test_what_says_which_row_is_which_is_used_too(contract: Contract) -> None:
    assert lineage.used(contract, BORN, "weather") == {"town", "seen_at", "rain"}
    assert lineage.used(contract, BORN, "decisions") == {
        "visit", "at", "patient", "missed", "town", "wait", "kind",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("source", "names", "made"),
    [
        ("weather", ["rain"], ("wet",)),
        ("weather", ["seen_at"], ("wet",)),
        ("weather", ["wind"], ()),
        ("decisions", ["wait"], ("wait", "wet")),
        ("decisions", ["missed"], ("often",)),
        ("decisions", ["rain2"], ()),
    ],
)
def test_a_column_is_followed_to_the_inputs_made_of_it(
    contract: Contract, source: str, names: list[str], made: tuple[str, ...]
) -> None:
    assert lineage.inputs(contract, BORN, source, names) == made


def test_everything_hangs_on_the_decisions(contract: Contract) -> None:
    assert lineage.fed(contract, BORN, "decisions") == ("wait", "wet", "often")
    assert lineage.fed(contract, BORN, "weather") == ("wet",)
    assert lineage.inputs_of(contract, BORN, "decisions") == ("wait", "wet", "often")
