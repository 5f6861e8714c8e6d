"""What a version is better by than something simpler."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from mainstay.bundle import manifest
from mainstay.contract.rivals import Simplest
from mainstay.control import papers, versions
from mainstay.control import project as projects
from mainstay.core.columns import Text
from mainstay.core.nouns import Evidence, Limit, Verdict
from mainstay.life.certify import simplest
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.held_out import HeldOut
from mainstay.life.certify.simplest import Reached, Seen

Held = Callable[..., HeldOut]


def reached(score: np.ndarray, name: str = "linear") -> Reached:
    return Reached(name, score, (score > 0.5) * 1.0, 12, 0.5)


def compared(asked: Asked, ladder: list[Reached]) -> list[Evidence]:
    return list(simplest.evidence(asked, simplest.against(asked, ladder, seconds=5.0)))


def with_margin(asked: Asked, margin: float) -> Asked:
    stated = asked.contract.certify.model_copy(update={"simplest": Simplest(margin=margin)})
    return asked._replace(contract=asked.contract.model_copy(update={"certify": stated}))


def test_without_a_margin_the_gain_is_a_finding(asked: Asked) -> None:
    chance = np.random.default_rng(0).random(3000)

    (one,) = compared(asked, [reached(chance)])

    assert (one.clause, one.limit, one.verdict) == ("simplest, linear", None, None)
    assert one.estimate.low > 0.2
    assert "with 12 numbers, about 10 times cheaper to score" in one.note


def test_a_simpler_model_within_the_margin_breaks_the_gate(asked: Asked) -> None:
    near = asked.held.score + np.random.default_rng(0).normal(scale=0.01, size=3000)
    far = np.random.default_rng(1).random(3000)

    simple, poor = compared(with_margin(asked, 0.05), [reached(near), reached(far, "small tree")])

    assert (simple.verdict, poor.verdict) == (Verdict.FAIL, Verdict.PASS)
    assert simple.limit == Limit("at_least", 0.05)
    assert "it reaches 0." in simple.note


def test_one_that_says_the_same_gains_nothing(asked: Asked) -> None:
    (one,) = compared(with_margin(asked, 0.01), [reached(asked.held.score)])

    assert (one.estimate.low, one.estimate.high, one.verdict) == (0, 0, Verdict.FAIL)


def test_the_whole_ladder_stands_in_the_certificate(born: Path) -> None:
    with projects.opened(born) as opened:
        version = versions.found(opened)
        record = papers.record(opened, version)
        text = (opened.places.certificates / "v1.html").read_text()
    found = [one for one in record.evidence if one.clause.startswith(simplest.CLAUSE)]

    assert [one.clause for one in found] == [
        "simplest, the rule", "simplest, linear", "simplest, small tree",
    ]  # fmt: skip
    assert {one.verdict for one in found} == {None}
    assert found[0].note.endswith("with 4 numbers")
    assert '<th scope="row">small tree</th>' in text


@pytest.mark.parametrize("name", ["the rule", "linear"])
def test_the_gain_is_of_the_first_goal(born: Path, name: str) -> None:
    """roc_auc of the version is its gate's, and what the rung reaches is less by the gain."""
    with projects.opened(born) as opened:
        record = papers.record(opened, versions.found(opened))
    by_clause = {one.clause: one for one in record.evidence}
    one = by_clause[f"simplest, {name}"]

    reaches = by_clause["roc_auc"].estimate.value - one.estimate.value

    assert one.note.startswith(f"it reaches {reaches:.3f}")


def test_several_classes_have_a_ladder_of_shares(asked: Asked, born: Path) -> None:
    with projects.opened(born) as opened:
        version = versions.found(opened)
        read = manifest.read(opened.places.bundle(version.bundle), version.bundle)
    stated = structs.replace(read, task="multiclass", classes=("a", "b", "c"))
    objective = asked.contract.objective.model_copy(update={"task": "multiclass"})
    several = asked._replace(contract=asked.contract.model_copy(update={"objective": objective}))
    random = np.random.default_rng(0)
    kind = Text(random.integers(0, 3, 3000).astype(np.int32), ("control", "new", "scan"))
    rows = np.column_stack([random.normal(size=(3000, 2)), kind.codes, np.ones(3000)])
    label = np.where(random.random(3000) < 0.7, kind.codes, random.integers(0, 3, 3000)) * 1.0
    seen = Seen(rows, label, {"kind": kind}, np.zeros(3000))

    ladder = list(simplest._ladder(several, stated, seen, seen))

    assert [one.name for one in ladder] == ["the rule", "linear", "small tree"]
    assert ladder[0].numbers == 4 * 3
    for one in ladder:
        assert one.score.shape == (3000, 3)
        assert (one.decided == label).mean() == pytest.approx(0.8, abs=0.03)

    alone = next(simplest._ladder(several, stated, *[seen._replace(groups={})] * 2))
    commonest = np.bincount(label.astype(int)).argmax()
    assert set(alone.decided) == {commonest}
