"""What follows from events; and that the tables can be made anew from them."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.core.errors import Bug, Conflict
from mainstay.core.nouns import Actor
from mainstay.ledger import state
from mainstay.ledger.store import Ledger
from mainstay.ledger.verify import verify

Told = Callable[..., int]
NUMBER, SEALED = {"number": st.integers(1, 3)}, {"certificate": st.just("")}
SHARE = st.fixed_dictionaries({"version": st.integers(1, 3), "share": st.floats(0, 1)})
SEAT = {
    "name": st.sampled_from("xy"), "role": st.sampled_from("rs"), "model": st.sampled_from("a*"),
}  # fmt: skip
ROUTED = {"sequence": st.integers(1, 5), "shares": st.lists(SHARE, max_size=3)}
APPENDS = {
    "ContractRegistered": {"digest": st.just("c"), "revision": st.integers(1, 3)},
    "Built": {**NUMBER, "bundle": st.just("b"), "contract": st.just("c")},
    "HoldoutOpened": {
        "contract": st.just("c"),
        "since": st.sampled_from(["2013-03-01T00:00:00Z", "2013-04-01T00:00:00Z"]),
        "until": st.just("2013-05-01T00:00:00Z"),
    },
    "Certified": {**NUMBER, **SEALED},
    "CertificateRefused": NUMBER,
    "Approved": {**NUMBER, **SEALED},
    "Rejected": NUMBER,
    "Renewed": {**NUMBER, **SEALED},
    "Deployed": ROUTED,
    "RolledBack": ROUTED,
    "IncidentOpened": {"clause": st.just("temp"), "what": st.just("broken")},
    "IncidentClosed": {"incident": st.integers(1, 30)},
    "Granted": {**SEAT, "expires": st.sampled_from([None, "2013-05-01T00:00:00Z"])},
    "Withdrawn": SEAT,
    "StepDone": {"key": st.sampled_from("xyz"), "result": st.just({"rows": 1})},
    "Assessed": {},
}
SAID = st.one_of(
    st.tuples(st.just(kind), st.fixed_dictionaries(payload)) for kind, payload in APPENDS.items()
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(SAID, st.sampled_from("ab")), min_size=10, max_size=40))
def test_the_tables_follow_from_the_events_alone(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[tuple[str, dict], str]]
) -> None:
    with Ledger(tmp_path_factory.mktemp("state") / "ledger.db") as ledger:
        for model in "ab":
            ledger.append("ContractRegistered", model, Actor("x"), {"digest": "c", "revision": 9})
        accepted = 2
        for (kind, payload), model in said:
            try:
                accepted = ledger.append(kind, model, Actor("x"), payload).seq
            except Conflict:
                continue

        assert verify(ledger) == ()
        assert [event.seq for event in ledger.events()] == list(range(1, accepted + 1))


def status(ledger: Ledger, number: int) -> str:
    return state.version(ledger, "flight-delay", number).status


PATHS = {  # events after Built -> status, or None where the last is not allowed
    ("Certified",): "certified",
    ("CertificateRefused",): "refused",
    ("CertificateRefused", "Certified"): "certified",
    ("CertificateRefused", "CertificateRefused"): "refused",
    ("Certified", "Certified"): "certified",
    ("Certified", "CertificateRefused"): "refused",
    ("Certified", "Approved"): "approved",
    ("Certified", "Rejected"): "rejected",
    ("Certified", "Approved", "Renewed"): "certified",
    ("Certified", "Approved", "CertificateRefused"): "approved",
    ("Certified", "Approved", "Renewed", "Approved"): "approved",
    ("Approved",): None,
    ("Rejected",): None,
    ("Renewed",): None,
    ("CertificateRefused", "Approved"): None,
    ("Certified", "Renewed"): None,
    ("Certified", "Approved", "Approved"): None,
    ("Certified", "Approved", "Certified"): None,
    ("Certified", "Approved", "Rejected"): None,
    ("Certified", "Rejected", "Approved"): None,
    ("Certified", "Rejected", "Certified"): None,
    ("Certified", "Rejected", "CertificateRefused"): None,
}


@pytest.mark.parametrize("path", PATHS, ids="-".join)
def test_a_version_goes_only_where_it_may(
    ledger: Ledger, told: Told, path: tuple[str, ...]
) -> None:
    told("ContractRegistered", digest="c", revision=1)
    told("Built", number=1, bundle="b", contract="c")
    *before, last = path
    for kind in before:
        told(kind, number=1, certificate="")
    earlier = status(ledger, 1)

    if PATHS[path] is None:
        with pytest.raises(Conflict, match=f"{last} of flight-delay: v1 is not "):
            told(last, number=1, certificate="")
    else:
        told(last, number=1, certificate="")

    assert status(ledger, 1) == (PATHS[path] or earlier)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("ContractRegistered", {"digest": "c", "revision": 1}),
        ("Built", {"number": 1, "bundle": "b", "contract": "c"}),
        ("Deployed", {"sequence": 1, "shares": []}),
        ("Deployed", {"sequence": 2, "shares": [{"version": 9, "share": 1}]}),
        ("IncidentClosed", {"incident": 13}),
        ("StepDone", {"key": "k1", "result": {}}),
        ("Approved", {"number": 9, "certificate": ""}),
    ],
)
def test_what_contradicts_the_record_is_a_conflict_and_leaves_nothing(
    lived: Ledger, told: Told, kind: str, payload: dict[str, object]
) -> None:
    head = lived.head()

    with pytest.raises(Conflict) as conflict:
        told(kind, **payload)

    assert conflict.value.hint
    assert lived.head() == head
    assert verify(lived) == ()


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("Built", {"number": 1}),
        ("Built", {"number": 0, "bundle": "b", "contract": "c"}),
        ("Certified", {"number": 1}),
        ("StepDone", {"key": "k", "result": 3}),
        ("IncidentClosed", {"incident": 2**70}),
        ("HoldoutOpened", {"contract": "c", "since": "monday", "until": "tuesday"}),
        ("Deployed", {"sequence": 5, "shares": [{"version": 1, "share": 1.5}]}),
    ],
)
def test_a_payload_that_does_not_say_enough_is_our_bug(
    lived: Ledger, told: Told, kind: str, payload: dict[str, object]
) -> None:
    with pytest.raises(Bug, match=f"the payload of {kind} does not say enough"):
        told(kind, **payload)


def test_a_model_must_be_registered_first(told: Told) -> None:
    with pytest.raises(Conflict, match="Built of flight-delay: the ledger does not allow it"):
        told("Built", number=1, bundle="b", contract="c")
