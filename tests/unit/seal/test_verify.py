"""`mainstay-verify`: lines and exit codes, offline, without the extra 'full'."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mainstay.core.nouns import Evidence
from mainstay.seal import checks, dsse, keys, trust, verify
from mainstay.seal.certificate import Certificate, Scope, issued

Made = Callable[..., Certificate]
MAY = ("--at", "2013-05-01T00:00:00Z")


@pytest.fixture
def file(certificate: Made, people: Path, tmp_path: Path) -> Path:
    return written(certificate(), people, tmp_path)


def written(certificate: Certificate, people: Path, folder: Path) -> Path:
    envelope = issued(certificate, keys.load(people, "alice"))
    lead = keys.load(people, "operations-lead")
    path = folder / "certificate.json"
    path.write_bytes(dsse.encoded(checks.approved(envelope, lead, trust.read(people))))
    return path


def run(file: Path, people: Path, *options: str) -> int:
    return verify.main([str(file), "--trust", str(people / "trust.json"), *options])


def test_a_version_that_may_answer(
    file: Path, people: Path, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(file, people, *MAY, "--bundle", str(bundle))

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert lines[0] == "flight-delay v1 may answer."
    assert len(lines) == 8
    assert all(line.startswith("  ● holds   ") for line in lines[1:])


def test_an_unread_bundle_is_never_green(
    file: Path, people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(file, people, *MAY)

    assert code == 0
    assert "  ▲ unsure  bundle      not looked at" in capsys.readouterr().out


def test_the_first_reason_leads_and_all_are_told(
    file: Path, people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(file, people, "--at", "2014-01-01T00:00:00Z", "--environment", "replay")

    out = capsys.readouterr().out
    assert code == 4
    assert out.startswith("flight-delay v1 is refused: the certificate of flight-delay v1 expired")
    assert out.count("◆ broken") == 2
    assert out.endswith("  hint: mainstay certify --renew judges it on newer rows\n")


def test_a_changed_file_has_exit_code_1(file: Path, people: Path, bundle: Path) -> None:
    (bundle / "engine" / "model.txt").write_text("other\n")

    assert run(file, people, *MAY, "--bundle", str(bundle)) == 1


def test_a_gate_that_does_not_pass_has_exit_code_1(
    certificate: Made, people: Path, tmp_path: Path
) -> None:
    gate = Evidence("clause", "v1", "all", "none")

    assert run(written(certificate(gates=(gate,)), people, tmp_path), people, *MAY) == 1


def test_a_broken_signature_has_exit_code_4(
    file: Path, people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(file.read_bytes().replace(b'"payload":"', b'"payload":"AAAA'))

    code = run(file, people, *MAY)

    told = capsys.readouterr().err
    assert code == 4
    assert told.startswith(f"{file} is refused: the signature of alice")
    assert told.endswith("\n  hint: the content was changed after it was signed\n")


@pytest.mark.parametrize("missing", ["certificate", "trust", "bundle"])
def test_a_file_that_is_not_there_has_exit_code_2(
    file: Path, people: Path, tmp_path: Path, missing: str
) -> None:
    places = {"certificate": file, "trust": people / "trust.json", "bundle": tmp_path}
    places[missing] = tmp_path / "none"
    asked = [str(places["certificate"]), *MAY]

    code = verify.main([*asked, "--trust", str(places["trust"]), "--bundle", str(places["bundle"])])

    assert code == 2


@pytest.mark.parametrize("time", ["yesterday", "2013-05-01T00:00:00"])
def test_a_time_that_is_none_has_exit_code_2(file: Path, people: Path, time: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(file, people, "--at", time)

    assert stopped.value.code == 2


def test_a_replay_certificate_holds_in_a_replay(
    certificate: Made, people: Path, tmp_path: Path
) -> None:
    replay = written(certificate(scope=Scope("replay")), people, tmp_path)

    assert run(replay, people, *MAY, "--environment", "replay") == 0
    assert run(replay, people, *MAY) == 4


def test_the_program_loads_nothing_of_the_extra_full(file: Path, people: Path) -> None:
    program = (
        "import sys; from mainstay.seal.verify import main\n"
        "code = main(sys.argv[1:])\n"
        "heavy = {'ibis', 'duckdb', 'pandas', 'pyarrow', 'pydantic', 'scipy', 'yaml', 'socket'}\n"
        "sys.exit(code or 10 * bool(heavy & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, str(file), *MAY]
    alone = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}

    done = subprocess.run(
        [*command, "--trust", str(people / "trust.json")], capture_output=True, env=alone
    )

    assert done.returncode == 0, done.stderr
    assert b"may answer" in done.stdout
