"""Rejected rows with the reasons that the door gives."""

import math

import batched
import msgspec
from batched import drawn
from ibis.backends.duckdb import Backend

from mainstay.bundle.runtime import Runtime
from mainstay.life.score import judged, quarantine
from mainstay.life.score.asked import asks


def test_reasons_are_those_of_the_door(opened_once: Runtime, bench: Backend) -> None:
    stated, rows = opened_once.manifest, drawn(100)
    asked = asks(batched.stored(bench, stated, rows), stated)
    (batch,) = asked.asked.batches()
    rejected = judged.judged(batch, asked).outcome == judged.REJECT

    found = quarantine.table(batch, asked, opened_once.guard, rejected).to_pylist()

    door = opened_once.guard.judged(batched.requested(rows))
    assert isinstance(door, list)
    wanted = {
        row["visit"]: "\n".join(f"{each.field} {each.what}" for each in one.reasons)
        for row, one in zip(rows, door, strict=True)
        if one.outcome == "reject"
    }
    assert {one["visit"]: one[quarantine.REASONS] for one in found} == wanted
    assert any("wait is" in one for one in wanted.values())


def test_an_infinite_number_without_a_rule_is_no_value(
    opened_once: Runtime, bench: Backend
) -> None:
    rules = tuple(one for one in opened_once.manifest.rules if one.name != "rain")
    stated = msgspec.structs.replace(opened_once.manifest, rules=rules)
    runtime = Runtime(stated, opened_once.engine, "v1", ())
    rows = [{**one, "rain": math.inf, "wait": 3, "kind": "new"} for one in drawn(2)]
    asked = asks(batched.stored(bench, stated, rows), stated)
    (batch,) = asked.asked.batches()
    rejected = judged.judged(batch, asked).outcome == judged.REJECT

    found = quarantine.table(batch, asked, runtime.guard, rejected).to_pylist()

    assert [one[quarantine.REASONS] for one in found] == ["rain is 1e999, not a number"] * 2
