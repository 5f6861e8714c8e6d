"""The sources of a model, and what they feed."""

from pathlib import Path

from mainstay.control import sourcing
from mainstay.control.handle import answer
from mainstay.control.project import opened
from mainstay.control.queries import Find, Sources


def test_what_nobody_looked_at_is_unknown_and_what_feeds_what_is_told(as_author: Path) -> None:
    with opened(as_author) as there:
        it = sourcing.supply(there)
    said = answer(as_author, Sources())

    assert {one.verdict for one in it.sources} == {None}
    assert said.verdict is None
    assert "not looked at yet" in said.headline
    rain = next(one for one in it.fields if one.name == "rain")
    assert rain.source != "decisions"
    assert rain.feeds
    assert set(rain.feeds) <= set(it.inputs)
    assert {one.rows > 0 for one in it.sources} == {True}


def test_words_find_versions_fields_and_clauses(as_author: Path) -> None:
    found = answer(as_author, Find("rain")).facts["found"]
    version = answer(as_author, Find("V1 certified")).facts["found"]

    assert "field" in {one["kind"] for one in found}
    assert [one["name"] for one in version if one["kind"] == "version"] == ["v1"]
    assert answer(as_author, Find("  ")).facts["found"] == []
    assert answer(as_author, Find("zebra")).headline == "0 found."
