"""The data of a contract by the Open Data Contract Standard, held against its own schema."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from exchanged import COLUMNS, RICH
from jsonschema.validators import validator_for

from mainstay.contract import odcs

SCHEMA = Path("tests/odcs/odcs-3.1.0.schema.json")


@pytest.fixture(scope="module")
def complaints():
    schema = msgspec.json.decode(SCHEMA.read_bytes())
    validator = validator_for(schema)(schema)
    return lambda document: [one.message for one in validator.iter_errors(document)]


def made(read, *changes) -> dict[str, Any]:
    return odcs.exported(read(*changes).contract, "d" * 64, COLUMNS)


def column(document: dict[str, Any], source: str, name: str) -> dict[str, Any]:
    found = next(one for one in document["schema"] if one["name"] == source)
    return next(one for one in found["properties"] if one["name"] == name)


@pytest.mark.parametrize("changes", [(), RICH])
def test_what_is_written_is_valid(read, complaints, changes) -> None:
    assert complaints(made(read, *changes)) == []


def test_a_planted_mistake_is_refused_by_the_schema(read, complaints) -> None:
    for plant in ({"slaProperties": [{"property": "x"}]}, {"status": None}, {"unit": "mile"}):
        assert complaints({**made(read), **plant})


def test_the_words_of_the_standard_are_used_where_it_has_them(read) -> None:
    document = made(read, *RICH)

    carrier = column(document, "decisions", "carrier")
    assert carrier["description"] == "Who flies."
    assert carrier["classification"] == "public"
    assert carrier["logicalTypeOptions"] == {
        "minLength": 1, "maxLength": 3, "pattern": "^(?:[A-Z]+)$",
    }  # fmt: skip
    assert carrier["quality"][0]["arguments"] == {"validValues": ["AA", "UA"]}
    assert column(document, "decisions", "distance")["logicalTypeOptions"] == {
        "minimum": 17, "maximum": 6000,
    }  # fmt: skip
    assert column(document, "decisions", "distance")["classification"] == "internal"
    assert column(document, "decisions", "flight_id")["primaryKey"] is True
    assert column(document, "weather", "temp")["required"] is False
    assert "logicalType" not in column(document, "decisions", "late")
    assert document["slaProperties"] == [
        {"property": "freshness", "value": 36, "unit": "h", "element": "decisions.sched_dep"},
        {"property": "throughput", "value": 400, "unit": "rows", "element": "decisions.sched_dep"},
    ]


def test_what_it_has_no_words_for_stands_beside_as_the_contract_has_it(read) -> None:
    document = made(read, *RICH)

    own = {one["property"]: one["value"] for one in document["schema"][0]["customProperties"]}
    field = {
        one["property"]: one["value"]
        for one in column(document, "decisions", "distance")["customProperties"]
    }

    assert own[odcs.CLEAN] == {"distance": {"missing": [-1]}}
    assert own[odcs.SLA][2] == {
        "property": "completeness", "element": ["carrier"], "at_least": 0.99,
    }  # fmt: skip
    assert field == {
        "unit": "mile",
        odcs.FIELD: {
            "type": "integer", "unit": "mile", "between": [17, 6000], "on_breach": "reject",
        },
    }  # fmt: skip
    assert document["schema"][0]["quality"][0]["implementation"]["expect"] == "dewp <= temp"
