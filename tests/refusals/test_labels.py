"""What is not believed about earlier decisions."""

from pathlib import Path

import pytest

from mainstay.control import project
from mainstay.control.commands import Labels
from mainstay.control.handle import handle
from mainstay.core.errors import Mistake
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
