"""From training rows to held-out ones: what chance alone makes is seldom called a loss, a look more

never buys a pass, a model that is right has no room, and rows like the others promise what is so.

Tolerance: as in test_intervals, one point for few blocks and then what chance takes.
"""

from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from scipy import special, stats

from mainstay.contract.generalising import Generalises
from mainstay.core.nouns import Dataset, Estimate, Limit, Verdict, Window
from mainstay.life.certify import generalising, larger, unlike
from mainstay.life.certify.gates import Asked
from mainstay.life.certify.held_out import HeldOut
from mainstay.life.certify.learned_rows import LearnedRows
from mainstay.stats import repeated

TRAINED, HELD, A_DAY, WORLDS = 40, 25, 40, 150
FALSELY, FEW_BLOCKS, BY_CHANCE = 0.025, 0.01, 0.001
WINDOW = Window(datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 3, 3, tzinfo=UTC))
MOST = stats.binom.ppf(1 - BY_CHANCE, WORLDS, FALSELY + FEW_BLOCKS)


class World(NamedTuple):
    """Training rows, seen and out of fold, beside held-out ones."""

    rows: LearnedRows
    held: HeldOut


def asked(contract, world: World, seed: int, **limits: float) -> Asked:
    stated = contract.certify.model_copy(update={"generalises": Generalises(**limits)})
    return Asked(contract.model_copy(update={"certify": stated}), world.held, "v1", seed)


def made(
    generator: np.random.Generator, days: int, lost: float = 0.0, moved: float = 0.0
) -> dict[str, np.ndarray]:
    """Days differ in level; `lost` of rows are told by chance; `moved`: the mean of an input."""
    count = days * A_DAY
    day = np.repeat(np.arange(days), A_DAY)
    x, z = generator.normal(moved, 1, count), generator.normal(0, 1, count)
    logit = 0.6 * x + 0.9 * x * z + generator.normal(0, 0.3, days)[day]
    label = (generator.random(count) < special.expit(logit)).astype(float)
    blind = generator.random(count) < lost
    score = np.where(blind, generator.random(count), special.expit(0.6 * x + 0.9 * x * z))
    return {"label": label, "score": score, "day": day, "x": x, "z": z}


def held_out(part: dict) -> HeldOut:
    count = len(part["label"])
    decided = (part["score"] >= 0.5) * 1.0
    return HeldOut(
        Dataset("x", "d", (), count, WINDOW), WINDOW, part["label"], part["score"], decided,
        np.zeros(count), part["day"], np.arange(count), np.zeros(count, dtype=np.bool_), "", {},
        {"x": part["x"], "z": part["z"]}, ("x", "z"), (), count, 0, 0,
    )  # fmt: skip


def world(seed: list[int], **changes: float) -> World:
    generator = np.random.default_rng(seed)
    trained, held = made(generator, TRAINED), made(generator, HELD, **changes)
    unseen, columns = held_out(trained), {"x": trained["x"], "z": trained["z"]}
    inputs = np.column_stack([trained["x"], trained["z"]])
    return World(LearnedRows(unseen, unseen, columns, inputs, len(inputs)), held_out(held))


def later(contract, one: World, seed: int, worse_by: float):
    case = asked(contract, one, seed, worse_by=worse_by)
    found = generalising.compared(case, one.rows, np.ones(len(one.rows.unseen.label)))
    return generalising.later(case, found)


def test_what_chance_makes_is_seldom_broken_and_never_beyond_a_margin(half_right) -> None:
    none = [later(half_right, world([1, at]), at, 0.0) for at in range(WORLDS)]

    assert sum(one.verdict is Verdict.FAIL for one in none) <= MOST
    assert sum(one.verdict is Verdict.PASS for one in none) <= MOST  # at the limit exactly


def test_a_loss_is_found_and_a_small_one_within_the_margin_is_let_through(half_right) -> None:
    lost = [later(half_right, world([2, at], lost=0.5), at, 0.0) for at in range(40)]
    even = [later(half_right, world([3, at]), at, 0.08) for at in range(40)]

    assert sum(one.verdict is Verdict.FAIL for one in lost) >= 34
    assert sum(one.verdict is Verdict.PASS for one in even) >= 34


def test_ten_looks_at_the_same_rows_pass_little_more_than_one(half_right) -> None:
    """Ten versions, each exactly at the limit, the same rows: errors of the versions are apart."""
    generator, worlds = np.random.default_rng(5), 2000
    limit, off = Limit("at_least", 0.7), generator.normal(0, 0.01, (worlds, 10))

    def passes(look: int, value: float) -> bool:
        one = Estimate(0.7 + value, 0.7 + value - 0.0196, 0.7 + value + 0.0196, 1000)
        return limit.judge(repeated.widened(one, look)) is Verdict.PASS

    wide = sum(any(passes(look + 1, row[look]) for look in range(10)) for row in off)
    same = sum(any(passes(1, row[look]) for look in range(10)) for row in off)

    assert wide <= stats.binom.ppf(1 - BY_CHANCE, worlds, FALSELY * np.pi**2 / 6)
    assert same > 4 * wide


def room(contract, one: World, seed: int) -> Estimate:
    case = asked(contract, one, seed)
    inputs = np.column_stack([one.held.columns["x"], one.held.columns["z"]])
    return larger._gain(case, "log_loss", larger.larger(case, one.rows, inputs))


def blind(one: World) -> World:
    """The same rows scored without the product of the two inputs."""

    def scored(held: HeldOut, x: np.ndarray) -> HeldOut:
        return held._replace(score=special.expit(0.6 * x))

    unseen = scored(one.rows.unseen, one.rows.columns["x"])
    return World(one.rows._replace(unseen=unseen), scored(one.held, one.held.columns["x"]))


def test_a_model_that_is_right_has_seldom_room_and_one_that_is_blind_has(half_right) -> None:
    right = [room(half_right, world([6, at]), at) for at in range(40)]
    small = [room(half_right, blind(world([7, at])), at) for at in range(20)]

    assert sum(one.low > 0 for one in right) <= stats.binom.ppf(
        1 - BY_CHANCE, 40, FALSELY + FEW_BLOCKS
    )
    assert sum(one.low > 0 for one in small) >= 19


def test_rows_alike_are_seldom_told_apart_and_others_are(half_right) -> None:
    alike = [
        unlike.told(asked(half_right, one, at), one.rows).strength
        for at in range(100)
        for one in [world([8, at])]
    ]
    moved = [
        unlike.told(asked(half_right, one, at), one.rows)
        for at in range(20)
        for one in [world([9, at], moved=1.0)]
    ]

    falsely = stats.binom.ppf(1 - BY_CHANCE, 100, FALSELY + FEW_BLOCKS)
    assert sum(one.low > 0.5 for one in alike) <= falsely
    assert all(one.strength.low > 0.6 for one in moved)
    assert all(one.differs[0].startswith("x ") for one in moved)


def test_rows_weighed_to_be_like_held_out_ones_promise_what_is_so_there(half_right) -> None:
    """The relation stays, the mix moves: the weighted score holds what many held-out rows show."""
    many = made(np.random.default_rng(99), 6000, moved=1.0)
    truth = float(((many["score"] >= 0.5) == many["label"]).mean())
    covered, plain = 0, 0

    for at in range(60):
        one = world([10, at], moved=1.0)
        case = asked(half_right, one, at)
        found = generalising.compared(case, one.rows, unlike.told(case, one.rows).weight)
        covered += found.weighed.low <= truth <= found.weighed.high
        plain += found.promised.low <= truth <= found.promised.high

    assert covered >= stats.binom.ppf(BY_CHANCE, 60, 0.95 - FEW_BLOCKS)
    assert plain < covered
