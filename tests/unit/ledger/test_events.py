"""The kinds of events: known ones only, each with its meaning."""

import re
from pathlib import Path

import pytest

from mainstay.core.errors import Mistake
from mainstay.ledger import events, projections

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "events.md"


def test_a_kind_that_does_not_exist_is_a_mistake_with_the_nearest() -> None:
    with pytest.raises(Mistake, match="no event is called Certifed") as mistake:
        events.check("Certifed")

    assert mistake.value.hint.startswith("did you mean Certified?")


def test_every_kind_has_one_line_of_meaning() -> None:
    assert all(events.MEANINGS[name].endswith(".") for name in events.NAMES)
    for name in events.NAMES:
        events.check(name)


def test_every_effect_is_that_of_a_kind() -> None:
    assert set(projections.EFFECTS) <= set(events.NAMES)


def test_the_docs_say_of_each_kind_the_same() -> None:
    listed = re.findall(r"^## `(.+?)`\n(.+)$", PAGE.read_text("utf-8"), flags=re.MULTILINE)

    assert [name for name, _ in listed] == list(events.NAMES)
    assert all(text.startswith(events.MEANINGS[name]) for name, text in listed)
