"""Certificates as files."""

from pathlib import Path

import pytest

from mainstay.control import papers, versions
from mainstay.control import project as projects
from mainstay.control.commands import Build
from mainstay.control.handle import handle
from mainstay.core.errors import Missing
from mainstay.seal import dsse


def test_the_file_beside_the_page_is_the_envelope_of_the_ledger(as_author: Path) -> None:
    with projects.opened(as_author) as opened:
        envelope = papers.envelope(opened, versions.found(opened))
        folder = opened.places.certificates

    assert dsse.read(folder / "v1.json") == envelope
    assert "no-show v1" in (folder / "v1.html").read_text(encoding="utf-8")


def test_a_version_never_judged_has_neither(as_author: Path) -> None:
    path = as_author / "model.py"
    path.write_text(path.read_text().replace("=20", "=21"))
    handle(as_author, Build())

    with projects.opened(as_author) as opened:
        version = versions.found(opened, "v2")
        with pytest.raises(Missing, match="v2 has no certificate"):
            papers.envelope(opened, version)
        with pytest.raises(Missing, match="v2 was not judged yet"):
            papers.record(opened, version)


def test_a_page_is_as_of_now(as_author: Path) -> None:
    with projects.opened(as_author) as opened:
        shown = papers.page(opened, versions.found(opened))

    assert "Must not serve yet: it waits for the approval of lead" in shown
