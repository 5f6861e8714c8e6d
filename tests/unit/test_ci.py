"""The one script for people and machines says what it can do, from anywhere."""

import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(".ci/run").resolve()
TARGETS = ["demo", "test", "lint", "unit", "refusals", "laws", "e2e", "bench", "build", "lowest"]
TARGETS += ["long", "all", "help"]


def said(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


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


def test_what_a_machine_lacks_is_a_skip_and_where_all_is_required_a_failure(tmp_path: Path) -> None:
    (tmp_path / "unit").mkdir()
    (tmp_path / "conftest.py").write_text(Path("tests/conftest.py").read_text(encoding="utf-8"))
    (tmp_path / "unit/test_planted.py").write_text(
        "def test_it(missing, request):\n"
        "    assert request.node.get_closest_marker('unit')\n"
        "    missing('no server')\n"
    )
    pytest_here = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly")

    lenient = said(*pytest_here, folder=tmp_path)
    strict = said(*pytest_here, "--require=all", folder=tmp_path)

    assert (lenient.returncode, strict.returncode) == (0, 1)
    assert "1 skipped" in lenient.stdout
    assert "no server" in strict.stdout
