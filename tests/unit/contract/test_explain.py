import json
import re
from pathlib import Path

from mainstay.contract import explain
from mainstay.contract.conditions import FUNCTIONS
from mainstay.contract.metrics import MEASURES

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "contract.md"


def by_path(contract) -> dict[str, explain.Explained]:
    return {one.path: one for one in explain.explained(contract)}


def test_every_value_is_shown_as_a_contract_writes_it(read):
    clauses = by_path(read().contract)

    assert clauses["data.context.weather.freshness"].value == "2h"
    assert clauses["data.context.planes.take"].value == ["built", "seats", "engine"]
    assert clauses["objective.good_enough[1].at_least"].value == 100
    assert clauses["watch.false_alarms"].value == "1 per year"
    assert clauses["data.fields.carrier.one_of"].value == "observed"


def test_what_was_stated_is_told_from_the_default(read):
    clauses = by_path(read().contract)

    assert clauses["certify.hold_out"].stated
    assert not clauses["certify.stopped.at_most"].stated
    assert clauses["certify.stopped.at_most"].value == 0.01
    assert not clauses["train.seed"].stated
    assert not clauses["data.fields.distance.nulls"].stated


def test_what_is_not_stated_and_has_parts_is_one_line(read):
    by = "  slices: {by: [origin, carrier], metric: roc_auc, at_least: 0.55, least_rows: 2500}\n"

    clauses = by_path(read((by, "")).contract)

    assert clauses["certify.slices"].value is None
    assert "certify.slices.by" not in clauses


def test_every_clause_says_what_it_means_and_where_it_is_enforced(read):
    clauses = by_path(read().contract)

    assert all(clause.meaning for clause in clauses.values())
    assert clauses["data.fields.temp.between"].where == ("bench", "door", "field")
    assert clauses["serve.fallback"].where == ("door",)
    assert clauses["watch.window"].where == ("field",)


def test_every_clause_of_a_contract_is_in_the_reference(read):
    known = {one.path for one in explain.reference()}

    chosen = re.compile(r"(?<=data\.context\.)\w+|(?<=data\.fields\.)\w+")
    items = re.compile(r"\[\d+\]")
    found = {chosen.sub("NAME", items.sub("[]", path)) for path in by_path(read().contract)}

    assert found <= known


def test_the_reference_page_lists_exactly_the_clauses_there_are():
    rows = re.findall(
        r"^\| `.*$", PAGE.read_text(encoding="utf-8").split("## Metrics")[0], re.MULTILINE
    )

    assert rows == [row(one) for one in explain.reference()]


def test_the_reference_page_lists_exactly_the_metrics_and_functions_there_are():
    text = PAGE.read_text(encoding="utf-8")

    rows = re.findall(r"^\| `(\w+)` \| (\S+, \S+) \| (.*) \| (.*) \|$", text, re.MULTILINE)

    assert rows == [
        (name, one.range, one.side, ", ".join(one.tasks)) for name, one in MEASURES.items()
    ]
    assert "Functions: " + ", ".join(f"`{name}`" for name in FUNCTIONS) in text


def row(one) -> str:
    """A clause as a line of the page's table."""
    default = "required" if one.required else written(one.default)
    return f"| `{one.path}` | {default} | {one.clause.meaning} | {', '.join(one.clause.where)} |"


def written(default: object) -> str:
    """A default in few words; a section with many is told by its parts."""
    if isinstance(default, dict):
        default = {name: value for name, value in default.items() if value is not None}
    text = default if isinstance(default, str) else json.dumps(default)
    return "none" if default in (None, "", [], {}) else text if len(text) < 30 else "as below"
