"""What the journal does not hold as it came."""

from pathlib import Path

import pytest
import small_project

from mainstay.bundle.guard import RequestColumn
from mainstay.contract import document
from mainstay.contract.document import Document
from mainstay.core.errors import Mistake, Mistakes
from mainstay.core.rules import FieldRule
from mainstay.life.build import hiding
from mainstay.trainer.training import Meaning

REQUEST = (
    RequestColumn("visit", "string", "key"), RequestColumn("patient", "float64", "entity"),
    RequestColumn("wait", "int64"), RequestColumn("kind", "string"),
)  # fmt: skip
MEANING = Meaning((), (FieldRule("wait", "integer", nullable=False, on_breach="reject"),), REQUEST)


def read(folder: Path, journal: str) -> Document:
    path = folder / "contract.yaml"
    text = small_project.CONTRACT.replace("latency_p99: 10s", f"journal: {journal}")
    path.write_text(text)
    return document.read(path)


def test_nothing_is_hidden_unless_the_contract_says_so(tmp_path: Path) -> None:
    assert hiding.hidden(read(tmp_path, "{}").contract, MEANING) == {}


def test_what_says_who_it_is_can_be_hidden(tmp_path: Path) -> None:
    contract = read(tmp_path, "{pseudonymise: [visit], drop: [patient]}").contract

    found = hiding.hidden(contract, MEANING)

    assert found == {"visit": "pseudonymise", "patient": "drop"}


@pytest.mark.parametrize(
    ("journal", "says"),
    [
        ("{drop: [wait]}", "which a rule needs"),
        ("{drop: [kind]}", "which the baseline needs"),
        ("{pseudonymise: [patient]}", "only text and whole numbers"),
    ],
)
def test_what_is_needed_as_it_is_cannot(tmp_path: Path, journal: str, says: str) -> None:
    with pytest.raises(Mistake, match=says) as caught:
        hiding.hidden(read(tmp_path, journal).contract, MEANING)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("journal", "says"),
    [
        ("{drop: [visit]}", "the key of decisions"),
        ("{drop: [at]}", "the time of decisions"),
        ("{pseudonymise: [at]}", "the time of decisions"),
        ("{pseudonymise: [patient], drop: [patient]}", "which is dropped"),
    ],
)
def test_what_everything_joins_on_is_kept(tmp_path: Path, journal: str, says: str) -> None:
    with pytest.raises(Mistakes, match=says):
        read(tmp_path, journal)
