"""Journal frames."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.core import frames
from mainstay.core.errors import Broken


def written(path: Path, *payloads: bytes) -> Path:
    path.write_bytes(b"".join(map(frames.framed, payloads)))
    return path


def test_what_was_appended_is_read_in_order(tmp_path: Path) -> None:
    path = written(tmp_path / "journal", b"one", b"", b"three")

    assert list(frames.read(path)) == [b"one", b"", b"three"]


@given(cut=st.integers(1, 12))
def test_a_torn_last_frame_is_as_if_it_never_was(
    cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = written(tmp_path_factory.mktemp("torn") / "journal", b"one", b"last")
    path.write_bytes(path.read_bytes()[:-cut])

    assert list(frames.read(path)) == [b"one"]


def test_a_last_frame_with_other_bytes_is_torn(tmp_path: Path) -> None:
    path = written(tmp_path / "journal", b"one", b"last")
    path.write_bytes(path.read_bytes()[:-1] + b"X")

    assert list(frames.read(path)) == [b"one"]


@given(cut=st.integers(1, 24), zeros=st.integers(0, 200_000))
def test_an_end_of_zeros_is_a_frame_that_was_never_finished(
    cut: int, zeros: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = written(tmp_path_factory.mktemp("cut") / "journal", b"one", b"the very last", b"")
    whole = path.read_bytes()[:-8]
    path.write_bytes(whole[:-cut] + bytes(zeros) if cut < 22 else whole + bytes(zeros))

    assert list(frames.read(path)) == ([b"one"] if cut < 22 else [b"one", b"the very last"])


def test_zeros_before_other_frames_are_damage(tmp_path: Path) -> None:
    path = written(tmp_path / "journal", b"one", b"two", b"last")
    content = bytearray(path.read_bytes())
    content[13:22] = bytes(9)
    path.write_bytes(content)

    with pytest.raises(Broken, match="damaged at byte"):
        list(frames.read(path))


def test_damage_before_other_frames_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "journal", b"one", b"last")
    path.write_bytes(path.read_bytes().replace(b"one", b"two"))

    with pytest.raises(Broken, match="damaged at byte 0"):
        list(frames.read(path))


def test_a_frame_beyond_the_limit_is_not_made() -> None:
    with pytest.raises(ValueError, match="at most"):
        frames.framed(bytes(frames.LARGEST + 1))


def test_reading_goes_on_where_a_frame_ended(tmp_path: Path) -> None:
    path = written(tmp_path / "journal", b"one", b"", b"three")
    first, *others = frames.placed(path)

    assert (first.at, first.end) == (0, 11)
    assert list(frames.placed(path, first.end)) == others
    assert not list(frames.placed(path, path.stat().st_size + 9))


def test_damage_is_named_by_its_byte_also_from_the_middle_on(tmp_path: Path) -> None:
    path = written(tmp_path / "journal", b"one", b"two", b"last")
    path.write_bytes(path.read_bytes().replace(b"two", b"tow"))

    with pytest.raises(Broken, match="damaged at byte 11"):
        list(frames.placed(path, 11))
