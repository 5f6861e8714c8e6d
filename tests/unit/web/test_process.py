"""Where it listens, and for whom it must not."""

from pathlib import Path

import pytest
from asking import given
from self_signed import made

from mainstay.core.errors import Missing, Mistake, Refused, Unavailable
from mainstay.web import process
from mainstay.web.process import Opening


def run(opening: Opening) -> None:
    process.run(opening, print, print)


def test_others_are_not_let_in_before_somebody_can_sign_in(folder: Path, tmp_path: Path) -> None:
    certificate, key = made(tmp_path)
    opening = Opening(folder, "0.0.0.0", 0, certificate, key)

    with pytest.raises(Refused, match="nobody can sign in yet"):
        run(opening)


def test_passwords_do_not_travel_in_clear(folder: Path) -> None:
    given(folder, "ada", "admin")

    with pytest.raises(Refused, match="in clear"):
        run(Opening(folder, "0.0.0.0", 0))


def test_a_name_that_others_may_resolve_counts_as_others(folder: Path) -> None:
    with pytest.raises(Refused, match="can be reached by others"):
        run(Opening(folder, "mainstay.example", 0))


def test_without_a_project_there_is_nothing_to_serve(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="no contract"):
        run(Opening(tmp_path))


def test_a_certificate_needs_its_key(folder: Path, tmp_path: Path) -> None:
    certificate, _ = made(tmp_path)

    with pytest.raises(Mistake, match="belong together"):
        run(Opening(folder, port=0, certificate=certificate))


def test_a_port_that_is_taken_is_told(folder: Path) -> None:
    taken = process._listening(Opening(folder, port=0))

    with taken, pytest.raises(Unavailable, match="cannot be had"):
        process._listening(Opening(folder, port=taken.getsockname()[1]))


def test_the_link_is_printed_only_while_nobody_can_sign_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process.uvicorn.Server, "run", lambda _, sockets: sockets[0].close())
    before: list[str] = []
    after: list[str] = []

    process.run(Opening(folder, port=0), before.append, print)
    given(folder, "ada", "admin")
    process.run(Opening(folder, port=0), after.append, print)

    assert "/invitation/" in before[1]
    assert len(after) == 1
