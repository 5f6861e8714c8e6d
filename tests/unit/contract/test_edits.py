from pathlib import Path

import pytest

from mainstay.contract import document
from mainstay.contract.edits import FIELDS, with_clause
from mainstay.core.errors import Mistakes

HERE = Path("contract.yaml")
HEAD = """\
mainstay: 1  # the language
model: queue
owner: desk
objective: {decision: Open a counter., task: binary, baseline: {constant: 0.2}}
data:
  decisions: {from: visits.parquet, key: id, time: at}
  label: {column: long, known_after: 1d}  # the label
"""
TAIL = "certify:\n  hold_out: 31d\n"
NEW = {"type": "number", "between": "[0, null]", "on_breach": "flag"}
FLOW = """\
  fields:  # what columns hold
    wait: {type: number, between: [0, 90], on_breach: reject}  # minutes

    # the people
    people: {type: integer}
"""
BLOCK = """\
  fields:
    wait:
      type: number  # minutes
      on_breach: reject
    # the end
"""


def edited(fields: str, column: str, members: dict[str, str] = NEW, tail: str = TAIL) -> str:
    before = HEAD + fields + tail
    made = with_clause(before.encode(), (*FIELDS, column), members, HERE).decode()
    for line in before.splitlines():
        assert column in line or line in made  # nothing else is lost, comments included
    return made


def field(text: str, name: str):
    return document.parsed(text.encode(), HERE).contract.data.fields[name]


def test_a_column_without_a_clause_gets_one() -> None:
    made = edited(FLOW, "rain")

    assert "    rain: {type: number, between: [0, null], on_breach: flag}\n" in made
    assert field(made, "rain").between == (0, None)


def test_a_member_that_stands_there_is_replaced_and_what_it_does_is_kept() -> None:
    made = edited(FLOW, "wait")

    assert "wait: {type: number, between: [0, null], on_breach: reject}  # minutes" in made
    assert field(made, "wait").on_breach == "reject"


def test_a_member_is_added_before_the_brace() -> None:
    made = edited(FLOW, "people", {"type": "integer", "nulls": "allowed", "on_breach": "flag"})

    assert "    people: {type: integer, nulls: allowed}\n" in made


def test_a_clause_in_block_style_stays_one() -> None:
    made = edited(BLOCK, "wait")

    assert "      on_breach: reject\n      between: [0, null]\n    # the end\n" in made


@pytest.mark.parametrize("tail", [TAIL, ""])
def test_fields_are_begun_where_there_are_none(tail: str) -> None:
    made = edited("", "wait", tail=tail)

    assert "# the label\n  fields:\n    wait: {type: number" in made
    assert field(made, "wait").between == (0, None)


def test_fields_in_one_line_stay_in_one_line() -> None:
    text = HEAD + "  fields: {people: {type: integer}}\n" + TAIL

    made = with_clause(text.encode(), (*FIELDS, "wait"), NEW, HERE).decode()

    assert "  fields: {people: {type: integer}, wait: {type: number" in made


def test_a_name_that_yaml_would_read_otherwise_stands_in_quotes() -> None:
    made = edited(FLOW, "on time")

    assert '    "on time": {type: number' in made


def test_what_would_make_a_contract_wrong_is_refused() -> None:
    with pytest.raises(Mistakes):
        edited(FLOW, "wait", {"between": "[9, 0]"})
