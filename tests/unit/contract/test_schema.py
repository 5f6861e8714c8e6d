"""The JSON Schema of contracts: what the reader takes it takes, what has no place it refuses."""

from pathlib import Path

import pytest
import small_project
from jsonschema import Draft202012Validator

from mainstay.contract import clauses, nodes, schema, yaml
from mainstay.contract.model import Contract

MADE = schema.schema()
JUDGE = Draft202012Validator(MADE)


def values(text: str) -> object:
    return nodes.plain(yaml.tree(text.encode(), "contract.yaml").root)


def places(text: str) -> list[str]:
    """Where the schema finds a mistake, in any of the forms that a clause can have."""
    found = list(JUDGE.iter_errors(values(text)))
    for one in found:
        found += one.context
    return sorted({one.json_path for one in found})


def test_it_is_a_schema_of_its_dialect():
    Draft202012Validator.check_schema(MADE)

    assert MADE["$schema"] == schema.DIALECT


@pytest.mark.parametrize("text", [small_project.CONTRACT, *(
    path.read_text(encoding="utf-8") for path in sorted(Path("examples").glob("*/contract.yaml"))
)])  # fmt: skip
def test_every_example_is_valid(text: str):
    assert places(text) == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("  good_enough:", "  good_enuogh:", "$.objective"),
        ("serve:", "srv: 1\nserve:", "$"),
        ("freshness: 2h", "freshness: 2hr", "$.data.context.weather.freshness"),
        ("at_least: 0.66", 'at_least: "66%"', "$.objective.good_enough[0].at_least"),
        ("owner: operations-analytics", "owner: 12", "$.owner"),
        ("owner: operations-analytics", 'owner: ""', "$.owner"),
        ("rate_by: [origin, hour]", "rate_by: hour", "$.objective.baseline.rate_by"),
        ("key: flight_id, ", "", "$.data.decisions"),
        ("metric: roc_auc, at_least: 0.66", "metric: auc, at_least: 0.66",
         "$.objective.good_enough[0].metric"),
        ("mainstay: 1", "mainstay: 2", "$.mainstay"),
        ("model: flight-delay", "model: Flight Delay", "$.model"),
        ("task: binary", "task: ranking", "$.objective.task"),
        ("currency: USD", "currency: dollars", "$.objective.value.currency"),
        ("one_of: observed", "one_of: often", "$.data.fields.carrier.one_of"),
        ("take: [built, seats, engine]", "take: 3", "$.data.context.planes.take"),
        ("false_alarms: 1 per year", "false_alarms: 1", "$.watch.false_alarms"),
        ("nulls: allowed", "nulls: yes", "$.data.fields.temp.nulls"),
        ("on_breach: reject", "on_breach: ignore", "$.data.fields.distance.on_breach"),
    ],
)  # fmt: skip
def test_what_has_no_place_or_the_wrong_type_is_refused_as_the_reader_does(
    changed, told, old: str, new: str, place: str
):
    assert place in places(changed((old, new)))
    assert told((old, new))


def test_a_clause_that_nobody_knows_is_refused_in_every_section():
    sections = [MADE, *MADE["$defs"].values()]

    assert all(one["additionalProperties"] is False for one in sections)
    assert len(sections) > 20


def test_every_clause_tells_its_meaning_and_its_default():
    for section in {Contract, *clauses.sections(Contract)}:
        part = MADE if section is Contract else MADE["$defs"][section.__name__]
        named = clauses.fields(section)
        assert set(part["properties"]) == set(named)
        for name, field in named.items():
            assert part["properties"][name]["description"].startswith(clauses.clause(field).meaning)
            assert ("default" in part["properties"][name]) is not field.is_required()


def test_every_stated_default_fits_the_schema():
    for name, part in MADE["$defs"].items():
        for clause, one in part["properties"].items():
            if "default" in one:
                found = JUDGE.evolve(schema={**one, "$defs": MADE["$defs"]})
                assert not list(found.iter_errors(one["default"])), f"{name}.{clause}"
