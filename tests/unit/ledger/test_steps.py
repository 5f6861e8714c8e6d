"""Work done once."""

from pathlib import Path

from mainstay.core.nouns import Actor
from mainstay.ledger import steps
from mainstay.ledger.store import Ledger

ALICE = Actor("alice")


def test_equal_inputs_have_one_key() -> None:
    key = steps.key("build", rows="d1", code={"b": 1, "a": 2})

    assert key == steps.key("build", code={"a": 2, "b": 1}, rows="d1")
    assert key not in (steps.key("build", rows="d2"), steps.key("certify", rows="d1"))


def test_a_result_is_kept(ledger: Ledger) -> None:
    key = steps.key("build", rows="d1")
    assert steps.result(ledger, key) is None

    recorded = steps.done(ledger, key, {"bundle": "b1"}, subject="m", actor=ALICE)

    assert recorded == steps.result(ledger, key) == {"bundle": "b1"}


def test_the_first_result_counts(ledger: Ledger, tmp_path: Path) -> None:
    steps.done(ledger, "k", {"bundle": "b1"}, subject="m", actor=ALICE)

    with Ledger(ledger.path, ledger.url) as other:
        recorded = steps.done(other, "k", {"bundle": "b2"}, subject="m", actor=ALICE)

    assert recorded == {"bundle": "b1"}
    assert [event.kind for event in ledger.events()] == ["StepDone"]
