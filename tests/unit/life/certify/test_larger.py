"""What a larger model would still gain."""

from types import SimpleNamespace

import numpy as np
from scipy import special

from mainstay.contract.generalising import Generalises
from mainstay.core.inputs import Input
from mainstay.core.nouns import Verdict
from mainstay.life.certify import larger
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.held_out import HeldOut
from mainstay.life.certify.learned_rows import LearnedRows

STATED = SimpleNamespace(inputs=(Input("x", "number"), Input("z", "number")))


def world(held: HeldOut, seed: int, blind: bool) -> tuple[HeldOut, np.ndarray]:  # noqa: FBT001
    """Labels by a product of two inputs, which a blind model does not see."""
    random = np.random.default_rng(seed)
    x, z = random.normal(size=(2, len(held.label)))
    truth = special.expit(0.3 * x + x * z)
    label = (random.random(len(x)) < truth).astype(np.float64)
    score = special.expit(0.3 * x) if blind else truth
    made = held._replace(label=label, score=score, columns={"x": x, "z": z}, inputs=("x", "z"))
    return made, np.column_stack([x, z])


def gained(asked: Asked, *, blind: bool, room: float | None = None, **task: str):
    unseen, inputs = world(asked.held, 1, blind)
    held, _ = world(asked.held, 2, blind)
    contract = asked.contract
    stated = contract.certify.model_copy(update={"generalises": Generalises(room=room)})
    objective = contract.objective.model_copy(update=task)
    changed = contract.model_copy(update={"certify": stated, "objective": objective})
    rows = LearnedRows(unseen, unseen, {}, inputs, len(inputs))
    return larger.gained(asked._replace(contract=changed, held=held), STATED, rows)


def test_a_model_that_misses_what_inputs_tell_has_room(asked: Asked) -> None:
    found = gained(asked, blind=True)

    assert found.estimate.low > 0.02
    assert (found.limit, found.verdict) == (None, None)
    assert "a larger model may gain roc_auc" in found.note


def test_a_model_that_is_right_has_none_to_find(asked: Asked) -> None:
    found = gained(asked, blind=False)

    assert found.estimate.low <= 0
    assert found.note == "no larger model found that surely gains"


def test_room_beyond_the_limit_breaks_the_gate(asked: Asked) -> None:
    assert gained(asked, blind=True, room=0.005).verdict is Verdict.FAIL
    assert gained(asked, blind=False, room=0.05).verdict is Verdict.PASS


def test_of_several_classes_nobody_can_tell(asked: Asked) -> None:
    found = gained(asked, blind=True, task="multiclass", room=0.01)

    assert (found.verdict, found.estimate) == (Verdict.UNSURE, None)
    assert found.note.startswith("cannot tell")
