"""A data contract of others, read into ours."""

from pathlib import Path
from typing import Any

import pytest
from exchanged import COLUMNS, RICH

from mainstay.contract import document, edits, odcs, odcs_read
from mainstay.core.errors import Mistake
from mainstay.life.assess.proposals import written

FIELDS = """  fields:
    distance: {type: integer, unit: mile, between: [17, 6000], on_breach: reject}
    temp: {type: number, unit: degF, between: [-30, 130], nulls: allowed, on_breach: fallback}
    pressure: {type: number, unit: hPa, between: [870, 1090], nulls: allowed, on_breach: fallback}
"""
THEIRS: dict[str, Any] = {
    "apiVersion": "v3.1.0", "kind": "DataContract", "id": "w", "version": "1", "status": "active",
    "servers": [],
    "schema": [{
        "name": "hourly", "physicalName": "sqlite:///data/weather.db#hourly",
        "description": "Weather at airports.",
        "properties": [
            {"name": "temp", "logicalType": "number", "required": True,
             "logicalTypeOptions": {"minimum": -40, "multipleOf": 0.1}},
            {"name": "visib", "logicalType": "number", "description": "How far one sees.",
             "classification": "public", "required": False,
             "customProperties": [{"property": "unit", "value": "mile"}]},
            {"name": "gust", "logicalType": "number", "required": True},
            {"name": "origin", "logicalType": "string",
             "quality": [{"metric": "nullValues", "mustBe": 0}]},
        ],
        "quality": [{"type": "sql", "name": "rows", "query": "SELECT 1", "mustBe": 1}],
    }],
    "slaProperties": [
        {"property": "errorRate", "value": 1, "unit": "percent", "element": "weather"},
    ],
}  # fmt: skip


def applied(text: str, found: odcs_read.Found) -> document.Document:
    content = text.encode()
    for one in found.edits:
        members = {name: written(value) for name, value in one.members.items()}
        content = edits.with_clause(content, one.place, members, Path("contract.yaml"))
    return document.parsed(content, Path("contract.yaml"))


def test_nothing_of_our_own_is_lost_on_the_way_there_and_back(read, changed) -> None:
    whole = read(*RICH).contract
    sent = odcs.exported(whole, "d" * 64, COLUMNS)
    bare = changed((FIELDS, "  fields:\n"), RICH[0]).replace(RICH[0][1], "    dewp: {type: number}")
    bare = bare.replace("  rules:\n    - {expect: dewp <= temp, on_breach: flag}\n", "")

    back = applied(bare, odcs_read.read(document.parsed(bare.encode(), Path("c")).contract, sent))

    data = back.contract.data
    for name in ("distance", "temp", "carrier"):
        assert data.fields[name] == whole.data.fields[name]
    assert data.decisions.clean == whole.data.decisions.clean
    assert data.decisions.about == whole.data.decisions.about
    assert data.decisions.columns == whole.data.decisions.columns
    assert data.decisions.sla == whole.data.decisions.sla


def test_what_others_say_is_taken_as_far_as_ours_says_the_same(read) -> None:
    found = odcs_read.read(read().contract, THEIRS)

    assert found.edits == (
        (("data", "context", "weather", "about"), {"meaning": "Weather at airports."}),
        (("data", "context", "weather", "columns", "visib"), {
            "meaning": "How far one sees.", "classification": "public",
        }),
        (("data", "fields", "visib"), {
            "type": "number", "unit": "mile", "nulls": "allowed", "on_breach": "flag",
        }),
    )  # fmt: skip
    assert set(found.left) >= {
        "servers is not held",
        "weather: quality rows is not held",
        "weather.temp: logicalTypeOptions.multipleOf is not held",
        "weather.gust is not read here",
        "data.fields.temp.between is [-30.0, 130.0] here, [-40, None] there: kept",
    }


def test_a_document_of_one_table_is_of_the_source_that_is_named(read) -> None:
    other = {**THEIRS, "schema": [{"name": "sky", "properties": THEIRS["schema"][0]["properties"]}]}

    nobody = odcs_read.read(read().contract, other)
    named = odcs_read.read(read().contract, other, "weather")

    assert nobody.edits == ()
    assert "sky is none of decisions, weather, planes" in nobody.left
    assert ("data", "fields", "visib") in [one.place for one in named.edits]


def test_service_levels_are_read_with_their_units(read) -> None:
    plain = {**THEIRS, "slaProperties": [
        {"property": "latency", "value": 2, "unit": "h", "element": "weather.seen_at"},
        {"property": "retention", "value": 1, "unit": "y", "element": "weather.seen_at"},
    ]}  # fmt: skip

    found = odcs_read.read(read().contract, plain)

    assert (("data", "context", "weather"), {
        "sla": [{"property": "latency", "element": "seen_at", "at_most": "2h"}],
    }) in found.edits  # fmt: skip
    assert "weather: slaProperties retention is not held" in found.left


@pytest.mark.parametrize("other", [[], {}, {"kind": "DataContract", "apiVersion": "v2.2.0"}])
def test_what_is_no_data_contract_is_a_mistake(read, other: object) -> None:
    with pytest.raises(Mistake):
        odcs_read.read(read().contract, other)
