"""Events of OpenLineage, held against its own schemas."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import ibis
import pyarrow as pa
import pytest
from lineage_schemas import wrong
from msgspec import json

from mainstay.contract.model import Contract
from mainstay.core.expressions import ColumnOf, Output
from mainstay.core.nouns import Column, Estimate, Evidence, Limit, Verdict, Window
from mainstay.data import openlineage, profile
from mainstay.data.lineage import Born
from mainstay.data.openlineage import Facets, Made, Named, Run
from mainstay.data.profile import Profile

NOW = datetime(2024, 3, 1, 6, tzinfo=UTC)
RUN = Run(Named("mainstay", "m.watch"), "7", NOW, Window(NOW - timedelta(days=1), NOW))
CONTRACT = Contract.model_validate({
    "mainstay": 1, "model": "m", "owner": "o",
    "objective": {"decision": "none", "task": "binary"},
    "data": {
        "decisions": {"from": "data/x.csv", "key": "k", "time": "t"},
        "context": {"weather": {"from": "sqlite:///w.db#hourly", "on": "origin", "as_of": "seen",
                                "within": "1d", "take": ["temp"]}},
        "label": {"column": "y", "known_after": "1d"},
    },
})  # fmt: skip
TEMP = Output("warm", ColumnOf("temp", "float64"))
BORN = Born((), ("hour", "origin", "temp"), (TEMP, Output("hour", ColumnOf("hour", "int64"))))


def told(some: Facets, here: Facets | None = None) -> tuple[Facets, Facets]:
    return openlineage.events(RUN, [Made(Named("file", "/x"), some, here or {})], [])


def counted() -> Profile:
    columns = {"age": [1.0, None, 5.5, float("inf")], "who": ["a", "b", None, "a"]}
    rows = ibis.memtable(pa.table(columns))
    return profile.profile(rows, profile.bins(rows, ("age", "who")))


def evidence(clause: str, verdict: Verdict | None) -> Evidence:
    seen = Estimate(3.0, 2.0, 4.0, 9, "h")
    return Evidence(clause, "v1", "rows", "exact", None, seen, Limit("at_most", 2), verdict)


def every() -> Facets:
    here = openlineage.quality(counted(), frozenset())
    return here | openlineage.assertions([evidence("freshness, weather", Verdict.FAIL)])


def test_what_is_told_keeps_to_the_schemas() -> None:
    columns = openlineage.columns(CONTRACT, Path("/p"), BORN)
    own = openlineage.schema([Column("age", "float64")]) | openlineage.version("abc")
    made = Made(Named("mainstay", "m"), columns | openlineage.changed("CREATE"), {})

    both = openlineage.events(RUN, [Made(Named("file", "/x"), own, every())], [made])

    assert [one["eventType"] for one in both] == ["START", "COMPLETE"]
    assert [wrong(json.decode(json.encode(one))) for one in both] == [[], []]


@pytest.mark.parametrize("planted", ["rowCount", "columnMetrics", "assertions"])
def test_the_schemas_find_a_planted_mistake(planted: str) -> None:
    _, event = told({}, every())
    decoded = json.decode(json.encode(event))
    for one in decoded["inputs"][0]["inputFacets"].values():
        if planted in one:
            one[planted] = "many"

    assert any("'many'" in one for one in wrong(decoded))


def test_a_run_told_again_is_the_same_run_and_another_is_not() -> None:
    first, again = told({}), told({})
    other, _ = openlineage.events(RUN._replace(key="8"), [], [])

    assert first == again
    assert first[0]["run"] == first[1]["run"]
    assert first[0]["run"] != other["run"]


def test_of_private_columns_no_value_is_told() -> None:
    shown = openlineage.quality(counted(), frozenset())["dataQualityMetrics"]
    hidden = openlineage.quality(counted(), frozenset({"age"}))["dataQualityMetrics"]

    assert isinstance(shown, dict)
    assert isinstance(hidden, dict)
    assert shown["columnMetrics"]["age"] == {
        "nullCount": 1, "count": 3, "sum": 6.5, "min": 1.0, "max": 5.5,
    }  # fmt: skip
    assert hidden["columnMetrics"]["age"] == {"nullCount": 1, "count": 3}
    assert hidden["columnMetrics"]["who"] == {"nullCount": 1, "count": 3}


def test_what_is_unsure_is_no_success_and_what_has_no_verdict_no_assertion() -> None:
    some = [evidence(str(one), one) for one in (*Verdict, None)]

    facet = openlineage.assertions(some)["dataQualityAssertions"]

    assert isinstance(facet, dict)
    assert [(one["assertion"], one["success"], one["severity"]) for one in facet["assertions"]] == [
        (str(Verdict.PASS), True, "warn"),
        (str(Verdict.FAIL), False, "error"),
        (str(Verdict.UNSURE), False, "warn"),
    ]
    assert facet["assertions"][0]["expected"] == "≤ 2"
    assert facet["assertions"][0]["actual"] == "3 (2 to 4) h"


def test_evidence_stands_with_the_source_it_is_about() -> None:
    late, moved = evidence("freshness, weather", Verdict.FAIL), evidence("drift", Verdict.PASS)

    live, by_source = openlineage.split([late, moved], ("decisions", "weather"))

    assert live == [moved]
    assert by_source == {"decisions": [], "weather": [late]}


def test_inputs_are_traced_to_columns_of_sources() -> None:
    facet = openlineage.columns(CONTRACT, Path("/p"), BORN)["columnLineage"]

    assert isinstance(facet, dict)
    weather = {"namespace": "file", "name": "/p/w.db#hourly"}
    flights = {"namespace": "file", "name": "/p/data/x.csv"}
    assert facet["fields"]["hour"]["inputFields"] == [{**flights, "field": "hour"}]
    traced = facet["fields"]["warm"]["inputFields"]
    assert {**weather, "field": "temp"} in traced
    assert {**weather, "field": "seen"} in traced  # it says which row is joined
    assert {**flights, "field": "hour"} not in traced
