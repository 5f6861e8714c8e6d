from datetime import timedelta
from pathlib import Path

import pytest

from mainstay.contract import document
from mainstay.core.nouns import Limit


@pytest.fixture
def written(example):
    """What holds where a contract ends before `certify`."""
    bare = example[: example.index("certify:")]
    return document.parsed(bare.encode(), Path("contract.yaml")).contract.model_dump(mode="json")


def test_what_nobody_states_has_the_stated_default_at_the_bench(written):
    assert written["train"] == {"window": None, "seed": 0}
    assert written["certify"] == {
        "hold_out": "31d",
        "slices": None,
        "fairness": None,
        "calibration_error": {"at_most": 0.1},
        "stopped": {"at_most": 0.01},
        "lasts": "180d",
        "foresee": "on_request",
        "accept_unsure": [],
        "champion": {
            "metric": None,
            "worse_by": None,
            "slices_worse_by": None,
            "life_worse_by": None,
        },
        "simplest": {"margin": None},
        "robust": {"harm": None, "systems": None},
        "generalises": {"worse_by": None, "room": None, "told": None, "new_worse_by": None},
        "copies": {"at_most": 0.01},
        "cannot_tell": "open",
        "looks": 10,
    }


def test_what_nobody_states_has_the_stated_default_at_the_door_and_in_the_field(written):
    assert written["serve"] == {
        "latency_p99": "20ms",
        "fallback": "baseline",
        "breaker": {"breaches": 0.5, "over": "1m", "least_rows": 50, "on_breach": "flag"},
        "rollback": {"errors": 0.01, "slower": 0.01, "stopped": 0.01, "shift": 0.5},
        "resources": {"concurrency": 256, "priority": "normal"},
        "uncovered": "flag",
        "abstain": None,
        "durability": "group",
        "journal": {"drop": [], "pseudonymise": []},
        "unknown_fields": "reject",
        "canary": 0.1,
        "context": "sent",
        "cold": "flag",
        "stale": "flag",
    }
    assert written["score"] == {"every": None, "partition": None, "out": "scores"}
    assert written["watch"] == {
        "window": "1d",
        "false_alarms": "1 per year",
        "tolerated_shift": 0.1,
        "unverified_after": "30d",
        "seasonal": [],
        "season": "stated",
        "retrain": "when_it_pays",
        "unforeseen": {"answer": "model", "train": "all"},
        "skew": {"at_most": 0.01},
    }
    assert written["access"] == {"approver": None}


def test_slices_are_judged_by_one_limit(read):
    slices = read().contract.certify.slices

    assert (slices.by, slices.limit, slices.least_rows) == (
        ("origin", "carrier"),
        Limit("at_least", 0.55),
        2500,
    )


def test_history_can_be_a_window(read):
    train = read(("certify:", "train: {window: 180d, seed: 7}\ncertify:")).contract.train

    assert (train.window, train.seed) == (timedelta(days=180), 7)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("by: [origin, carrier]", "by: []", "certify.slices.by is an empty list"),
        ("least_rows: 2500", "least_rows: 0", "certify.slices.least_rows is 0, but must be at"),
        ("least_rows: 2500", "least_rows: 2.5", "certify.slices.least_rows is 2.5, but a whole"),
        ("at_least: 0.55", "at_most: 0.55", "certify.slices.at_most is 0.55, but of roc_auc more"),
        ("at_least: 0.55, ", "", "certify.slices needs at_least or at_most"),
        ("hold_out: 31d", "hold_out: 31", "certify.hold_out is 31, but a duration is wanted"),
        ("hold_out: 31d", "stopped: {at_most: 2}", "certify.stopped.at_most is 2, but must be at"),
        ("fallback: baseline", "fallback: none", 'serve.fallback is "none"'),
        ("fallback: baseline", "canary: 0", "serve.canary is 0, but must be more than 0"),
        ("fallback: baseline", "uncovered: hide", 'serve.uncovered is "hide"'),
        ("fallback: baseline", "unknown_fields: drop", 'serve.unknown_fields is "drop"'),
        ("fallback: baseline", "abstain: {between: [0.6, 0.4], to: person}",
         "serve.abstain.between is [0.6, 0.4]"),
        ("fallback: baseline", "abstain: {between: [0, 1], to: person}",
         "serve.abstain.between is [0, 1], which leaves nothing to the model"),
        ("fallback: baseline", "abstain: {between: [0.4], to: person}",
         "serve.abstain.between is no range"),
        ("fallback: baseline", "abstain: {between: [0.4, 60], to: person}",
         "serve.abstain.between[1] is 60, but must be at"),
        ("fallback: baseline", "abstain: {between: [0.4, 0.6], to: nobody}",
         'serve.abstain.to is "nobody"'),
        ("fallback: baseline", "abstain: {to: person}", "serve.abstain.between is missing"),
        ("tolerated_shift: 0.1", "tolerated_shift: 0", "watch.tolerated_shift is 0, but must"),
        ("1 per year", "yearly", 'watch.false_alarms is "yearly"'),
        ("approver: operations-lead", "approver: [a]", "access.approver is a list, but text"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_a_mistake(told, old, new, said):
    found = told((old, new))

    assert f" {said}" in found[0]
    assert [line[:5] for line in found[1:]] == ["hint:"]


def test_a_model_may_abstain_between_two_scores(read):
    serve = read(
        ("fallback: baseline", "abstain: {between: [0.4, 0.6], to: person}")
    ).contract.serve

    assert (serve.abstain.between, serve.abstain.to) == ((0.4, 0.6), "person")
    assert read().contract.serve.abstain is None
