"""The terminal door: lazy, and one way to say no."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from mainstay import __version__
from mainstay.cli.main import COMMANDS, Lazy, Options, Table, loaded, outcome

PLANTED = '''
import click
from mainstay.core.errors import Mistake

@click.command()
@click.option("--code", type=int)
@click.pass_obj
def show(options, code):
    """Show what came in."""
    print(options.folder, options.json)
    return code

@click.command()
def slip():
    raise Mistake("the contract has no model", hint="write model: NAME")
'''
TABLE: Table = {
    "show": ("Show it.", "planted_commands:show"),
    "deep": ("Things below.", {"slip": ("Make a mistake.", "planted_commands:slip")}),
    "absent": ("Nobody wrote it.", "planted_nowhere:absent"),
}


@pytest.fixture(autouse=True)
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "planted_commands.py").write_text(PLANTED)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)


def targets(table: Table) -> list[str]:
    nested = (at if isinstance(at, str) else targets(at) for _, at in table.values())
    return [one for at in nested for one in ([at] if isinstance(at, str) else at)]


@pytest.mark.parametrize("target", targets(COMMANDS))
def test_every_command_of_the_table_exists_and_says_what_it_does(target: str) -> None:
    command = loaded(target)

    assert command.help


def test_help_lists_every_command_and_imports_none() -> None:
    done = "from mainstay.cli.main import main; main()"
    code = f"import sys; sys.argv = ['mainstay', '--help']\ntry:\n    {done}\nfinally:\n    "
    code += "print(*sorted(m for m in sys.modules if m.startswith('mainstay')))"

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout

    assert all(f"  {name} " in said for name in COMMANDS)
    assert said.splitlines()[-1] == "mainstay mainstay.cli mainstay.cli.main"


def test_help_needs_no_command_to_exist(capsys: pytest.CaptureFixture[str]) -> None:
    code = outcome(["--help"], TABLE)

    assert code == 0
    assert "Nobody wrote it." in capsys.readouterr().out


def test_the_names_are_there_for_shell_completion() -> None:
    group = Lazy("mainstay", "", TABLE)

    assert group.list_commands(click.Context(group)) == ["show", "deep", "absent"]


def test_a_group_without_a_command_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    code = outcome(["deep"], TABLE)

    assert code == 0
    assert "slip  Make a mistake." in capsys.readouterr().out


@pytest.mark.parametrize("code", [0, 1, 3])
def test_a_command_returns_its_exit_code(code: int) -> None:
    assert outcome(["show", "--code", str(code)], TABLE) == code


def test_a_command_that_returns_nothing_holds() -> None:
    assert outcome(["show"], TABLE) == 0


@pytest.mark.parametrize(
    "arguments", [["--json", "--folder", "below", "show"], ["show", "--folder", "below", "--json"]]
)
def test_shared_options_stand_before_or_after_the_command(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "below").mkdir()

    outcome(arguments, TABLE)

    assert capsys.readouterr().out == "below True\n"


def test_without_options_the_folder_is_here_and_people_are_reading(
    capsys: pytest.CaptureFixture[str],
) -> None:
    outcome(["show"], TABLE)

    assert capsys.readouterr().out == ". False\n"
    assert Options() == (Path(), False)


def test_the_innermost_folder_wins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "inner").mkdir()

    outcome(["--folder", ".", "show", "--folder", "inner"], TABLE)

    assert capsys.readouterr().out.startswith("inner")


def test_a_mistake_below_a_group_is_told_with_its_hint(capsys: pytest.CaptureFixture[str]) -> None:
    code = outcome(["deep", "slip"], TABLE)

    assert code == 2
    assert capsys.readouterr().err == "the contract has no model\n  hint: write model: NAME\n"


def test_an_unknown_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    code = outcome(["deep", "slipp"], TABLE)

    assert code == 2
    assert capsys.readouterr().err == (
        "mainstay deep slipp is not a command\n  hint: did you mean slip? known: slip\n"
    )


def test_a_command_like_no_other_names_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    code = outcome(["zzz", "--json"], TABLE)

    assert code == 2
    assert json.loads(capsys.readouterr().out)["error"]["hint"] == "known: absent, deep, show"


def test_a_folder_that_is_not_there_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    code = outcome(["--folder", "nowhere", "show"], TABLE)

    assert code == 2
    assert "'nowhere' does not exist" in capsys.readouterr().err


def test_a_command_whose_libraries_are_absent_names_the_extra(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = outcome(["absent"], TABLE)

    assert code == 2
    assert "pip install 'mainstay[full]'" in capsys.readouterr().err


def test_version_is_the_package_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(["--version"]) == 0
    assert capsys.readouterr().out == f"mainstay {__version__}\n"


def test_the_console_script_exits_with_the_code(tmp_path: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("mainstay"), "nothing"], capture_output=True, text=True
    )

    assert done.returncode == 2
    assert done.stderr.startswith("mainstay nothing is not a command\n  hint: ")
    assert "Traceback" not in done.stderr
