"""`mainstay ledger`."""

import csv
import json
from pathlib import Path

import pytest
import small_project

from mainstay.cli.main import outcome
from mainstay.core.nouns import Actor
from mainstay.ledger import chain
from mainstay.ledger.chain import START, Row
from mainstay.ledger.store import Ledger


def test_events_are_printed_newest_last(
    as_author: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(["ledger", "show", "--kind", "Certified", "--folder", str(as_author)]) == 0

    assert "Certified" in capsys.readouterr().out.splitlines()[-2]


def test_what_is_exported_can_be_walked_by_anybody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "contract.yaml").write_text(small_project.CONTRACT)
    with Ledger(tmp_path / ".mainstay" / "ledger.db") as ledger:
        for number in range(502):  # more than one page
            said = {"key": str(number), "result": {"text": 'a "b", c\n'}}
            ledger.append("StepDone", "no-show", Actor("ana"), said)
        head = ledger.head()

    assert outcome(["ledger", "export", "--folder", str(tmp_path)]) == 0
    lines = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    assert outcome(["ledger", "export", "--folder", str(tmp_path), "--format", "csv"]) == 0
    cells = list(csv.DictReader(capsys.readouterr().out.splitlines(keepends=True)))

    previous = START.hash
    for line, cell in zip(lines, cells, strict=True):
        row = Row(**line)
        assert row == Row(**{**cell, "seq": int(cell["seq"])})
        assert (row.previous, row.hash) == (previous, chain.hash_of(row))
        previous = row.hash
    assert (len(lines), previous) == (502, head.hash)
    assert outcome(["ledger", "export", "--folder", str(tmp_path), "--since", "500"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
