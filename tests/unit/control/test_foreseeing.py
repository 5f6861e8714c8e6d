"""`assess --foresee`: fits before a build, on record."""

from pathlib import Path

import pytest
import small_project
from pyarrow import parquet

from mainstay.control import foreseeing, versions
from mainstay.control import project as projects
from mainstay.control.commands import Assess
from mainstay.control.handle import handle
from mainstay.core.nouns import Verdict, Window
from mainstay.core.places import Places
from mainstay.life.assess import lasting, prospects
from mainstay.life.assess.foreseen import Foreseen

PERIOD = Window(small_project.START, small_project.END)
WAIT = "    wait: {type: integer, unit: day, between: [0, 90], on_breach: reject}\n"


@pytest.mark.slow
def test_what_more_records_bring_and_how_long_it_lasts_is_told_before_a_build(
    as_author: Path,
) -> None:
    plain = handle(as_author, Assess())
    found = handle(as_author, Assess(foresee=True))

    told = {one.clause: one for one in found.evidence}
    assert any(one.startswith(f"{prospects.CURVE}: 2,2") for one in told)
    assert told[prospects.GOAL].verdict is not None
    assert 0 <= found.facts["foreseen"]["chance"] <= 1
    assert "expect 0." in found.headline
    assert plain.facts["foreseen"] is None
    assert handle(as_author, Assess()).facts["foreseen"] == found.facts["foreseen"]
    assert told[lasting.SHELF].note.startswith("grade D: nothing to say before 6 periods")
    assert told[lasting.SHELF].window is not None
    assert lasting.SHELF not in {one.clause for one in plain.evidence}
    with projects.opened(as_author) as opened:
        assert len(list(opened.ledger.events(kind="Assessed"))) == 2
        assert len(list(opened.ledger.events(kind="HoldoutOpened"))) == 1  # that of certify


@pytest.mark.slow
def test_fits_are_kept_for_a_run_that_was_stopped(as_author: Path) -> None:
    handle(as_author, Assess(foresee=True))

    kept = list((Places(as_author).work / foreseeing.KEPT).glob("*/*/*.json"))

    assert len(kept) >= 3


def test_nothing_is_fitted_where_something_is_to_be_fixed_first(
    as_author: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = as_author / "contract.yaml"
    stated = "take: [rain], sla: [{property: freshness, at_most: 1h}]"
    contract.write_text(contract.read_text().replace("take: [rain]", stated))

    found = handle(as_author, Assess(foresee=True))

    assert found.verdict is Verdict.FAIL
    assert not (Places(as_author).work / foreseeing.KEPT).exists()


def test_a_live_version_whose_columns_are_gone_is_not_foreseen(
    live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor one that answered another question; where nothing changed it is asked of its own code."""
    asked = []
    monkeypatch.setattr(
        foreseeing, "ages", lambda *told: asked.append(told[1]) or Foreseen((), None)
    )
    with projects.opened(live) as opened:
        bundle = versions.found(opened, "v1").bundle
        found = foreseeing.aged_by(opened, PERIOD, bundle)
    told = live / "data" / "visits.parquet"
    parquet.write_table(parquet.read_table(told).drop_columns("wait"), told)
    for name, old, new in (
        ("features.py", '"wait", ', ""),
        ("contract.yaml", WAIT, ""),
    ):
        text = (live / name).read_text()
        assert old in text
        (live / name).write_text(text.replace(old, new))

    with projects.opened(live) as opened:
        gone = foreseeing.aged_by(opened, PERIOD, bundle)

    assert (found, gone) == (None, None)
    (rows,) = asked
    assert rows.training.code.parent.name == bundle
    assert len(rows.when) == len(rows.training.rows) > 1000
