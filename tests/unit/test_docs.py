"""The documents list exactly what exists, and their links and commands work."""

import re
from pathlib import Path
from typing import get_args

import pytest

from mainstay.cli.main import COMMANDS, Table
from mainstay.control.commands import Command
from mainstay.control.queries import Query
from mainstay.core import settings
from mainstay.ledger import events
from mainstay.life.certify import gates

REFERENCE = Path("docs/reference")
PAGES = [path for path in (*Path().glob("*.md"), *Path("docs").rglob("*.md")) if path.exists()]
CATALOGUES = {
    "settings.md": settings.NAMES,
    "events.md": events.NAMES,
    "gates.md": gates.NAMES,
    "commands.md": tuple(
        one.__struct_config__.tag for one in (*get_args(Command), *get_args(Query))
    ),
}


def flat(table: Table, path: str) -> dict[str, str]:
    rows: dict[str, str] = {}
    for name, (line, target) in table.items():
        row = {f"{path} {name}": line}
        rows |= row if isinstance(target, str) else flat(target, f"{path} {name}")
    return rows


def headings(page: Path) -> list[str]:
    """What a page lists: its headings in code type."""
    return re.findall(r"^## `(.+?)`$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)


@pytest.mark.parametrize("page", CATALOGUES)
def test_a_reference_page_lists_exactly_what_exists(page: str) -> None:
    assert sorted(headings(REFERENCE / page)) == sorted(CATALOGUES[page])


def test_the_terminal_page_lists_every_command_with_its_line() -> None:
    text = (REFERENCE / "terminal.md").read_text(encoding="utf-8")

    listed = dict(re.findall(r"^\| `(mainstay .+?)` \| (.+) \|$", text, flags=re.MULTILINE))

    assert listed == flat(COMMANDS, "mainstay")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_command_shown_exists(page: Path) -> None:
    blocks = re.findall(r"(?ms)^```(?:sh|console)\n(.*?)^```", page.read_text(encoding="utf-8"))

    shown = re.findall(r"^\$? *mainstay ((?:[a-z-]+ ?)+)", "\n".join(blocks), re.MULTILINE)

    known = flat(COMMANDS, "mainstay")
    assert not [one for one in shown if not is_command(f"mainstay {one}".split(), known)]


def test_the_contract_in_the_readme_is_the_one_of_the_example() -> None:
    blocks = re.findall(r"(?ms)^```yaml\n(.*?)^```", Path("README.md").read_text(encoding="utf-8"))

    assert blocks == [Path("examples/flights/contract.yaml").read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))

    assert not [link for link in links if not (page.parent / link).exists()]


def test_every_decision_is_short_and_numbered_in_turn() -> None:
    pages = sorted(Path("docs/decisions").glob("*.md"))

    assert [page.name[:3] for page in pages] == [f"{n:03}" for n in range(1, len(pages) + 1)]
    assert not [page for page in pages if len(page.read_text("utf-8").splitlines()) > 30]


def is_command(words: list[str], known: dict[str, str]) -> bool:
    return any(" ".join(words[:length]) in known for length in (2, 3))
