"""Which models a change of a source hits, and who must be told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import small_project
from teams import of_two

from mainstay.control.commands import Grant, Labels
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Impact
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Verdict


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
