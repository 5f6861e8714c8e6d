"""What is on record of a model in the field."""

from datetime import timedelta
from pathlib import Path

import lived
import small_project

from mainstay.control import field, project
from mainstay.control.commands import Approve, Build, Certify, Deploy, Rollback
from mainstay.control.handle import handle
from mainstay.core import clock, settings
from mainstay.core.places import Places
from mainstay.data import journal


def test_champions_follow_the_first_share_of_each_deployment(canary: Path) -> None:
    handle(canary, Deploy("v1", 1.0))
    handle(canary, Rollback("worse"))

    with project.opened(canary) as opened:
        [only] = field.champions(opened)

    assert only.name == "v1"
    assert only.since == small_project.END + timedelta(days=1)


def test_every_version_built_since_the_first_answered_is_paid_for_and_none_twice(
    canary: Path,
) -> None:
    handle(canary, Deploy("v1", 1.0))
    handle(canary, Rollback("worse"))

    with project.opened(canary) as opened:
        before = field.retrained(opened)
        [first] = opened.ledger.events(kind="Built")
        opened.ledger.append("Built", opened.model, opened.actor, {**first.payload, "number": 2})
        after = field.retrained(opened)

    assert (before, after) == (0, 1)


def test_the_term_of_the_live_certificate_is_known(canary: Path) -> None:
    with project.opened(canary) as opened:
        term = field.term(opened)

    assert term.not_after == small_project.END + timedelta(days=181)
    assert (term.renewed, term.waiting) == (False, False)


def test_an_order_brings_the_journal_and_begins_at_midnight(canary: Path) -> None:
    lived.answered(canary, range(1, 2))

    with project.opened(canary) as opened:
        order = field.order(opened, clock.now(), ())

    assert journal.segments(Places(canary).journal)
    assert int(order.table.count().to_pyarrow().as_py()) == lived.PER_DAY
    assert order.since == small_project.END + timedelta(days=1)
    assert (order.champion.name, order.previous) == ("v1", None)


def test_what_callers_send_is_cleaned_at_the_door_and_where_it_is_watched(as_author: Path) -> None:
    clean = "clean: {wait: {type: integer, missing: [-999]}, kind: {spelled: {NEW: new}}}"
    contract = as_author / "contract.yaml"
    text = contract.read_text().replace("entity: patient}", f"entity: patient, {clean}}}")
    contract.write_text(text.replace("[0, 90], on_breach", "[0, 90], nulls: allowed, on_breach"))
    handle(as_author, Build())
    handle(as_author, Certify())
    with settings.given({"MAINSTAY_KEY": small_project.APPROVER}):
        handle(as_author, Approve("v2"))
    handle(as_author, Deploy("v2", 1.0))

    def raw(record: lived.Record) -> lived.Record:
        wait = -999 if record["wait"] == 7 else str(record["wait"])
        return {**record, "wait": wait, "kind": str(record["kind"]).replace("new", "NEW")}

    lived.answered(as_author, range(1, 2), raw)

    with project.opened(as_author) as opened:
        seen = field.order(opened, clock.now(), ()).table.to_pyarrow().to_pylist()
    sent = {one["visit"]: one for _, one, _ in lived._visits(1, 3)}
    assert {one["mainstay_outcome"] for one in seen} == {"model"}
    assert [one["wait"] for one in seen] == [
        None if sent[one["visit"]]["wait"] == 7 else sent[one["visit"]]["wait"] for one in seen
    ]
    assert [one["kind"] for one in seen] == [sent[one["visit"]]["kind"] for one in seen]
