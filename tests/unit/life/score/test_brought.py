"""An output in a table follows the one here; at every moment its partitions are whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import deltalake
import psycopg
import pytest
from msgspec import structs
from pyarrow import parquet
from scored import DAY, NOW, SOME, Killed, Scene, changed, spoil
from small_project import START
from tabled import Row, Tabled

from mainstay.core.errors import Mistake
from mainstay.data.batch import Asked
from mainstay.data.silos import committed, table
from mainstay.data.silos.committed import Lake
from mainstay.life.score import manifest
from mainstay.life.score.brought import brought
from mainstay.life.score.layout import Layout


class Mortal:
    """A connection whose user is killed before the n-th thing that is said to the server."""

    def __init__(self, connection: Any, left: int) -> None:
        self.connection, self.left = connection, left

    def execute(self, *words: Any) -> Any:
        self._lives()
        return self.connection.execute(*words)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._lives()
        try:
            with self.connection.transaction():
                yield
                self._lives()
        except psycopg.OperationalError as error:  # psycopg 3.2.0 tells that it cannot roll back
            raise (Killed() if self.left < 0 else error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def cursor(self) -> Self:
        return self

    @contextmanager
    def copy(self, statement: str) -> Iterator[Any]:
        self._lives()
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            yield copy
            self._lives()

    def _lives(self) -> None:
        self.left -= 1
        if self.left < 0:
            self.connection.pgconn.finish()  # nothing is said any more, not even goodbye
            raise Killed


def put(scene: Scene, tabled: Tabled, left: int = 10_000) -> tuple[str, ...]:
    with table.opened(tabled.address) as target:
        mortal = target._replace(connection=Mortal(target.connection, left))
        return brought(Layout(scene.out), mortal)


class Mortals(Lake):
    """A table of Delta Lake whose writer is killed before the n-th time that it opens one."""

    left: int = 10_000

    def _table(self, part: str) -> Any:
        Mortals.left -= 1
        if Mortals.left < 0:
            raise Killed
        return super()._table(part)


def commit(scene: Scene, left: int = 10_000) -> tuple[str, ...]:
    Mortals.left = left
    lake = committed.opened(committed.whole("delta:///lake", scene.folder))
    return brought(Layout(scene.out), Mortals(*lake))


def in_lake(scene: Scene, part: str = "") -> dict[str, list[Row]]:
    """As `Tabled.rows`."""
    place = str(scene.folder / f"lake{part}")
    if not deltalake.DeltaTable.is_deltatable(place):
        return {}
    found: dict[str, list[Row]] = {}
    read = deltalake.DeltaTable(place).to_pyarrow_table().sort_by("visit").to_pylist()
    for row in read:
        found.setdefault(row["mainstay_partition"], []).append(tuple(row.values()))
    return found


def here(scene: Scene) -> dict[str, list[Row]]:
    """Rows of each partition of the output on this machine, as a table gives them."""
    return {
        path.stem: [
            (path.stem, *one.values())
            for one in parquet.read_table(path).sort_by("visit").to_pylist()
        ]
        for path in scene.out.glob("*.parquet")
    }


def test_answers_and_what_is_set_aside_are_brought_once(scene: Scene, tabled: Tabled) -> None:
    changed(scene, {"wait": -4}, day=1)
    scene.scored(asked=SOME)

    first, again = put(scene, tabled), put(scene, tabled)

    assert first == tuple(sorted(here(scene)))
    assert again == ()
    assert tabled.rows() == here(scene)
    ((row,),) = tabled.rows("_rejected").values()
    (mark,) = tabled.rows("_mainstay")["2024-01-02"]
    assert (row[0], row[-1]) == ("2024-01-02", "wait is -4, below 0 day")
    assert mark[6:8] == (len(tabled.rows()["2024-01-02"]), 1)


def test_a_kill_at_any_act_leaves_each_partition_whole_and_the_next_run_all(
    scene: Scene, tabled: Tabled
) -> None:
    changed(scene, {"wait": -4}, day=1)
    scene.scored(asked=SOME)
    put(scene, tabled)
    states, marks = [tabled.rows()], [tabled.rows("_mainstay")]
    spoil(scene)
    scene.scored(asked=SOME)
    states.append(here(scene))
    kills, whole = 0, False

    while not whole:
        try:
            put(scene, tabled, kills)
            whole = True
        except Killed:
            kills += 1
        for name in states[0]:
            rows = tabled.rows().get(name)
            assert rows in [state.get(name) for state in states]
            is_old = tabled.rows("_mainstay").get(name) == marks[0].get(name)
            assert is_old == (rows == states[0][name])
            assert is_old >= (name in tabled.rows("_rejected"))

    assert kills > 20
    assert tabled.rows() == states[1] != states[0]
    assert tabled.rows("_mainstay").keys() == states[1].keys()
    assert tabled.rows("_rejected") == {}


def test_a_first_run_that_is_killed_anywhere_is_gone_on_with(scene: Scene, tabled: Tabled) -> None:
    scene.scored(asked=Asked("", START, START + 2 * DAY, NOW))
    kills = 0

    while True:
        try:
            put(scene, tabled, kills)
            break
        except Killed:
            kills += 1
        found = tabled.rows()
        assert found.items() <= here(scene).items()
        assert found.keys() <= tabled.rows("_mainstay").keys()

    assert kills > 20
    assert tabled.rows() == here(scene)


def test_a_lake_is_brought_once_and_whole_however_its_writer_is_killed(scene: Scene) -> None:
    changed(scene, {"wait": -4}, day=1)
    scene.scored(asked=SOME)
    assert commit(scene) == tuple(sorted(here(scene)))
    assert commit(scene) == ()
    states = [in_lake(scene)]
    assert states == [here(scene)]
    ((row,),) = in_lake(scene, "_rejected").values()
    assert (row[0], row[-1]) == ("2024-01-02", "wait is -4, below 0 day")
    spoil(scene)
    scene.scored(asked=SOME)
    states.append(here(scene))
    kills, whole = 0, False

    while not whole:
        try:
            commit(scene, kills)
            whole = True
        except Killed:
            kills += 1
        for name in states[0]:
            assert in_lake(scene).get(name) in [state.get(name) for state in states]

    assert kills > 5
    assert in_lake(scene) == states[1] != states[0]
    assert in_lake(scene, "_rejected") == {}


def test_the_lake_of_another_model_is_left_alone(scene: Scene) -> None:
    scene.scored(asked=SOME)
    commit(scene)
    path = scene.out / "manifest.json"
    manifest.written(path, structs.replace(manifest.read(path), model="other"))

    with pytest.raises(Mistake, match=r"/lake holds no-show by the day"):
        commit(scene)

    assert in_lake(scene) == here(scene)


def test_the_table_of_another_model_is_left_alone(scene: Scene, tabled: Tabled) -> None:
    scene.scored(asked=SOME)
    put(scene, tabled)
    path = scene.out / "manifest.json"
    other = structs.replace(manifest.read(path), model="other")
    manifest.written(path, other)

    with pytest.raises(Mistake, match=r"\.scores holds no-show by the day"):
        put(scene, tabled)

    assert tabled.rows() == here(scene)


def test_no_output_brings_nothing(scene: Scene, tabled: Tabled) -> None:
    assert put(scene, tabled) == ()
    assert tabled.rows("_mainstay") == {}
