"""What a door serves, as others ask for it."""

import pytest
from msgspec import structs
from small_project import Serving, record

from mainstay.bundle.guard import RequestColumn
from mainstay.core.errors import Missing, Refused, Unavailable
from mainstay.life.serve import catalogue
from mainstay.life.serve.served import Table
from mainstay.life.serve.watching import Watch


@pytest.fixture
def table(watch: Watch, serving: Serving) -> Table:
    shares = (serving.certified(1), 0.7), (serving.certified(2), 0.3)
    serving.publish(1, *(structs.replace(share, share=part) for share, part in shares))
    watch.look()
    return watch.table


def test_inputs_come_from_the_contract(table: Table) -> None:
    said = catalogue.model(table, "")

    assert {one["name"]: one["datatype"] for one in said["inputs"]} == {
        **dict.fromkeys(record(), "BYTES"), "wait": "INT64", "rain": "FP64",
    }  # fmt: skip
    assert said["platform"] == "mainstay_lightgbm"
    assert {tuple(one["shape"]) for one in said["inputs"] + said["outputs"]} == {(-1,)}


@pytest.mark.parametrize(
    ("kind", "datatype"),
    [("boolean", "BOOL"), ("date", "BYTES"), ("timestamp('UTC')", "BYTES"), ("string", "BYTES")],
)
def test_every_type_of_a_column_has_a_datatype(kind: str, datatype: str) -> None:
    assert catalogue._input(RequestColumn("a", kind))["datatype"] == datatype


def test_a_version_is_asked_for_by_name_or_number(table: Table) -> None:
    found = [catalogue.routed(table, asked).share.version for asked in ("", "v2", "2", "v1")]

    assert found == ["v1", "v2", "v2", "v1"]
    with pytest.raises(Missing, match="version 3 is not served here") as refused:
        catalogue.routed(table, "3")
    assert refused.value.hint == "known: v1, v2"


def test_a_table_for_one_version_keeps_no_other(table: Table) -> None:
    pinned = catalogue.pinned(table, "2")

    assert [one.share.version for one in pinned.served] == ["v2"]
    assert len(pinned.limits) == 1
    assert pinned.trial is None
    assert catalogue.pinned(table, "") is table
    assert catalogue.pinned(table, "3") is None
    assert catalogue.pinned(None, "2") is None


def test_a_version_alone_keeps_its_limits(table: Table) -> None:
    alone = table._replace(served=table.served[:1])

    assert catalogue.pinned(alone, "1") is alone
    assert catalogue.pinned(alone, "2") is None


def test_what_is_short_is_said_in_the_index(table: Table, watch: Watch) -> None:
    short = table._replace(served=(table.served[0], table.served[1]._replace(reason="no engine")))

    assert [one["reason"] for one in catalogue.index(short, watch.now())] == ["", "no engine"]
    assert catalogue.index(None, None) == []


def test_only_the_model_of_the_routing_is_here(table: Table) -> None:
    assert catalogue.named(table, "no-show") is table
    assert catalogue.ready(table, "no-show", "2")
    assert not catalogue.ready(table, "no-show", "3")
    assert not catalogue.ready(None, "no-show", "")
    with pytest.raises(Missing, match="no-shwo is not served here"):
        catalogue.named(table, "no-shwo")
    with pytest.raises(Unavailable):
        catalogue.named(None, "no-show")


def test_nobody_unloads_what_a_routing_names(table: Table) -> None:
    refusal = catalogue.kept(table)

    assert isinstance(refusal, Refused)
    assert "mainstay deploy" in refusal.hint
