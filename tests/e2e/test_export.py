"""What `export` writes does what it says: its commands run as the scheduler would run them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import small_project
import yaml
from small_project import environment

from mainstay.control.handle import answer
from mainstay.control.queries import Export

GH = '#!/bin/sh\nwhile [ "$1" != --body-file ]; do shift; done\ncp "$2" told.md\n'


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Programs as a runner has them; pip is told of no index, and gh keeps what it is told."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, text in (("gh", GH), ("pip", "#!/bin/sh\n")):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    return os.pathsep.join((str(programs), str(Path(sys.executable).parent), os.environ["PATH"]))


def text(folder: Path, scheduler: str) -> str:
    return str(answer(folder, Export(scheduler)).facts["text"])  # type: ignore[arg-type]


def ran(command: str, folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """As a workflow runs a step."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_pull_request_is_certified_and_gets_the_evidence(
    born: Path, tmp_path: Path, path: str
) -> None:
    folder = small_project.furnished(small_project.written(tmp_path / "no-show"), born)
    (folder / "clock").write_text(small_project.AFTER.isoformat())
    variables = {
        **os.environ,
        "PATH": path,
        "HOME": str(tmp_path),
        "MAINSTAY_CLOCK": str(folder / "clock"),
        "MAINSTAY_KEYS": str(tmp_path / "runner" / "keys"),
        "MAINSTAY_KEY": "pull-request",
        "NUMBER": "7",
    }
    steps = yaml.safe_load(_workflow(folder, variables))["jobs"]["gate"]["steps"]

    for step in steps:
        if "run" in step:
            done = ran(step["run"], folder, variables)
            assert done.returncode == 0, (step["name"], done.stdout, done.stderr)

    told = (folder / "told.md").read_text()
    assert "is good enough" in told
    assert told.startswith("```")


@pytest.mark.slow
def test_a_pull_request_that_falls_short_does_not_pass(project: Path, path: str) -> None:
    contract = project / "contract.yaml"
    contract.write_text(contract.read_text().replace("at_least: 0.6}", "at_least: 0.99}"))
    variables = {**environment(project, small_project.AUTHOR), "PATH": path, "NUMBER": "7"}
    steps = yaml.safe_load(_workflow(project, variables))["jobs"]["gate"]["steps"]
    commands = {step["name"]: step["run"] for step in steps if "run" in step}

    ended = {name: ran(commands[name], project, variables) for name in ("build", "certify")}

    assert ended["build"].returncode == 0, ended["build"].stderr
    assert ended["certify"].returncode == 1
    assert ran(commands["comment"], project, variables).returncode == 0
    assert "is not good enough yet" in (project / "told.md").read_text()


def test_the_lines_of_cron_run_in_the_shell_of_cron(as_author: Path, path: str) -> None:
    lines = text(as_author, "cron").splitlines()
    settings = dict(line.split("=", 1) for line in lines if "=" in line and line[0].isupper())
    variables = {**environment(as_author, small_project.AUTHOR), "PATH": path}

    assert Path(settings["PATH"].split(":")[0], "mainstay").is_file()
    for line in (one for one in lines if one[:1].isdigit()):
        command = line.split(maxsplit=5)[5].replace(r"\%", "%")
        done = subprocess.run(
            [settings["SHELL"], "-c", command], env=variables, cwd="/", check=False
        )
        assert done.returncode == 0, command
    assert "waits for lead" in (as_author / ".mainstay" / "run.log").read_text()


def _workflow(folder: Path, variables: dict[str, str]) -> str:
    done = subprocess.run(
        ["mainstay", "--folder", str(folder), "export", "github"],
        env=variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
