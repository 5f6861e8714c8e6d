"""What is watched for drift, and what it weighs."""

from collections.abc import Callable

import pytest
from msgspec import structs

from mainstay.bundle.layout import SCORES
from mainstay.bundle.manifest import Manifest
from mainstay.data.records import DECISION, SCORE
from mainstay.life.watch import parts, units, windows
from mainstay.life.watch.order import Order
from mainstay.life.watch.parts import ANSWERS, COLUMNS, Group, Part

SEASONAL = "access: {approver: lead}\nwatch: {seasonal: [rain]}"
HOURLY = "access: {approver: lead}\nwatch: {window: 12h}"


def grouped(order: Order, stated: Manifest) -> tuple[Group, Group]:
    return parts.groups(order, stated, windows.trained(order, stated))


def made(order: Order, stated: Manifest) -> tuple[Part, ...]:
    seen = windows.profiled(order, stated)
    group, _ = grouped(order, stated)
    moved = units.moves(seen, units.units(stated))
    return tuple(parts.parts(group, stated.importance, windows.trained(order, stated), seen, moved))


def weights(some: tuple[Part, ...]) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in some:
        for one, weight in zip(part.reference.components, part.weight, strict=True):
            found[one.column] = found.get(one.column, 0.0) + float(weight)
    return found


def test_columns_weigh_by_importance_and_answers_a_quarter(
    live: Callable[..., Order], stated: Manifest
) -> None:
    given = structs.replace(stated, importance={"wait": 0.6, "rain": 0.2, "kind": 0.0})

    found = weights(made(live(days=5), given))

    wanted = {
        "wait": 0.5625, "rain": 0.1875, "kind": 0, SCORE: ANSWERS / 2, DECISION: ANSWERS / 2,
    }  # fmt: skip
    assert found == pytest.approx({name: COLUMNS * one for name, one in wanted.items()})


def test_what_is_not_known_to_count_counts_alike(
    live: Callable[..., Order], stated: Manifest
) -> None:
    found = weights(made(live(days=5), structs.replace(stated, importance={})))

    assert [found[name] for name in ("wait", "rain", "kind")] == pytest.approx([COLUMNS * 0.25] * 3)


def test_columns_of_which_none_counts_weigh_nothing(
    live: Callable[..., Order], stated: Manifest
) -> None:
    found = weights(made(live(days=5), structs.replace(stated, importance={"gone": 1.0})))

    assert found["wait"] == found["rain"] == found["kind"] == 0


def test_answers_are_as_uncertain_as_what_one_model_answered(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = live(days=5)
    (part,) = (one for one in made(order, stated) if one.reference.components[0].column == SCORE)

    rows = sum(one.rows for one in windows.unseen(order).windows)
    assert part.reference.rows == rows // 4


def test_answers_may_move_with_a_season_that_they_hang_on(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = live(days=5, old="access: {approver: lead}", new=SEASONAL)
    idle = structs.replace(stated, importance={"wait": 1.0, "rain": 0.0})

    follow, stay = grouped(order, stated), grouped(order, idle)

    assert [one.names for one in follow] == [("wait", "kind"), ("rain",)]
    assert [one.answers is None for one in follow] == [True, False]
    assert [one.answers is None for one in stay] == [False, True]


def test_without_answers_to_compare_with_columns_are_all_there_is(
    live: Callable[..., Order], stated: Manifest
) -> None:
    order = live(days=3, old="access: {approver: lead}", new=HOURLY)

    found = made(order, stated)

    assert (order.places.bundle(order.champion.bundle) / SCORES).is_file()
    assert weights(found).keys() == {"wait", "rain", "kind"}
    assert sum(weights(found).values()) == pytest.approx(COLUMNS)
