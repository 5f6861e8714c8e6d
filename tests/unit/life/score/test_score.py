"""A run brings an output to the rows as they are, each partition once."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pyarrow as pa
import pytest
import scored
from msgspec import structs
from pyarrow import parquet
from scored import DAY, NOW, SOME, Scene, changed
from small_project import START

from mainstay.core.errors import Broken, Mistake
from mainstay.data.batch import Asked
from mainstay.data.partitions import Cut
from mainstay.life.score import manifest, partition
from mainstay.life.score.answers import Standing
from mainstay.life.score.layout import Layout
from mainstay.life.score.manifest import Made
from mainstay.life.score.partition import Told
from mainstay.life.score.scoring import Scoring


def rows(scene: Scene) -> pa.Table:
    paths = sorted(scene.out.glob("*.parquet"))
    return pa.concat_tables([parquet.read_table(path) for path in paths])


def test_every_decision_is_answered_once(scene: Scene) -> None:
    found = scene.scored(asked=SOME)

    assert found.written == ("2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04")
    keys = rows(scene)["visit"].to_pylist()
    assert len(keys) == len(set(keys)) == sum(one.rows for one in found.partitions)
    assert found.manifest == manifest.read(scene.out / "manifest.json")
    assert found.manifest.begun.over


def test_nothing_is_done_again(scene: Scene) -> None:
    scene.scored(asked=SOME)
    before = scene.files()

    again = scene.scored(asked=SOME._replace(now=NOW + DAY))

    assert again.written == ()
    assert len(again.unchanged) == 4
    assert scene.files() == before


def test_a_changed_partition_alone_is_scored_again(scene: Scene) -> None:
    scene.scored(asked=SOME)
    before = scene.files()
    changed(scene, {"wait": 59}, day=2)

    again = scene.scored(asked=SOME)

    assert again.written == ("2024-01-03",)
    after = scene.files()
    assert {name for name in after if after[name] != before[name]} == {"2024-01-03.parquet"}
    assert scene.scored(asked=SOME).written == ()


def test_a_lost_or_damaged_file_is_made_again(scene: Scene) -> None:
    scene.scored(asked=SOME)
    before = scene.files()
    (scene.out / "2024-01-02.parquet").write_bytes(b"damaged")
    (scene.out / "2024-01-04.parquet").unlink()

    again = scene.scored(asked=SOME)

    assert again.written == ("2024-01-02", "2024-01-04")
    assert scene.files() == before


def test_rows_that_are_rejected_lie_aside_with_reasons(scene: Scene) -> None:
    changed(scene, {"wait": -4}, day=1)

    found = scene.scored(asked=SOME)

    aside = parquet.read_table(scene.out / "quarantine" / "2024-01-02.parquet").to_pylist()
    assert [one["wait"] for one in aside] == [-4]
    assert aside[0]["mainstay_reasons"] == "wait is -4, below 0 day"
    assert aside[0]["visit"] not in rows(scene)["visit"].to_pylist()
    assert [one.rejected for one in found.partitions] == [0, 1, 0, 0]


def test_a_row_that_is_right_again_leaves_the_quarantine(scene: Scene) -> None:
    changed(scene, {"wait": -4}, day=1)
    scene.scored(asked=SOME)
    changed(scene, {"wait": 4}, day=1)

    scene.scored(asked=SOME)

    assert not list((scene.out / "quarantine").glob("*.parquet"))


def test_a_partition_without_rows_any_more_goes(scene: Scene) -> None:
    scene.scored(asked=SOME)
    path = scene.folder / "data" / "visits.parquet"
    table = parquet.read_table(path)
    kept = [moment >= START + DAY for moment in table["at"].to_pylist()]
    parquet.write_table(table.filter(pa.array(kept)), path)

    again = scene.scored(asked=SOME)

    assert again.gone == ("2024-01-01",)
    assert not (scene.out / "2024-01-01.parquet").exists()
    assert again.manifest.partitions[0].name == "2024-01-02"


def test_partitions_outside_the_period_stay(scene: Scene) -> None:
    scene.scored(asked=SOME)

    again = scene.scored(asked=SOME._replace(since=START + DAY, until=START + 2 * DAY))

    assert again.unchanged == ("2024-01-02",)
    assert again.gone == ()
    assert len(again.manifest.partitions) == 4


def test_a_period_that_cuts_a_partition_is_refused(scene: Scene) -> None:
    with pytest.raises(Mistake, match="2024-01-01 12:00 cuts a partition in two"):
        scene.scored(asked=SOME._replace(since=START + timedelta(hours=12)))
    assert not scene.out.exists()


@pytest.mark.parametrize(
    ("unit", "model"), [("month", "no-show"), ("day", "another")], ids=["unit", "model"]
)
def test_an_output_holds_one_model_by_one_unit(scene: Scene, unit: str, model: str) -> None:
    found = scene.scored(asked=SOME)
    stated = structs.replace(found.manifest, model=model)
    manifest.written(scene.out / "manifest.json", stated)

    with pytest.raises(Mistake, match=f"holds {model} by the day"):
        scene.scored(unit, asked=SOME._replace(until=None))


def test_another_version_answers_anew(scene: Scene) -> None:
    scene.scored(asked=SOME)

    again = scene.scored(asked=SOME, made=Made("v2", "d" * 64, "c" * 64, holds=True))

    assert len(again.written) == 4


def test_answers_stay_when_a_certificate_ends_and_are_given_anew_when_one_holds(
    scene: Scene,
) -> None:
    standing, made = scene.order().standing, scene.order().made
    ended = structs.replace(made, holds=False)
    without = Standing(standing.runtime, None, standing.short)
    first = Asked("", START, START + DAY, NOW)
    scene.scored(asked=first)

    later = scene.scored(asked=SOME, made=ended, standing=without)
    renewed = scene.scored(asked=SOME)

    assert later.written == ("2024-01-02", "2024-01-03", "2024-01-04")
    assert [one.by_model for one in later.partitions][1:] == [0, 0, 0]
    assert renewed.written == later.written
    assert all(one.by_model for one in renewed.partitions)


def test_who_goes_on_where_a_run_was_killed_writes_what_it_would_have(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = scene._replace(out=scene.out.with_name("whole"))
    whole.scored(asked=SOME)
    wrote = partition.written

    def killed(scoring: Scoring, cuts: Iterable[Cut], told: Told) -> None:
        wrote(scoring, [one for one in cuts if one.name < "2024-01-03"], told)
        raise KeyboardInterrupt

    monkeypatch.setattr(partition, "written", killed)
    with pytest.raises(KeyboardInterrupt):
        scene.scored(asked=SOME)
    monkeypatch.undo()

    again = scene.scored(asked=SOME._replace(now=NOW + timedelta(hours=3)))

    assert again.written == ("2024-01-03", "2024-01-04")
    assert again.manifest.begun.at == NOW
    assert scene.files() == whole.files()


def test_one_file_holds_everything(scene: Scene) -> None:
    path = scene.out.with_name("scores.parquet")

    found = scene.scored("all", layout=Layout(path), asked=SOME)

    assert [one.name for one in found.partitions] == ["all"]
    assert parquet.read_table(path).num_rows == found.partitions[0].rows


def test_a_broken_block_stops_it_before_anything_is_visible(scene: Scene) -> None:
    contract = scene.folder / "contract.yaml"
    text = contract.read_text()
    sla = "entity: patient, sla: [{property: throughput, at_least: 90}]}"
    contract.write_text(text.replace("entity: patient}", sla))

    with pytest.raises(Broken, match="batch scoring is stopped"):
        scene.scored(asked=SOME)
    assert not scene.out.exists()


def test_it_says_how_far_it_is(scene: Scene) -> None:
    told: list[str] = []

    scene.scored(asked=SOME, tell=told.append)

    assert told[0] == "reading the sources"
    assert "100%" in told[-1]
    assert "of " in told[-1]
    assert [one for one in told if "scoring 2024-01-02" in one]


def test_time_is_that_of_the_decisions_not_of_the_reader(scene: Scene) -> None:
    found = scene.scored(asked=SOME)

    assert isinstance(found.manifest.partitions[0].since, datetime)
    assert found.manifest.partitions[-1].until < scored.NOW
