"""Generations of views: whole, one after the other."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from generations import CUT, made

from mainstay.bundle import views
from mainstay.bundle.views import Current, Folder, View
from mainstay.core.errors import Missing, Unavailable


def test_what_was_written_is_found_by_key(tmp_path: Path) -> None:
    shelf = Folder(tmp_path)
    assert shelf.current() is None

    found = shelf.written(CUT, made(b"x"))

    assert found == shelf.current()
    assert found.views == {"aa": View("weather", 5, 3, 6, "d1")}
    with closing(shelf.opened(found)) as store:
        assert store.found("aa", [b"k1", b"k9", b"k2"]) == [b"x", None, b"x"]


def test_a_generation_is_read_on_while_the_next_one_is_in_force(tmp_path: Path) -> None:
    shelf = Folder(tmp_path)
    with closing(shelf.opened(shelf.written(CUT, made(b"x")))) as first:
        second = shelf.written(CUT + timedelta(hours=1), made(b"y"))
        third = shelf.written(CUT + timedelta(hours=2), made(b"z"))

        assert first.found("aa", [b"k0"]) == [b"x"]
    assert third.generation > second.generation
    assert len(list(tmp_path.glob("*.views"))) == 2


def test_one_that_fails_half_way_changes_nothing(tmp_path: Path) -> None:
    shelf = Folder(tmp_path)
    before = shelf.written(CUT, made(b"x"))

    with pytest.raises(Unavailable, match="gone"):
        shelf.written(CUT, made(b"y", broken="gone"))

    assert shelf.current() == before
    assert not list(tmp_path.glob(".new-*"))


def test_what_a_killed_writer_left_is_taken_away(tmp_path: Path) -> None:
    shelf = Folder(tmp_path)
    shelf.written(CUT, made(b"x"))
    (tmp_path / ".new-abc").write_bytes(b"half")
    (tmp_path / "00000007.views").write_bytes(b"never named")

    found = shelf.written(CUT, made(b"y"))

    assert sorted(path.name for path in tmp_path.glob("*.views")) == [
        "00000001.views",
        "00000002.views",
    ]
    assert found.generation == "00000002"
    assert not list(tmp_path.glob(".new-*"))


def test_a_later_cut_of_the_same_rows_is_the_same_generation(tmp_path: Path) -> None:
    shelf = Folder(tmp_path)
    before = shelf.written(CUT, made(b"x"))

    after = shelf.moved(CUT + timedelta(hours=1), before)

    assert after == Current(before.generation, CUT + timedelta(hours=1), before.views)
    assert shelf.current() == after


def test_a_file_that_is_gone_or_none_of_ours_is_unavailable(tmp_path: Path) -> None:
    shelf = Folder(tmp_path)
    found = shelf.written(CUT, made(b"x"))
    (tmp_path / f"{found.generation}.views").write_bytes(b"something else, and long enough for it")

    with pytest.raises(Unavailable, match="cannot be read"), closing(shelf.opened(found)) as store:
        store.found("aa", [b"k0"])
    (tmp_path / views.CURRENT).write_bytes(b"{")
    with pytest.raises(Unavailable, match="names no generation"):
        shelf.current()


@pytest.mark.parametrize("name", ["", "a b", "a;--", "é"])
def test_a_view_has_a_plain_name(name: str) -> None:
    with pytest.raises(Missing):
        views.table(name)


def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    with views.writing(tmp_path / "new"):
        assert (tmp_path / "new" / "lock").exists()


def test_a_view_that_is_kept_is_in_the_next_file_too(tmp_path: Path) -> None:
    shelf = Folder(tmp_path)
    before = shelf.written(CUT, [*made(b"x"), made(b"y")[0]._replace(id="bb")])

    after = shelf.written(CUT, [*made(b"z"), made(b"")[0]._replace(id="bb", rows=None)], before)

    with closing(shelf.opened(after)) as store:
        assert (store.found("aa", [b"k0"]), store.found("bb", [b"k2"])) == ([b"z"], [b"y"])
    assert after.views["bb"] == before.views["bb"]


def test_the_file_is_plain_sqlite(tmp_path: Path) -> None:
    found = Folder(tmp_path).written(CUT, made(b"x"))

    with closing(sqlite3.connect(tmp_path / f"{found.generation}.views")) as base:
        assert base.execute("SELECT count(*) FROM view_aa").fetchone() == (3,)
