"""`score` as it is asked: by the live version, as the door answers, on record once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import deltalake
import lived
import msgspec
import pyarrow as pa
import pytest
import small_project
from conftest import acting
from msgspec import json
from pyarrow import fs, parquet
from tabled import Tabled

from mainstay.control import field, following, jobs, scheduling, scoring
from mainstay.control import project as projects
from mainstay.control.commands import Deploy, Features, Score, Watch
from mainstay.control.handle import handle
from mainstay.core.errors import Missing, Mistake, Refused
from mainstay.core.nouns import Verdict
from mainstay.data import openlineage
from mainstay.data.silos.folder import Folder
from mainstay.life.score.layout import Layout

SINCE = small_project.END - timedelta(days=5)


@pytest.fixture
def live(ripe: Path, tmp_path: Path) -> Path:
    """A copy of the approved project whose v1 answers everything, while its author acts."""
    folder = small_project.copied(ripe, tmp_path / "no-show")
    with acting(folder, small_project.AUTHOR):
        handle(folder, Deploy("v1", 1.0))
        yield folder


def table(folder: Path, name: str = "scores") -> list[dict[str, object]]:
    paths = sorted((folder / name).glob("*.parquet"))
    return pa.concat_tables([parquet.read_table(path) for path in paths]).to_pylist()


def test_a_batch_says_what_the_door_says(live: Path) -> None:
    said = handle(live, Score(since=SINCE))
    handle(live, Features(SINCE))
    records = (live / "requests.jsonl").read_bytes().splitlines()
    with lived.door(live) as app:
        _, reply, _ = app.door.handle(b'{"records":[' + b",".join(records) + b"]}")

    door = {one["key"]: one for one in json.decode(reply)["answers"]}

    assert said.verdict is Verdict.PASS
    assert said.facts["rows"] == len(records) == len(door)
    for one in table(live):
        key, flags = one.pop("visit"), one.pop("flags")
        assert {**one, "key": key, "flags": flags.split("\n") if flags else []} == door[key]


def test_it_is_on_record_once_for_each_state_of_the_output(live: Path) -> None:
    for _ in range(2):
        handle(live, Score(since=SINCE))
    handle(live, Score(since=SINCE - timedelta(days=1)))

    with projects.opened(live) as opened:
        events = list(opened.ledger.events(kind=scoring.EVENT))
    assert [one.payload["rows"] for one in events] == sorted(one.payload["rows"] for one in events)
    assert len(events) == 2


def test_an_expired_certificate_leaves_the_rows_to_the_baseline_and_says_so(live: Path) -> None:
    lived.set_clock(live, small_project.END + timedelta(days=400))

    said = handle(live, Score(since=SINCE))

    assert said.verdict is Verdict.UNSURE
    assert "expired" in said.lines[0]
    assert {one["decided_by"] for one in table(live)} == {"baseline"}
    assert {one["certificate"] for one in table(live)} == {""}
    assert said.next == "mainstay certify v1 --renew"


def test_without_a_live_version_nothing_is_scored(as_author: Path) -> None:
    with pytest.raises(Missing, match="no version of no-show is live"):
        handle(as_author, Score())


def test_a_version_that_is_not_approved_scores_nothing(as_author: Path) -> None:
    with pytest.raises(Refused, match="only an approved version may score"):
        handle(as_author, Score(version="v1"))


def test_a_canary_beside_its_baseline_is_scored_by_name_only(ripe: Path, tmp_path: Path) -> None:
    folder = small_project.copied(ripe, tmp_path / "no-show")
    with acting(folder, small_project.AUTHOR):
        handle(folder, Deploy("v1", 0.2))
        with pytest.raises(Missing, match="is live"):
            handle(folder, Score(since=SINCE))

        said = handle(folder, Score(since=SINCE, version="v1"))

    assert said.facts["by_model"] == said.facts["rows"] > 0


@pytest.mark.parametrize(
    ("command", "what"),
    [
        (Score(partition="week"), "no partitions by the week"),
        (Score(out="scores.parquet", partition="day"), "one file, which has no partitions"),
        (Score(out="ftp://lake/scores"), "which ftp://lake/scores is not"),
        (Score(out="s3://lake/scores.parquet"), "which s3://lake/scores.parquet is not"),
        (Score(out="s3://ana:secret@lake/scores"), "holds a secret"),
        (Score(out="postgres://ana@host/shop"), "names no table"),
        (Score(out="delta:///scores#12"), "is no table that can be written"),
        (Score(out="delta+s3://ana:secret@lake/scores"), "holds a secret"),
        (Score(out="postgres://ana:secret@host/shop#scores"), "holds a secret"),
    ],
)
def test_what_cannot_be_is_a_mistake(live: Path, command: Score, what: str) -> None:
    with pytest.raises(Mistake, match=what):
        handle(live, command)


def test_rows_of_another_table_go_into_one_file(live: Path) -> None:
    visits = parquet.read_table(live / "data" / "visits.parquet").slice(0, 7)
    columns = {"at": [SINCE] * 7, "rain": [1.0] * 7}
    rows = [
        {**one, **{name: some[0] for name, some in columns.items()}}
        for one in visits.drop_columns(["missed", "town"]).to_pylist()
    ]
    parquet.write_table(pa.Table.from_pylist(rows), live / "new.parquet")

    said = handle(live, Score("new.parquet", out="answers.parquet"))

    assert said.facts["rows"] == parquet.read_table(live / "answers.parquet").num_rows == 7
    assert (live / "answers.json").is_file()


def test_the_watch_looks_at_batches_as_at_a_journal(live: Path) -> None:
    lived.set_clock(live, small_project.AFTER)
    days = range(2, 6)
    lived.grown(live, days)
    lived.set_clock(live, small_project.END + timedelta(days=days.stop))

    handle(live, Score(since=small_project.END))
    said = handle(live, Watch())

    with projects.opened(live) as opened:
        windows = field.order(opened, datetime(2030, 1, 1, tzinfo=UTC), ()).earlier
    seen = sum(one.counts.decisions for one in windows)
    assert said.facts["windows"] > 0
    assert seen == lived.PER_DAY * len(days)
    assert sum(one.counts.model for one in windows) == seen


def test_a_version_that_answers_nobody_says_nothing_to_the_watch(
    ripe: Path, tmp_path: Path
) -> None:
    folder = small_project.copied(ripe, tmp_path / "no-show")
    with acting(folder, small_project.AUTHOR):
        said = handle(folder, Score(since=SINCE, version="v1"))

    assert not said.facts["watched"]
    assert not list((folder / ".mainstay").glob("journal/batch/*.parquet"))


def test_facts_are_told_as_json(live: Path) -> None:
    said = handle(live, Score(since=SINCE))

    facts = json.decode(msgspec.json.encode(said.facts))
    assert facts["by_model"] + facts["by_baseline"] + facts["rejected"] == facts["rows"]
    assert facts["written"]
    assert not facts["unchanged"]


def test_the_contract_says_where_a_batch_goes_and_the_command_otherwise(live: Path) -> None:
    contract = live / "contract.yaml"
    contract.write_text(contract.read_text() + "score: {partition: month, out: answers}\n")

    stated = handle(live, Score(since=SINCE.replace(day=1)))
    asked = handle(live, Score(out="others", since=SINCE))

    assert Path(str(stated.facts["manifest"])).parent == live / "answers"
    assert all(len(one) == len("2024-02") for one in stated.facts["written"])
    assert all(len(one) == len("2024-02-28") for one in asked.facts["written"])


def test_a_worker_scores_when_the_contract_says(live: Path) -> None:
    contract = live / "contract.yaml"
    contract.write_text(contract.read_text() + 'score: {every: "0 2 * * *"}\n')
    with projects.opened(live) as opened:
        found = {one.job: one.rhythm.words for one in scheduling.rhythms(opened)}

        done = jobs.score(opened, "production")

    assert found["score"] == "0 2 * * *"
    assert done.verdict is Verdict.PASS
    assert table(live)


def test_a_worker_scores_nothing_before_a_version_is_live(as_author: Path) -> None:
    with projects.opened(as_author) as opened:
        done = jobs.score(opened, "production")

    assert done.headline == "Nothing is scored before a version is live."
    assert not (as_author / "scores").exists()


def test_answers_go_into_a_store_once_its_manifest_last(
    live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, names = tmp_path / "lake", []
    (place / "scores").mkdir(parents=True)

    class Told(Folder):
        def put(self, file: Path, name: str) -> None:
            names.append(name)
            super().put(file, name)

    made = Told("s3://lake/scores", fs.LocalFileSystem(), str(place / "scores"))
    monkeypatch.setattr(scoring.folder, "opened", lambda _: made)

    said = handle(live, Score(out="s3://lake/scores", since=SINCE))
    again = handle(live, Score(out="s3://lake/scores", since=SINCE))

    assert names[-1] == "manifest.json"
    assert sorted(set(names)) == sorted([*(f"{one}.parquet" for one in said.facts["written"]),
                                         "manifest.json"])  # fmt: skip
    assert said.facts["out"] == "s3://lake/scores"
    assert said.facts["rows"] == sum(
        parquet.read_table(one).num_rows for one in (place / "scores").glob("*.parquet")
    )
    assert again.headline.startswith("Nothing changed: ")
    with projects.opened(live) as opened:
        (event,) = opened.ledger.events(kind=scoring.EVENT)
    assert event.payload["output"] == "s3://lake/scores"
    assert not (live / "s3:").exists()


def test_answers_go_into_a_table_once(live: Path, tabled: Tabled) -> None:
    said = handle(live, Score(out=tabled.address, since=SINCE))
    again = handle(live, Score(out=tabled.address, since=SINCE))

    found = tabled.rows()
    assert list(found) == said.facts["written"]
    assert sum(map(len, found.values())) == said.facts["rows"] - said.facts["rejected"]
    assert said.facts["out"] == tabled.address
    assert again.headline.startswith("Nothing changed: ")
    with projects.opened(live) as opened:
        (event,) = opened.ledger.events(kind=scoring.EVENT)
    assert event.payload["output"] == tabled.address
    assert not (live / "postgres:").exists()


def test_answers_go_into_a_lake_once_and_whoever_reads_them_is_found(live: Path) -> None:
    said = handle(live, Score(out="delta:///lake/scores", since=SINCE))
    again = handle(live, Score(out="delta:///lake/scores", since=SINCE))

    found = deltalake.DeltaTable(live / "lake" / "scores").to_pyarrow_table()
    assert found.num_rows == said.facts["rows"] - said.facts["rejected"] > 0
    assert said.facts["out"] == f"delta:///{live.absolute()}/lake/scores"
    assert again.headline.startswith("Nothing changed: ")
    with projects.opened(live) as opened:
        written = following.outputs(opened.ledger, opened.model)
    other = openlineage.at("delta:///../lake/scores", live / "other")
    assert following.reads(other, written)
    assert not following.reads(openlineage.at("delta:///lake/scores", live / "other"), written)


def test_what_is_set_aside_is_told_of_where_it_is(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "scores")

    assert scoring.Output(layout, "postgres://h/d#s.t").aside == "postgres://h/d#s.t_rejected"
    assert scoring.Output(layout, "delta:////lake").aside == "delta:////lake_rejected"
    assert scoring.Output(layout, "s3://lake/scores").aside == "s3://lake/scores/quarantine"
    assert scoring.Output(layout).aside == str(tmp_path / "scores" / "quarantine")
