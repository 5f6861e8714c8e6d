"""What sources are judged by: rows set aside, rows there twice, ages, context joined again."""

from typing import Any

import flights
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
from flights import CONTRACT, DAY, NOW, START, sources
from side_by_side import Engine, differences

from mainstay.core.nouns import Window
from mainstay.data import doubled, rows, schema, skew, timing
from mainstay.data.records import CUT, PLACE
from mainstay.data.source import STRETCH

BROKEN = {
    "latency": "{property: latency, element: shown, at_most: 30m",
    "completeness": "{property: completeness, element: temp, at_least: 0.99",
    "throughput": "{property: throughput, over: 1h, at_least: 9",
    "uniqueness": "{property: uniqueness, at_least: 1",
    "time_of_availability": "{property: time_of_availability, element: shown, at_most: 1m",
}
TWICE = """\
    blown: {from: w.parquet, on: place, as_of: seen, over: 5h, take: {wets: sum(wet)}}
    gone: {from: g.parquet, on: place, as_of: seen, over: 5h, take: {gale: max(gusts)}}
"""


def listed(table: ir.Table) -> list[dict[str, Any]]:
    """Rows without a key, in one order; a zero has no sign."""
    found = table.to_pyarrow().to_pylist()
    plain = [
        {name: one + 0.0 if isinstance(one, float) else one for name, one in row.items()}
        for row in found
    ]
    return [{n: repr(v) for n, v in row.items()} for row in sorted(plain, key=repr)]


@pytest.mark.parametrize("name", BROKEN)
def test_the_same_rows_are_set_aside(ours: Engine, theirs: Engine, name: str) -> None:
    begin, _, rest = CONTRACT.partition("sla: [\n")
    clause = f"sla: [{BROKEN[name]}, on_breach: quarantine}}]}}\n    planes:"
    contract = flights.contract(begin + clause + rest.partition("    planes:")[2])

    found = []
    for one in (ours, theirs):
        made = rows.kept(contract, sources(one, 300), since=START, now=NOW)
        (away,) = made.aside
        left = made.sources.contexts["weather"].table
        found.append([listed(left), listed(away.table), away.rows, away.note])

    assert differences(*found) == []
    assert 0 < found[0][2] <= 600


def test_what_aggregates_count_twice_is_told_alike(
    ours: Engine, theirs: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, _, rest = CONTRACT.partition("    blown:")
    contract = flights.contract(begin + TWICE + "  label:" + rest.partition("  label:")[2])
    monkeypatch.setattr(rows, "by_stretch", _halved)

    found = []
    for one in (ours, theirs):
        opened = sources(one, 300)
        other = opened.contexts["blown"]._replace(address="g.parquet")
        opened.contexts["gone"] = other
        told = doubled.doubled(contract, None, opened, NOW)
        found.append([[each.promise.source, each.evidence] for each in told])

    assert differences(*found) == []
    assert [source for source, _ in found[0]] == ["blown", "gone", "blown and gone"]


def _halved(*named: Any) -> ir.Table:
    """A source as if it came in two files, with one hour in both."""
    table = named[-1].table
    early, late = table.filter(table.seen.hour() < 12), table.filter(table.seen.hour() > 10)
    parts = [
        one.mutate(**{STRETCH: ibis.literal(name)}) for one, name in ((early, "a"), (late, "B"))
    ]
    return ibis.union(*parts)


@pytest.mark.parametrize("most", [10_000, 100])
def test_context_is_as_old_for_the_same_decisions(ours: Engine, theirs: Engine, most: int) -> None:
    contract, window, found = flights.contract(), Window(START, NOW), []
    for one in (ours, theirs):
        (made,) = timing.timings(contract, sources(one, 400), window, NOW, most).values()
        assert made.delay is not None
        parts = [each.tolist() for each in made]
        found.append(sorted(zip(*parts, strict=True), key=repr))

    assert differences(*found) == []
    assert 20 < len(found[0]) < (200 if most < 400 else 401)


def test_context_joined_again_differs_in_the_same_rows(ours: Engine, theirs: Engine) -> None:
    contract = flights.contract()
    joined = rows.joined(contract, sources(ours, 300), now=NOW).table.order_by("id").to_pyarrow()
    count = joined.num_rows
    cuts = [None if at % 7 == 0 else START + 2 * DAY for at in range(count)]
    logged = joined.append_column(PLACE, pa.array(range(count), pa.int64()))
    logged = logged.append_column(CUT, pa.array(cuts, pa.timestamp("us", "UTC")))
    columns = {"weather": ("temp", "sky"), "lately": ("late_rate",)}

    found = []
    for one in (ours, theirs):
        table = schema.widened(one.stored(logged))
        newest = skew.newest(table, rows=60, cuts=1).select(PLACE, CUT)
        made = skew.skews(contract, sources(one, 300), table, columns, NOW)
        found.append([listed(newest), sorted(made)])

    assert differences(*found) == []
    assert any(one.differing for one in found[0][1])
    assert {one.context for one in found[0][1]} == {"weather", "lately"}
