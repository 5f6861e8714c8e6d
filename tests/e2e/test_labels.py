"""The clinic's labels: wrong for a week, waited for, corrected; and those that are asked for."""

import csv
from datetime import timedelta
from pathlib import Path
from subprocess import CompletedProcess

import lived
import pytest
import small_project
from forked import typed
from msgspec import json
from small_project import environment

from mainstay.control import project as projects
from mainstay.control.commands import Approve, Build, Certify, Deploy, Labels, NewKey, Trust, Watch
from mainstay.control.handle import handle
from mainstay.core import settings
from mainstay.core.answers import Answer
from mainstay.core.nouns import Estimate, Event

pytestmark = pytest.mark.slow


def alive(folder: Path, furniture: Path) -> Path:
    """Live, under a contract with a budget for labels."""
    path = small_project.furnished(small_project.written(folder), furniture) / "contract.yaml"
    path.write_text(
        path.read_text().replace("never_after: 3d", "never_after: 3d, budget: 9 per day")
    )
    lived.set_clock(folder, small_project.AFTER)
    for name, role in ((small_project.AUTHOR, "author"), (small_project.APPROVER, "approver")):
        handle(folder, NewKey(name))
        handle(folder, Trust(name, role))
    handle(folder, Build())
    handle(folder, Certify())
    with settings.given({"MAINSTAY_KEY": small_project.APPROVER}):
        handle(folder, Approve("v1"))
    handle(folder, Deploy("v1", 1.0))
    return folder


def unlabelled(folder: Path, days: range) -> None:
    """A door answers; nobody labels."""
    with lived.door(folder) as app:
        for day in days:
            for at, record, _ in lived._visits(day, 3):
                lived.set_clock(folder, at)
                app.door.handle(json.encode({"records": [record]}))
    lived.set_clock(folder, small_project.END + timedelta(days=days.stop))


def opened(folder: Path) -> list[Event]:
    with projects.opened(folder) as project:
        return list(project.ledger.events(kind="IncidentOpened", subject="no-show"))


def mainstay(folder: Path, *arguments: str) -> CompletedProcess[str]:
    """In a process of its own."""
    return typed(folder, environment(folder, small_project.AUTHOR), *arguments)


def judged(said: Answer) -> Estimate:
    """The realised roc_auc."""
    (goal,) = [one for one in said.evidence if one.clause == "realised, roc_auc"]
    assert goal.estimate is not None, "enough labels count"
    return goal.estimate


def vouched_for(folder: Path, before: Estimate) -> None:
    """The same clinic, had somebody said that these labels are right after all."""
    (turned,) = [one for one in opened(folder) if one.payload["columns"] == ["turned"]]
    told = mainstay(folder, "incident", "vouch", str(turned.seq), "--because", "all were called")
    places = {
        "MAINSTAY_KEYS": str(folder / "keys"), "MAINSTAY_CLOCK": str(folder / "clock"),
    }  # fmt: skip
    with settings.given(places):
        lived.answered(folder, range(17, 19))
        seen = handle(folder, Watch())
    shown = mainstay(folder, "incident", "show", str(turned.seq))

    assert told.returncode == 0, told.stderr
    assert "are right, ana says: they count from the next look on" in told.stdout
    assert [line for line in seen.lines if line.startswith("● over") and "run against" in line]
    (labels,) = [one for one in seen.evidence if one.clause == "labels, by score"]
    after = judged(seen)
    assert labels.verdict == "unsure"
    # Two more days came, and a week of days counts that did not.
    assert after.n > before.n + 7 * lived.PER_DAY
    assert after.value < before.low
    assert "were vouched for and count" in labels.note
    assert "by ana: all were called" in shown.stdout


def test_a_week_of_labels_turned_about_is_waited_for_until_it_is_corrected(
    born: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "clinic"
    keys = {
        "MAINSTAY_KEY": small_project.AUTHOR, "MAINSTAY_KEYS": str(folder / "keys"),
        "MAINSTAY_CLOCK": str(folder / "clock"),
    }  # fmt: skip
    with settings.given(keys):
        alive(folder, born)
        lived.answered(folder, range(1, 9))
        quiet = handle(folder, Watch())
        said = lived.answered(folder, range(9, 17), truth=lambda one: not one["missed"])
        doubted = handle(folder, Watch())

        matters = [(one.payload["clause"], *one.payload["columns"]) for one in opened(folder)]
        assert quiet.facts["decision"] != "retrain"
        assert ("labels", "turned") in matters
        assert doubted.facts["decision"] == "wait"
        assert "no loss is called ageing" in doubted.headline
        vouched_for(small_project.copied(folder, tmp_path / "other"), judged(doubted))

        now = small_project.END + timedelta(days=17, hours=1)
        lived.set_clock(folder, now)
        lines = "".join(f"{one['visit']},{one['missed']}\n" for one in said)
        (folder / "again.csv").write_text(f"visit,missed\n{lines}")
        handle(folder, Labels("again.csv"))
        lived.answered(folder, range(18, 20))
        over = handle(folder, Watch())

        assert [line for line in over.lines if line.startswith("● over") and "run against" in line]

        unlabelled(folder, range(20, 22))
        first = mainstay(folder, "labels", "--ask", "6")
        later = [mainstay(folder, "labels", "--ask", str(60 + more)) for more in range(5)]
        refused = later[-1]
        with (folder / "to_label.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert (first.returncode, later[0].returncode) == (0, 0), first.stderr + later[0].stderr
        assert refused.returncode == 4
        assert "all labels of the budget were asked for" in refused.stderr
        assert rows
        assert all(0 < float(one["inclusion_probability"]) <= 1 for one in rows)
