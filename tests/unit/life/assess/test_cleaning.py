from collections.abc import Callable
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pytest

from mainstay.contract.model import Contract
from mainstay.core.expressions import Output
from mainstay.core.nouns import Column
from mainstay.data import features
from mainstay.life.assess.cleaning import proposals
from mainstay.life.assess.proposals import source_of

Table = Callable[..., ir.Table]
Columns = Callable[..., dict[str, Any]]
Promise = Callable[..., Contract]
Outputs = Callable[..., tuple[Output, ...]]
FIELDS = """\
  fields:
    age: {type: integer, between: [0, 120]}
    pulse: {type: number}
  label"""


def test_a_clean_table_is_silent(visits: ir.Table, contract: Promise, outputs: Outputs) -> None:
    read = outputs(visits, "ward", "age", "pulse")

    assert proposals(contract(), visits, read, known=2400) == ()


def test_what_features_does_not_read_is_left_alone(
    table: Table, columns: Columns, contract: Promise, outputs: Outputs
) -> None:
    made = columns()
    made["pulse"][::100] = -999
    rows = table(**made)

    assert proposals(contract(), rows, outputs(rows, "age"), known=2400) == ()
    (one,) = proposals(contract(), rows, outputs(rows, "pulse"), known=2400)
    assert one.sentence == (
        "pulse: -999 stands far from all other values, as a code for missing does"
        " (24 of 2,400 rows); clean  pulse: {missing: [-999]}"
    )
    assert one.place == ("data", "decisions", "clean", "pulse")


def test_a_type_that_its_clause_does_not_have_is_a_step(
    table: Table, columns: Columns, contract: Promise, outputs: Outputs
) -> None:
    made = columns()
    made["ward"] = ["yes", "Y", "no", "N"] * 600
    rows = table(**made)
    stated = contract({"  label": "  fields:\n    ward: {type: string}\n  label"})

    (free,) = proposals(contract(), rows, outputs(rows, "ward"), known=2400)
    (bound,) = proposals(stated, rows, outputs(rows, "ward"), known=2400)

    assert free.stated == {"type": "boolean"}
    assert bound.stated == {}
    assert "; step  row.ward.isin([" in bound.sentence


def test_a_column_of_a_context_is_cleaned_there_and_an_aggregate_nowhere(
    contract: Promise,
) -> None:
    stated = contract(
        {
            "  label": "  context:\n"
            "    lab: {from: lab.csv, on: ward, take: {heart: pulse}}\n"
            "    past: {from: decisions, on: ward, over: 7d, take: {beat: mean(pulse)}}\n  label"
        }
    )

    assert source_of(stated, "heart") == ("data", "context", "lab", "clean", "pulse")
    assert source_of(stated, "beat") == ()
    assert source_of(stated, "age") == ("data", "decisions", "clean", "age")


def test_a_clause_that_stands_is_not_proposed_again_and_refused_nulls_are(
    table: Table, columns: Columns, contract: Promise, outputs: Outputs
) -> None:
    made = columns()
    made["age"][:2] = -3
    pulse = [None if at % 40 == 0 else one for at, one in enumerate(made["pulse"].tolist())]
    rows = table(**{**made, "pulse": pulse})
    under = contract({"  label": FIELDS})

    found = proposals(under, rows, outputs(rows, "age", "pulse"), known=2400)

    assert [one.name for one in found] == ["pulse, nulls"]
    assert found[0].stated == {"type": "number", "nulls": "allowed", "on_breach": "flag"}


def test_of_hidden_columns_no_level_is_told(
    table: Table, columns: Columns, contract: Promise, outputs: Outputs
) -> None:
    made = columns()
    made["ward"][:30] = ["A "] * 30
    rows = table(**made)
    hidden = contract(
        {"  label": "  label", "data:\n": "serve: {journal: {drop: [ward]}}\ndata:\n"}
    )

    assert proposals(contract(), rows, outputs(rows, "ward"), known=2400)
    assert proposals(hidden, rows, outputs(rows, "ward"), known=2400) == ()


def test_every_step_that_is_proposed_can_be_taken_in_features(tmp_path: Path) -> None:
    steps = [
        "(row.n != -999).ifelse(row.n, None)",
        "(row.n < 174).ifelse(row.n * 33.8639, row.n)",
        'row.t.isin(["N/A", ""]).ifelse(None, row.t)',
        'row.t.isin(["new york "]).ifelse("New York", row.t)',
        'row.t.isin(["Y", "yes"])',
    ]
    chosen = ", ".join(f"c{at}={step}" for at, step in enumerate(steps))
    code = tmp_path / "features.py"
    code.write_text(f"def features(row):\n    return row.select({chosen})\n")

    made = features.outputs(code, (Column("n", "float64"), Column("t", "string")))

    assert len(made) == len(steps)


@pytest.mark.parametrize(("levels", "proposed"), [("observed", 1), ("[east, 'East ', west]", 0)])
def test_levels_that_were_only_observed_are_nobodys_word(
    levels: str, proposed: int, table: Table, columns: Columns, contract: Promise, outputs: Outputs
) -> None:
    made = columns()
    made["ward"] = ["east", "east", "East ", "west"] * 600
    rows, field = table(**made), f"ward: {{type: string, one_of: {levels}}}"
    stated = contract({"  label": f"  fields:\n    {field}\n  label"})

    found = proposals(stated, rows, outputs(rows, "ward"), known=2400)

    assert [one.stated for one in found] == [{"spelled": {"East ": "east"}}] * proposed
