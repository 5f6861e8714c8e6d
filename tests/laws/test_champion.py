"""Held against the live version: who is worse by the margin is let through as rarely as promised.

Tolerance: as in test_intervals, one point for 31 blocks and then what chance takes.
"""

from datetime import UTC, datetime

import numpy as np
from scipy import stats

from mainstay.contract.rivals import Champion
from mainstay.core.columns import Text
from mainstay.core.nouns import Dataset, Verdict, Window
from mainstay.life.certify import champion
from mainstay.life.certify.champion import Pair
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.held_out import HeldOut

DAYS, A_DAY, WORLDS = 31, 60, 300
FALSELY, FEW_BLOCKS, BY_CHANCE = 0.025, 0.01, 0.001
WINDOW = Window(datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 3, 3, tzinfo=UTC))


def pair(generator: np.random.Generator, lost: float) -> Pair:
    """Both decide right on 0.7 of rows; the candidate loses `lost`, on some days more."""
    rows = DAYS * A_DAY
    day = np.repeat(np.arange(DAYS), A_DAY)
    bad = np.clip(generator.normal(0.3, 0.08, DAYS), 0.05, 0.6)[day]
    off = np.clip(generator.normal(lost, lost, DAYS), -0.02, 4 * lost)[day]
    draw, other = generator.random(rows), generator.random(rows)
    label = (generator.random(rows) < 0.4).astype(float)
    theirs = draw >= bad
    # the candidate decides another way on a tenth of the rows, for better and worse
    change = other < 0.1
    ours = np.where(change, generator.random(rows) >= bad + 10 * off, theirs)
    kind = Text((np.arange(rows) % 2).astype(np.int32), ("one", "two"))
    made = [_held(label, right, day, kind) for right in (ours, theirs)]
    return Pair(made[0], made[1], "v1")


def _held(label: np.ndarray, right: np.ndarray, day: np.ndarray, kind: Text) -> HeldOut:
    decided = np.where(right, label, 1 - label)
    rows = len(label)
    nobody = np.zeros(rows, dtype=np.bool_)
    return HeldOut(
        Dataset("x", "d", (), rows, WINDOW), WINDOW, label, decided, decided, np.zeros(rows), day,
        np.arange(rows), nobody, "", {"kind": kind}, {}, (), (), rows, 0, 0,
    )  # fmt: skip


def asked(contract, held: HeldOut, worse_by: float, world: int) -> Asked:
    clause = Champion(metric="accuracy", worse_by=worse_by, slices_worse_by=worse_by)
    slices = contract.certify.slices.model_copy(
        update={"metric": "accuracy", "at_least": 0.1, "least_rows": 100}
    )
    stated = contract.certify.model_copy(update={"champion": clause, "slices": slices})
    return Asked(contract.model_copy(update={"certify": stated}), held, "v2", world)


def truth(lost: float) -> float:
    found = [pair(np.random.default_rng([9, world]), lost) for world in range(400)]
    return float(
        np.mean([(one.ours.decided == one.ours.label).mean() for one in found])
        - np.mean([(one.theirs.decided == one.theirs.label).mean() for one in found])
    )


def test_who_is_worse_by_the_margin_is_seldom_let_through(contract) -> None:
    lost = 0.02
    margin = -truth(lost)
    assert margin > 0.01

    overall, slices = zip(
        *(
            champion.against(asked(contract, one.ours, margin, world), one)
            for world in range(WORLDS)
            for one in [pair(np.random.default_rng([1, world]), lost)]
        ),
        strict=True,
    )

    most = stats.binom.ppf(1 - BY_CHANCE, WORLDS, FALSELY + FEW_BLOCKS)
    assert sum(one.verdict is Verdict.PASS for one in overall) <= most
    assert sum(one.verdict is Verdict.PASS for one in slices) <= most


def test_who_is_as_good_is_let_through_and_who_is_twice_as_bad_is_not(contract) -> None:
    even, worse = (
        [
            next(champion.against(asked(contract, one.ours, 0.02, world), one)).verdict
            for world in range(60)
            for one in [pair(np.random.default_rng([2, world]), lost)]
        ]
        for lost in (0.0, 0.06)
    )

    assert even.count(Verdict.PASS) >= 54
    assert worse.count(Verdict.PASS) == 0
