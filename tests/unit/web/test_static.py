"""Style and fonts: what is named, and nothing else."""

import gzip

import pytest
from asking import Control

from mainstay.web.static import FILES


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_given_with_its_kind(asked: Control, name: str) -> None:
    said = asked.ask("GET", f"/static/{name}")

    assert said.status == 200
    assert said.header("content-type").startswith(FILES[name][1])
    assert len(said.body) > 100


def test_the_style_is_small(asked: Control) -> None:
    files = [asked.ask("GET", f"/static/{name}").body for name in ("app.css", "shell.css")]

    assert sum(len(gzip.compress(one)) for one in files) < 15_000


def test_another_name_is_not_there(asked: Control) -> None:
    assert asked.ask("GET", "/static/certificate.py").status == 404
