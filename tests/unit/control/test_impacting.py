"""Which models a change of a source hits, and who must be told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import small_project
from msgspec import json
from receiving import configured
from teams import of_two

from mainstay.control import project as projects
from mainstay.control import several
from mainstay.control.channels.note import Note
from mainstay.control.commands import Grant, Labels, TellImpact
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Impact
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Verdict
from mainstay.ledger import outbox


def test_a_model_that_moves_is_told_with_intervals_and_people(as_author: Path) -> None:
    handle(as_author, Grant("dora", "data-engineer", "no-show"))
    handle(as_author, Grant("emil", "ml-engineer", "other"))
    labels = "visit,missed,known_at\nv00001,true,2024-02-01T00:00Z\n"
    (as_author / "labels.csv").write_text(labels)
    handle(as_author, Labels("labels.csv"))

    said = answer(as_author, Impact("weather.rain", "unit inch", rows=300))

    (one,) = said.facts["models"]
    assert said.verdict is Verdict.UNSURE
    assert said.headline == "Were weather.rain to become unit inch: no-show moves."
    assert {each.clause for each in said.evidence} == {
        "no-show: scores move by",
        "no-show: decisions that flip",
        "no-show: money moves by, per 1,000",
    }
    assert [each["name"] for each in one["told"]] == ["clinic", "lead", "dora", "ana"]
    assert (one["version"], one["found"]["inputs"]) == ("v1", ("rain",))
    assert "the guard does the same" in said.lines[1]


@pytest.mark.parametrize(
    ("field", "becomes", "verdict"),
    [
        ("decisions.wait", "x", Verdict.PASS),
        ("sqlite:///data/weather.db#hourly.rain", "missing", Verdict.FAIL),
        ("decisions.wait", "x * 3", Verdict.FAIL),
    ],
)
def test_the_verdict_says_whether_it_breaks(
    as_author: Path, field: str, becomes: str, verdict: Verdict
) -> None:
    assert answer(as_author, Impact(field, becomes, rows=100)).verdict is verdict


@pytest.mark.parametrize(
    ("field", "becomes", "what"),
    [
        ("wether.rain", "null", "no source is called wether"),
        ("weather.ran", "null", "weather has no column ran"),
        ("rain", "null", "names no column of a source"),
        ("weather.rain", "unit degC", "no conversion from mm to degC"),
    ],
)
def test_a_mistake_is_told_with_what_would_be_right(
    as_author: Path, field: str, becomes: str, what: str
) -> None:
    with pytest.raises(Mistake, match=what) as caught:
        answer(as_author, Impact(field, becomes))

    assert caught.value.hint


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Two models of one place: one calls it weather, the other sky."""
    data = small_project.written(tmp_path / "silos") / "data"
    with of_two(tmp_path) as made:
        for name, source in (("churn", "sky"), ("no-show", "weather")):
            path = made / name / "contract.yaml"
            text = path.read_text().replace("    weather:", f"    {source}:")
            text = text.replace("data/visits", f"{data}/visits")
            path.write_text(text.replace("sqlite:///data", f"sqlite:///{data}"))
        yield made


def test_in_a_team_every_model_of_that_place_is_hit_whatever_it_calls_it(folder: Path) -> None:
    said = answer(folder, Impact("sky.rain", "null"))
    alone = answer(folder / "no-show", Impact("weather.rain", "null"))

    assert [(one["model"], one["source"]) for one in said.facts["models"]] == [
        ("churn", "sky"), ("no-show", "weather"),
    ]  # fmt: skip
    assert said.verdict is Verdict.UNSURE
    assert "no version was built" in "".join(said.lines)
    assert [one["model"] for one in alone.facts["models"]] == ["no-show"]


def test_who_must_be_told_is_told_and_that_is_on_record(
    as_author: Path,
) -> None:
    configured(as_author, '[channels.ops]\nkind = "log"\nmentions = true\n')

    said = handle(as_author, TellImpact("weather.rain", "unit inch", rows=100))

    with projects.opened(as_author) as opened:
        (event,) = opened.ledger.events(kind="ImpactTold")
        (waiting,) = outbox.waiting(opened.ledger)
    note = json.decode(waiting.body, type=Note)
    assert (said.verdict, said.facts["channels"]) == (Verdict.UNSURE, 1)
    assert said.lines[-1] == "on record; put aside for 1 channels"
    assert (event.payload["field"], event.payload["verdict"]) == ("weather.rain", "unsure")
    assert note.to == ("clinic", "lead", *note.to[2:])
    assert "weather.rain is to become unit inch: no-show" in note.text


def test_in_a_team_each_model_that_is_hit_has_it_on_record(folder: Path) -> None:
    said = handle(folder, TellImpact("sky.rain", "null"))

    with several.opened(folder, projects.nothing, None) as opened:
        told = [one.subject for one in opened.ledger.events(kind="ImpactTold")]
    assert told == ["churn", "no-show"]
    assert said.lines[-1] == "on record; no channel takes mentions: tell them"


def test_who_reads_what_batches_of_a_model_that_moves_write_is_hit_behind_it(
    folder: Path,
) -> None:
    output = folder / "no-show" / "scores"
    with several.opened(folder, projects.nothing, None) as opened:
        said = {"output": str(output), "number": 1}
        opened.ledger.append("BatchScored", "no-show", opened.actor, said)
    path = folder / "churn" / "contract.yaml"
    head, _, rest = path.read_text().partition("    sky:\n")
    reads = f"    scores: {{from: {output}/*.parquet, on: visit, take: [score]}}\n"
    path.write_text(head + reads + rest.partition("\n")[2])

    said = answer(folder, Impact("weather.rain", "null", rows=10))

    found = {one["model"]: one for one in said.facts["models"]}
    assert set(found) == {"churn", "no-show"}
    assert (found["churn"]["source"], found["churn"]["verdict"]) == ("scores", Verdict.UNSURE)
    assert any("scores is what batches of no-show wrote" in line for line in said.lines)
    assert [one["name"] for one in found["churn"]["told"]][:2] == ["clinic", "lead"]
