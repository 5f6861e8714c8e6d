"""A signed exception, there and back."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from mainstay.core.errors import Mistake
from mainstay.core.nouns import Evidence, Limit, Verdict, Window
from mainstay.seal import keys, trust, waiver
from mainstay.seal.certificate import Certificate
from mainstay.seal.waiver import Missed, Waiver

Made = Callable[..., Certificate]


@pytest.fixture
def short(certificate: Made) -> Waiver:
    """Of the one gate of the certificate, had it been broken."""
    stated = certificate()
    (gate,) = stated.gates
    broken = msgspec.structs.replace(gate, limit=Limit("at_least", 0.8), verdict=Verdict.FAIL)
    version = stated.version
    about = Missed(version.model, version.name, version.bundle, version.contract, broken)
    return Waiver(about, "a short month", "operations-lead", stated.issued, stated.not_after)


def test_what_was_signed_is_what_holds(short: Waiver, people: Path) -> None:
    made = waiver.signed(short, keys.load(people, "operations-lead"))

    again = msgspec.json.decode(msgspec.json.encode(made), type=waiver.Signed)

    assert waiver.signer(again, trust.read(people)).name == "operations-lead"
    assert again.waiver == short


@pytest.mark.parametrize("changed", [{}, {"note": "said so"}, {"verdict": Verdict.UNSURE}])
def test_it_excuses_that_gate(short: Waiver, changed: dict[str, object]) -> None:
    assert short.excuses(msgspec.structs.replace(short.shortfall.gate, **changed))


@pytest.mark.parametrize(
    "changed",
    [{"clause": "accuracy"}, {"limit": Limit("at_least", 0.9)}, {"verdict": Verdict.PASS}],
)
def test_it_excuses_no_other_gate(short: Waiver, changed: dict[str, object]) -> None:
    assert not short.excuses(msgspec.structs.replace(short.shortfall.gate, **changed))


def test_it_excuses_no_other_rows(short: Waiver) -> None:
    other = Window(short.signed, short.expires)

    assert not short.excuses(msgspec.structs.replace(short.shortfall.gate, window=other))


@pytest.mark.parametrize("name", ["parity, ordinary rows", "clean_room", "time_travel"])
def test_no_proof_can_be_excused(short: Waiver, name: str) -> None:
    proof = msgspec.structs.replace(short.shortfall.gate, clause=name)
    about = msgspec.structs.replace(short.shortfall, gate=proof)

    assert not waiver.excusable(proof)
    assert not msgspec.structs.replace(short, shortfall=about).excuses(proof)


def test_a_finding_without_a_limit_needs_no_excuse() -> None:
    assert not waiver.excusable(Evidence("shown", "v1", "rows", "counted"))


def test_it_begins_when_it_is_signed_and_ends_before_its_end(short: Waiver) -> None:
    moment = timedelta(microseconds=1)

    assert waiver.in_force(short, short.signed)
    assert waiver.in_force(short, short.expires - moment)
    assert not waiver.in_force(short, short.expires)
    assert not waiver.in_force(short, short.signed - moment)


def test_one_that_is_over_is_not_signed(short: Waiver, people: Path) -> None:
    over = msgspec.structs.replace(short, expires=short.signed)

    with pytest.raises(Mistake, match="is over"):
        waiver.signed(over, keys.load(people, "operations-lead"))
