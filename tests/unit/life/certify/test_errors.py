"""Errors of held-out rows, as the certificate tells them."""

from pathlib import Path

import msgspec

from mainstay.control import papers, versions
from mainstay.control import project as projects
from mainstay.core.nouns import known


def test_the_table_holds_the_threshold_in_use_and_no_number_without_an_interval(born: Path) -> None:
    with projects.opened(born) as opened:
        details = papers.record(opened, versions.found(opened)).details
    found = details.errors

    assert found.threshold == details.threshold
    assert found.threshold in [one.threshold for one in found.points]
    assert len(found.kinds) == 4
    assert len(found.bands) == 3
    assert not found.declared
    for one in found.points:
        assert all(each is None or known(each) for each in (one.acted, one.precision, one.recall))


def test_a_record_from_before_there_were_errors_is_read(born: Path) -> None:
    with projects.opened(born) as opened:
        record = msgspec.to_builtins(papers.record(opened, versions.found(opened)))
    del record["details"]["errors"]

    assert msgspec.convert(record, papers.Record, strict=False).details.errors is None
