"""Columns that seem to say something of a person."""

from collections.abc import Callable
from typing import Any

import ibis.expr.types as ir
import pytest

from mainstay.contract.model import Contract
from mainstay.life.assess.personal import proposals

Table = Callable[..., ir.Table]
Columns = Callable[..., dict[str, Any]]
Promise = Callable[..., Contract]
FORMS = {
    "an e-mail address": "p{}@clinic.example.org",
    "a telephone number": "+49 (30) 555{:04}",
    "a number of an account": "DE{:02} 1234 5678 9012 3456 78",
    "an address of a computer": "10.0.0.{}",
    "first and last name": "Ana Silva",
}
NAMES = [f"{first} {last}" for first in ("Ana", "Bo", "Cem", "Dee", "Eva") for last in
         ("Silva", "Li", "Kaya", "Ray", "Berg")]  # fmt: skip


def of(table: Table, columns: Columns, texts: list[str | None]) -> ir.Table:
    made = columns()
    made["ward"] = [texts[at % len(texts)] for at in range(len(made["age"]))]
    return table(**made)


@pytest.mark.parametrize("what", FORMS)
def test_a_form_is_told_without_a_text(
    table: Table, columns: Columns, contract: Promise, what: str
) -> None:
    texts = NAMES if "name" in what else [FORMS[what].format(at) for at in range(60)]

    (one,) = proposals(contract(), of(table, columns, [*texts, None]), known=2400)

    assert one.oddity.says == f"texts of the form of {what}"
    assert one.place == ("data", "decisions", "columns", "ward")
    assert one.sentence.endswith("; known  ward: {personal: true}")
    assert not any(text in one.sentence for text in texts)


@pytest.mark.parametrize(
    "texts",
    [
        [f"v{at:05}" for at in range(60)],
        [f"{at}" for at in range(9_000_000, 9_000_060)],
        [f"2024-01-{at:02}" for at in range(1, 29)],
        ["New York", "Los Angeles", "San Diego"],
        ["north", "south", "east"],
    ],
)
def test_other_texts_are_silent(
    table: Table, columns: Columns, contract: Promise, texts: list[str]
) -> None:
    assert proposals(contract(), of(table, columns, texts), known=2400) == ()


@pytest.mark.parametrize("said", ["true", "false"])
def test_what_somebody_has_said_of_a_column_is_not_asked_again(
    table: Table, columns: Columns, contract: Promise, said: str
) -> None:
    known = f"time: seen_at, columns: {{ward: {{personal: {said}}}}}}}"
    stated = contract({"time: seen_at}": known})

    assert proposals(stated, of(table, columns, NAMES), known=2400) == ()
