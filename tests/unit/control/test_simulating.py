"""The watch, tried on a version's own reference."""

from pathlib import Path

import pytest

from mainstay.control.handle import answer
from mainstay.control.queries import Simulate
from mainstay.core.errors import Missing, Mistake
from mainstay.core.nouns import Verdict
from mainstay.core.places import Places


@pytest.mark.slow
def test_before_a_deployment_the_newest_version_is_tried(as_author: Path) -> None:
    said = answer(as_author, Simulate(streams=4, windows=40))

    assert said.facts["version"] == "v1"
    assert said.facts["windows"] == 160
    assert said.evidence[0].clause == "false_alarms"
    assert said.facts["rate"].low <= said.facts["rate"].value <= said.facts["rate"].high
    delays = said.facts["delays"]
    assert [one.what for one in delays] == ["column"] * 3 + ["volume"]
    assert [one.size for one in delays[:3]] == pytest.approx([0.1, 0.2, 0.5])
    assert said.lines[0].startswith("84% of the evidence is tried: latency, losses and what")
    assert said.lines[1].startswith("1,348 quiet windows without an alarm would show")
    assert said.verdict is not Verdict.FAIL


@pytest.mark.parametrize(
    ("season", "why"), [("", "is no incident"), (", season: year", "not covered: trained on")]
)
def test_seasonal_columns_that_no_year_is_known_of_are_not_tried_and_it_says_so(
    as_author: Path, season: str, why: str
) -> None:
    path = as_author / "contract.yaml"
    stated = f"watch: {{seasonal: [rain]{season}}}\naccess:"
    path.write_text(path.read_text().replace("access:", stated))

    said = answer(as_author, Simulate("v1", streams=1, windows=10))

    answers = "the answers that hang on seasonal columns"
    assert said.facts["untried"]["names"] == ["rain", answers]
    assert said.lines[-1].startswith(f"not tried: rain, {answers}: ")
    assert why in said.lines[-1]


@pytest.mark.slow
def test_the_same_seed_says_the_same(as_author: Path) -> None:
    asked = Simulate("v1", streams=2, windows=20)

    assert answer(as_author, asked).facts == answer(as_author, asked).facts


def test_neither_journal_nor_labels_are_read(as_author: Path) -> None:
    answer(as_author, Simulate("v1", streams=1, windows=10))

    assert not Places(as_author).journal.exists()
    assert not Places(as_author).labels.exists()


def test_no_streams_are_no_trial(as_author: Path) -> None:
    with pytest.raises(Mistake, match="0 streams"):
        answer(as_author, Simulate(streams=0))


def test_an_unknown_version_is_missing(as_author: Path) -> None:
    with pytest.raises(Missing):
        answer(as_author, Simulate("v7"))
