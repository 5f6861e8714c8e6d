"""What is not believed about earlier decisions."""

from pathlib import Path

import pytest

from mainstay.cli import main
from mainstay.control import project
from mainstay.control.commands import AskLabels, Labels
from mainstay.control.handle import handle
from mainstay.core.errors import Missing, Mistake, Refused
from mainstay.core.places import Places


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("visit,missed\nv1,yes\nv2,no!\n", "the label missed is string"),
        ("visit,missed\nv1,0.5\n", "the label missed is float64"),
        ("visit,missed,known_at\nv1,1,2030-01-01T00:00Z\n", "known only after now"),
    ],
    ids=["another type", "a share", "the future"],
)
def test_a_wrong_label_file_is_refused_and_nothing_is_recorded(
    as_author: Path, text: str, what: str
) -> None:
    (as_author / "late.csv").write_text(text)
    with project.opened(as_author) as opened:
        before = [event.hash for event in opened.ledger.events()]

    with pytest.raises(Mistake, match=what):
        handle(as_author, Labels("late.csv"))

    with project.opened(as_author) as opened:
        assert [event.hash for event in opened.ledger.events()] == before
    assert not Places(as_author).labels.exists()


@pytest.mark.parametrize("count", [0, -3])
def test_an_ask_for_nothing_is_refused(as_author: Path, count: int) -> None:
    with pytest.raises(Mistake, match=f"--ask {count} asks for nothing"):
        handle(as_author, AskLabels(count))


def test_nothing_is_asked_for_before_anybody_is_answered(as_author: Path) -> None:
    with pytest.raises(Missing, match="answers nobody yet") as refused:
        handle(as_author, AskLabels(5))

    assert refused.value.hint == "mainstay deploy"
    assert not (as_author / "to_label.csv").exists()


def test_nobody_is_asked_about_pseudonyms(as_author: Path) -> None:
    path = as_author / "contract.yaml"
    hidden = path.read_text().replace("latency_p99: 10s", "journal: {pseudonymise: [visit]}")
    path.write_text(hidden)

    with pytest.raises(Refused, match="by which nobody could label a decision"):
        handle(as_author, AskLabels(5))


@pytest.mark.parametrize("arguments", [["labels"], ["labels", "x.csv", "--ask", "3"]])
def test_labels_are_either_taken_in_or_asked_for(
    as_author: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.outcome(["--folder", str(as_author), *arguments]) == 2

    assert "give either a FILE or --ask N" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("budget", "says"),
    [
        ("lots", '"lots"'),
        ("0 per week", '"0 per week"'),
        ("5 per fortnight", '"5 per fortnight"'),
        ("50", "is 50, but a budget is wanted"),
    ],
)
def test_a_budget_that_cannot_be_read_is_told_at_its_place(
    as_author: Path, budget: str, says: str
) -> None:
    path = as_author / "contract.yaml"
    path.write_text(
        path.read_text().replace("never_after: 3d}", f"never_after: 3d, budget: {budget}}}")
    )

    with pytest.raises(Mistake) as refused:
        handle(as_author, AskLabels(5))

    assert "data.label.budget" in str(refused.value)
    assert says in str(refused.value)
    assert "contract.yaml:17:70: " in str(refused.value)
