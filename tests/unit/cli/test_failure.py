"""Every way of saying no has its exit code, its words and its JSON."""

import json
import subprocess
import sys
from pathlib import Path
from typing import get_args

import click
import pytest

from mainstay.cli.failure import EXIT_CODES, told
from mainstay.core import errors

CODES = {
    errors.Broken: 1,
    errors.Mistake: 2,
    errors.Missing: 2,
    errors.Unsure: 3,
    errors.Refused: 4,
    errors.Conflict: 4,
    errors.Unavailable: 5,
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_kind_of_error_has_an_exit_code() -> None:
    assert set(EXIT_CODES) == set(get_args(errors.Kind))


@pytest.mark.parametrize(("kind", "code"), CODES.items(), ids=str)
def test_an_error_is_told_in_words_and_by_code(
    kind: type[errors.MainstayError], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    given = told(kind("v2 is not there", hint="mainstay status"), ["explain", "v2"])

    assert given == code
    assert capsys.readouterr() == ("", "v2 is not there\n  hint: mainstay status\n")


def test_json_says_the_same_to_a_script(capsys: pytest.CaptureFixture[str]) -> None:
    code = told(errors.Unavailable("no answer", hint="again"), ["assess", "--json"])

    said = capsys.readouterr()
    assert code == 5
    assert said.err == ""
    assert json.loads(said.out) == {
        "error": {
            "kind": "unavailable",
            "what": "no answer",
            "hint": "again",
            "retryable": True,
            "findings": [],
        }
    }


def test_many_mistakes_stand_at_their_places_and_are_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    places = [errors.Finding("contract.yaml", line, 3, "no clause", "drop it") for line in (6, 9)]

    told(errors.Mistakes(places), [])
    told(errors.Mistakes(places), ["--json"])

    said = capsys.readouterr()
    assert said.err == (
        "contract.yaml:6:3: no clause\n  hint: drop it\n"
        "contract.yaml:9:3: no clause\n  hint: drop it\n"
        "2 mistakes, nothing was run.\n"
    )
    assert [one["line"] for one in json.loads(said.out)["error"]["findings"]] == [6, 9]


def test_a_wrong_option_points_to_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    context = click.Context(click.Command("build"), info_name="mainstay build")

    code = told(click.UsageError("No such option '--forse'.", ctx=context), [])

    assert code == 2
    assert capsys.readouterr().err.endswith("  hint: mainstay build --help\n")


def test_any_other_word_of_click_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    code = told(click.FileError("rows.csv", "not readable"), [])

    assert code == 2
    assert "rows.csv" in capsys.readouterr().err


def test_an_absent_library_is_an_extra_and_an_absent_module_of_ours_a_bug(
    capsys: pytest.CaptureFixture[str],
) -> None:
    absent, ours = (ModuleNotFoundError("no", name=name) for name in ("ibis", "mainstay.data.x"))

    assert told(absent, []) == 2
    assert told(ours, []) == 70
    assert "mainstay[full]" in capsys.readouterr().err


@pytest.mark.parametrize("error", [ZeroDivisionError("by zero"), errors.Bug("by zero")])
def test_our_own_mistake_leaves_a_report_and_shows_no_traceback(
    error: Exception, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "project").mkdir()

    code = told(error, ["build", "--folder", "project"])

    said = capsys.readouterr().err
    report = next((tmp_path / "project/.mainstay/reports").iterdir())
    assert code == 70
    assert "by zero\nThis is our mistake, not yours.\n" in said
    assert f"project/.mainstay/reports/{report.name}" in said
    assert "Traceback" not in said
    assert "$ mainstay build --folder project" in report.read_text()
    assert f"{type(error).__name__}: by zero" in report.read_text()


def test_the_same_bug_twice_is_one_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(ZeroDivisionError("by zero"), [])
    once = capsys.readouterr().err
    told(ZeroDivisionError("by zero"), [])

    assert capsys.readouterr().err == once
    assert len(list((tmp_path / ".mainstay/reports").iterdir())) == 1


def test_a_report_finds_a_place_where_the_project_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".mainstay").write_text("a file in the way")

    code = told(ZeroDivisionError("by zero"), [])

    report = Path(capsys.readouterr().err.strip().rpartition("please send us ")[2])
    assert code == 70
    assert "ZeroDivisionError" in report.read_text()


def test_ctrl_c_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    code = told(click.Abort(), ["assess", "--folder", "my project"])
    told(click.Abort(), ["assess", "--json"])

    said = capsys.readouterr()
    assert code == 130
    assert said.err == (
        "Stopped. What was finished is kept.\nNext: mainstay assess --folder 'my project'\n"
    )
    assert json.loads(said.out)["error"]["kind"] == "stopped"


def test_a_command_stopped_by_a_signal_exits_so() -> None:
    code = (
        "import sys, click, types, os, signal\n"
        "from mainstay.cli.main import outcome\n"
        # a job in the background has it ignored
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "made = types.ModuleType('planted'); sys.modules['planted'] = made\n"
        "made.wait = click.Command('wait', callback=lambda: os.kill(os.getpid(), signal.SIGINT))\n"
        "sys.exit(outcome(['wait'], {'wait': ('Wait.', 'planted:wait')}))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert done.returncode == 130
    assert "Next: mainstay wait" in done.stderr
