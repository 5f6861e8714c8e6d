"""Looks, builds and batches as events of OpenLineage."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import lived
import small_project
from lineage_schemas import wrong
from msgspec import json
from receiving import configured

from mainstay.control.commands import Build, Score, Watch
from mainstay.control.handle import handle

FILE = '[channels.lineage]\nkind = "openlineage"\nfile = "lineage.jsonl"\n'


def emitted(folder: Path) -> list[dict[str, Any]]:
    return [json.decode(one) for one in (folder / "lineage.jsonl").read_bytes().splitlines()]


def test_a_look_tells_what_it_read_and_found(live: Path) -> None:
    configured(live, FILE)
    lived.answered(live, range(1, 3))

    handle(live, Watch())
    began, ended = emitted(live)

    assert [wrong(one) for one in (began, ended)] == [[], []]
    assert (began["eventType"], ended["eventType"]) == ("START", "COMPLETE")
    decisions, *sources = ended["inputs"]
    assert decisions["name"] == "no-show.decisions"
    rows = decisions["inputFacets"]["dataQualityMetrics"]["rowCount"]
    assert rows == 2 * lived.PER_DAY
    assert decisions["inputFacets"]["dataQualityAssertions"]["assertions"]
    assert all("schema" in one["facets"] for one in sources)
    [inputs] = ended["outputs"]
    fields = inputs["facets"]["columnLineage"]["fields"]
    assert {one["name"] for one in inputs["facets"]["schema"]["fields"]} == set(fields)


def test_a_build_tells_what_it_was_made_of(as_author: Path) -> None:
    configured(as_author, FILE)
    code = as_author / "model.py"
    code.write_text(code.read_text().replace("n_estimators=20", "n_estimators=21"))

    handle(as_author, Build())
    began, ended = emitted(as_author)

    assert [wrong(one) for one in (began, ended)] == [[], []]
    inputs, version = ended["outputs"]
    assert inputs["outputFacets"]["outputStatistics"]["rowCount"] > 0
    assert version["facets"]["lifecycleStateChange"]["lifecycleStateChange"] == "CREATE"
    assert all({"schema", "version"} <= set(one["facets"]) for one in ended["inputs"])


def test_a_batch_tells_what_it_read_and_wrote_once_for_each_state(live: Path) -> None:
    configured(live, FILE)
    since = small_project.END - timedelta(days=2)

    said = handle(live, Score(since=since))
    handle(live, Score(since=since))
    began, ended = emitted(live)

    assert [wrong(one) for one in (began, ended)] == [[], []]
    assert ended["job"]["name"] == "no-show.score"
    assert all({"schema", "version"} <= set(one["facets"]) for one in ended["inputs"])
    assert ended["inputs"][0]["name"] == str((live / "data" / "visits.parquet").absolute())
    (answers,) = ended["outputs"]
    assert answers["name"] == str(live / "scores")
    count = answers["outputFacets"]["outputStatistics"]["rowCount"]
    assert count == said.facts["rows"] - said.facts["rejected"] > 0
    fields = answers["facets"]["columnLineage"]["fields"]
    assert [one["field"] for one in fields["visit"]["inputFields"]] == ["visit"]
    assert {"wait", "rain"} <= {one["field"] for one in fields["score"]["inputFields"]}


def test_nothing_is_put_aside_where_nobody_asks(live: Path) -> None:
    lived.answered(live, range(1, 2))

    handle(live, Watch())

    assert not (live / "lineage.jsonl").exists()
