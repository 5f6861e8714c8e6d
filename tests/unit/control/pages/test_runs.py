"""The pages of runs."""

from datetime import UTC, datetime, timedelta

import pytest

from mainstay.control.pages import runs
from mainstay.control.pages.markup import Html
from mainstay.core.answers import Answer

NOW = datetime(2024, 3, 1, 12, 1, tzinfo=UTC)
JOB = {
    "job": "build", "says": "Train.", "rhythm": "", "zone": "UTC", "own": False, "next": "",
    "last": None,
}  # fmt: skip


def run(state: str, **changes: object) -> dict[str, object]:
    usual = {
        "id": 7, "model": "no-show", "job": "build", "due": "2024-03-01T12:00:00+00:00",
        "missed": 0, "state": state, "attempts": 1, "began": "2024-03-01T12:00:10+00:00",
        "ended": "", "waits": "", "headline": "<b>", "verdict": "",
    }  # fmt: skip
    return {**usual, **changes}


def shown(one: dict[str, object], **changes: object) -> Html:
    facts = {
        "run": one, "usual": 100.0, "now": NOW, "version": "", "lines": [],
        "lease": {"holder": "host/1", "fence": 3, "until": NOW.timestamp() + 40},
    }  # fmt: skip
    return runs.one(Answer("x", facts={**facts, **changes}), Html("<i>acts</i>"))


def listed(*some: dict[str, object], **asked: str) -> Html:
    facts = {"runs": list(some), "jobs": [JOB]}
    return runs.listed("Runs", Answer("x", facts=facts), asked, Html("<i>acts</i>"))


def test_the_list_leads_to_each_run_and_says_what_it_is_narrowed_to() -> None:
    drawn = listed(run("done", ended="2024-03-01T12:01:15+00:00"), state="done")

    assert 'href="runs/7"' in drawn
    assert "1 min 05 s" in drawn
    assert '<option value="done" selected="selected">' in drawn
    assert "&lt;b&gt;" in drawn
    assert "data-live" not in drawn


@pytest.mark.parametrize("state", ["due", "running"])
def test_what_is_not_over_is_looked_at_again(state: str) -> None:
    assert 'data-live="yes"' in listed(run(state))
    assert shown(run(state)).count('data-live="yes"') == 4


def test_a_run_that_is_done_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "data-live" not in shown(run("done", ended="2024-03-01T12:01:15+00:00"))


def test_progress_stands_beside_what_the_one_before_took() -> None:
    drawn = shown(run("running"))

    assert "50 s so far; the one before took 100 s" in drawn
    assert '<progress value="0.50" max="1"' in drawn
    assert "host/1, claim 3, lease for 40 s" in drawn
    assert "nothing tells how long it takes" in shown(run("running"), usual=0.0)
    assert "<progress" not in shown(run("running"), usual=0.0)


def test_who_waits_leads_to_where_it_is_decided() -> None:
    drawn = shown(run("waiting", waits="lead to approve v2"), version="v2")

    assert 'href="/models/no-show/versions/v2/approval"' in drawn
    assert "waits for lead to approve v2" in drawn


def test_that_no_worker_runs_is_said() -> None:
    soon = (NOW - timedelta(seconds=2)).isoformat()

    assert "no worker took it yet" in shown(run("due", began="", attempts=0))
    assert "no worker took it yet" not in shown(run("due", began="", attempts=0, due=soon))


def test_the_end_of_the_log_is_text() -> None:
    lines = [{"number": 1, "time": "2024-03-01T12:00:11+00:00", "text": "<script>"}]

    drawn = shown(run("running"), lines=lines)

    assert "12:00:11  &lt;script&gt;" in drawn
    assert 'role="log"' in drawn


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [("pass", "pass"), ("unsure", "unsure"), ("fail", "fail"), ("", "unknown")],
)
def test_what_ran_well_and_found_nothing_good_is_not_green(verdict: str, kind: str) -> None:
    one = run("done", verdict=verdict, ended="2024-03-01T12:01:15+00:00")

    for drawn in (listed(one), shown(one)):
        assert f'class="state {kind}"' in drawn


def test_hours_are_told_as_hours() -> None:
    assert runs.seconds(timedelta(hours=2, minutes=5)) == "2 h 05 min"
