"""Decisions as the records of a request."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import small_project

from mainstay.bundle import guard, manifest
from mainstay.control.commands import Approve, Features
from mainstay.control.handle import handle
from mainstay.core.errors import Missing

SINCE = small_project.END - timedelta(days=1)


def test_the_records_are_what_the_door_takes(as_approver: Path) -> None:
    handle(as_approver, Approve("v1"))

    said = handle(as_approver, Features(SINCE))

    lines = (as_approver / "requests.jsonl").read_bytes().splitlines()
    records = [msgspec.json.decode(line) for line in lines]
    (bundle,) = as_approver.glob(".mainstay/bundles/*")
    stated = manifest.read(bundle)
    assert said.facts["records"] == len(records) > 0
    assert set(records[0]) == set(stated.columns)
    body = b'{"records":[' + b",".join(lines) + b"]}"
    judged = guard.compiled(stated.request, stated.rules).judged(body)
    assert isinstance(judged, list)
    assert len(judged) == len(records)


def test_without_an_approved_version_there_is_no_request(as_approver: Path) -> None:
    with pytest.raises(Missing, match="no approved version"):
        handle(as_approver, Features(SINCE))
