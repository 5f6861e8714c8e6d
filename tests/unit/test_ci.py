"""The one script for people and machines says what it can do, from anywhere."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(".ci/run").resolve()
TARGETS = [
    "demo",
    "test",
    "lint",
    "unit",
    "refusals",
    "laws",
    "e2e",
    "coverage",
    "conformance",
    "engines",
    "browser",
    "bench",
    "build",
    "lowest",
]
TARGETS += ["long", "all", "help"]


def said(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """A command as from a shell, also where the tests themselves were started by make."""
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=environment
    )


def test_help_lists_every_target_with_a_caption(tmp_path: Path) -> None:
    done = said(SCRIPT, "help", folder=tmp_path)

    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == TARGETS
    assert all(len(line.split()) > 1 for line in done.stdout.splitlines())


def test_make_forwards_any_target_and_its_exit_code() -> None:
    known, unknown = (said("make", target, folder=SCRIPT.parents[1]) for target in ("help", "nope"))

    assert known.stdout == said(SCRIPT, "help", folder=SCRIPT.parent).stdout
    assert unknown.returncode == 2
    assert "unknown target: nope (try: make help)" in unknown.stderr


def test_an_unknown_target_is_refused_before_anything_is_installed(tmp_path: Path) -> None:
    done = said(SCRIPT, "nope", folder=tmp_path)

    assert done.returncode == 2
    assert not list(tmp_path.iterdir())


def test_what_the_documents_ask_people_to_make_exists() -> None:
    texts = [page.read_text(encoding="utf-8") for page in Path().glob("*.md")]

    asked = {name for text in texts for name in re.findall(r"^make (\w+)", text, re.MULTILINE)}

    assert asked
    assert asked <= set(TARGETS)


def test_a_test_knows_its_folder(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("unit")


def test_what_a_machine_lacks_is_a_skip_and_where_all_is_required_a_failure(
    missing: Callable[[str], None], request: pytest.FixtureRequest
) -> None:
    required = request.config.getoption("--require") == "all"

    with pytest.raises(pytest.fail.Exception if required else pytest.skip.Exception) as stopped:
        missing("no server")

    assert str(stopped.value) == "no server"


def together(*lines: str) -> subprocess.CompletedProcess[str]:
    """Of the script, its own functions alone."""
    text = SCRIPT.read_text(encoding="utf-8")
    functions = re.findall(r"^(?:step|together)\(\) \{.*?^\}$", text, re.MULTILINE | re.DOTALL)
    program = "\n".join(["set -euo pipefail", *functions, 'together "$@"', "echo went on"])
    return subprocess.run(["bash", "-c", program, "-", *lines], capture_output=True, text=True)


def test_lines_side_by_side_wait_for_each_other_and_tell_all_they_said(tmp_path: Path) -> None:
    left, right = tmp_path / "left", tmp_path / "right"
    os.mkfifo(left)
    os.mkfifo(right)

    done = together(  # neither could end if one began after the other
        f"step one cat {left}; echo ended >{right}", f"echo hello >{left}; step two cat {right}"
    )

    assert done.returncode == 0, done.stderr
    said = [line for line in done.stdout.splitlines() if line and line[-1] != "s"]
    assert said == ["== one", "hello", "== two", "ended", "went on"]


@pytest.mark.parametrize("lines", [("false; echo no", "echo yes"), ("echo yes", "false; echo no")])
def test_of_lines_side_by_side_one_that_fails_is_enough(lines: tuple[str, str]) -> None:
    done = together(*lines)

    assert done.returncode == 1
    assert done.stdout.splitlines() == ["yes"]
