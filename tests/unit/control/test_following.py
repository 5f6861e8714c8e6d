"""Sources that are what another model's batches wrote."""

from pathlib import Path

from receiving import project_of

from mainstay.control import following
from mainstay.data.openlineage import Named

TABLE = "postgres://writer@db/shop#s.scores"
KEPT = Named("postgres://db", "shop#s.scores")


def test_outputs_are_those_on_record(tmp_path: Path) -> None:
    with project_of(tmp_path) as project:
        for output in (
            f"{tmp_path}/a/scores",
            f"{tmp_path}/a/scores",
            f"{tmp_path}/b.parquet",
            TABLE,
        ):
            said = {"output": output, "number": 1}
            project.ledger.append("BatchScored", project.model, project.actor, said)

        found = following.outputs(project.ledger, project.model)

        files = {(tmp_path / "a/scores").resolve(), (tmp_path / "b.parquet").resolve()}
        assert found == {*(Named("file", str(one)) for one in files), KEPT}
        assert following.outputs(project.ledger, "another") == frozenset()


def test_a_source_is_an_output_its_folder_or_files_within() -> None:
    some = frozenset({Named("file", "/d/scores"), Named("file", "/d/all.parquet")})

    assert following.reads(Named("file", "/d/scores"), some)
    assert following.reads(Named("file", "/d/x/../scores/*.parquet"), some)
    assert following.reads(Named("file", "/d/all.parquet"), some)
    assert not following.reads(Named("file", "/d/scores.csv"), some)
    assert not following.reads(Named("s3://d", "/d/scores"), some)


def test_a_source_is_what_was_written_into_a_store_or_a_table() -> None:
    some = frozenset({KEPT, Named("s3://lake", "a/scores")})

    assert following.reads(KEPT, some)
    assert following.reads(Named("s3://lake", "a/scores/*.parquet"), some)
    assert not following.reads(Named("postgres://db", "shop#s.scores_rejected"), some)
    assert not following.reads(Named("s3://lake", "a/scores/quarantine/*.parquet"), some)
    assert not following.reads(Named("s3://other", "a/scores"), some)
