"""Who gives way at a door for several models."""

import asyncio
import os
import subprocess
from types import SimpleNamespace

import pytest

from mainstay.bundle.operation import Operation, Priority
from mainstay.life.serve import sharing
from mainstay.life.serve.away import Away
from mainstay.life.serve.sharing import ROOM, Rights, Shared, rights

NEVER = float("inf")


def table(priority: Priority, latency: float = 0.02, engine: object = None) -> SimpleNamespace:
    """As much of one as is looked at."""
    operation = Operation(priority=priority, latency=latency)
    runtime = SimpleNamespace(manifest=SimpleNamespace(operation=operation))
    one = SimpleNamespace(held=SimpleNamespace(runtime=runtime))
    runtime.engine = engine
    return SimpleNamespace(served=(one,), everyone=(one,))


def shared(**priorities: Priority) -> Shared:
    tables = {name: table(priority) for name, priority in priorities.items()}
    made = Shared(tables.items)  # type: ignore[arg-type]  # as much of a table as is looked at
    made.look(0.0)
    return made


def test_the_highest_here_has_everything_and_the_others_a_part() -> None:
    found = rights({
        "a": Operation(priority="high", latency=0.02),
        "b": Operation(priority="normal", latency=0.1),
        "c": Operation(priority="low"),
    })  # fmt: skip

    assert found == {
        "a": Rights(256, NEVER, 0), "b": Rights(192, 0.01, 5), "c": Rights(128, 0.01, 10),
    }  # fmt: skip


@pytest.mark.parametrize("priority", ["high", "normal", "low"])
def test_models_of_one_priority_give_each_other_no_way(priority: Priority) -> None:
    made = shared(a=priority, b=priority)
    made.look(60.0)

    assert made.shedding == frozenset()
    assert [made.taken("ab"[at % 2]) for at in range(ROOM + 1)] == [True] * ROOM + [False]


def test_the_promise_of_the_strictest_above_counts() -> None:
    found = rights({
        "a": Operation(priority="high", latency=1.0),
        "b": Operation(priority="normal", latency=0.01),
        "c": Operation(priority="low", latency=0.001),
    })  # fmt: skip

    assert [found[name].lag for name in "abc"] == [NEVER, 0.5, 0.005]


def test_the_lower_finds_no_room_where_the_higher_still_does() -> None:
    made = shared(a="high", b="low")
    lower = [made.taken("b") for _ in range(ROOM)]
    higher = [made.taken("a") for _ in range(ROOM)]
    for _ in range(ROOM):
        made.given()

    assert (sum(lower), sum(higher)) == (192, 64)
    assert made.taken("b")


def test_a_loop_that_is_late_sheds_the_lower_until_it_is_not() -> None:
    made = shared(a="high", b="low")
    seen = []
    for late in (0.005, 0.02, *[0.0] * 5):
        made.look(late)
        seen.append(made.shedding)

    assert seen[:3] == [frozenset(), {"b"}, {"b"}]
    assert seen[-1] == frozenset()


def test_the_beat_finds_a_loop_that_is_held_up() -> None:
    made = shared(a="high", b="low")

    async def held_up() -> frozenset[object]:
        loop = asyncio.get_running_loop()
        made.beat(loop)
        await asyncio.sleep(2 * sharing.BEAT)
        end = loop.time() + 0.2
        while loop.time() < end:
            pass
        await asyncio.sleep(0.001)
        return made.shedding

    assert asyncio.run(held_up()) == {"b"}
    assert made.lag > 0.1


@pytest.mark.parametrize(("above", "nice"), [("low", 0), ("high", 5)])
def test_the_process_of_a_lower_model_leaves_its_processor_to_the_higher(
    above: Priority, nice: int
) -> None:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as process:
        engine = Away(SimpleNamespace(alive=True, process=process.pid))  # type: ignore[arg-type]  # likewise
        tables = {"a": table(above), "b": table("low", engine=engine)}
        made = Shared(tables.items)  # type: ignore[arg-type]  # likewise
        for _ in range(2):
            made.look(0.0)
        found = os.getpriority(os.PRIO_PROCESS, process.pid)
        process.kill()
    tables["c"] = table("high")
    made.look(0.0)  # a process that is gone is nobody's trouble

    assert found == max(nice, os.getpriority(os.PRIO_PROCESS, 0))  # it began with ours


def test_a_model_that_is_not_here_yet_has_no_say() -> None:
    made = Shared(lambda: [("a", None), ("b", table("low"))])  # type: ignore[list-item]  # likewise
    made.look(9.0)

    assert made.shedding == frozenset()
