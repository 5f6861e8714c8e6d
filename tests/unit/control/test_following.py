"""Sources that are what another model's batches wrote."""

from pathlib import Path

from receiving import project_of

from mainstay.control import following
from mainstay.data.openlineage import Named


def test_outputs_are_those_on_record(tmp_path: Path) -> None:
    with project_of(tmp_path) as project:
        for output in ("a/scores", "a/scores", "b.parquet"):
            said = {"output": str(tmp_path / output), "number": 1}
            project.ledger.append("BatchScored", project.model, project.actor, said)

        found = following.outputs(project.ledger, project.model)

        assert found == {(tmp_path / "a/scores").resolve(), (tmp_path / "b.parquet").resolve()}
        assert following.outputs(project.ledger, "another") == frozenset()


def test_a_source_is_an_output_its_folder_or_files_within() -> None:
    some = frozenset({Path("/d/scores"), Path("/d/all.parquet")})

    assert following.reads(Named("file", "/d/scores"), some)
    assert following.reads(Named("file", "/d/x/../scores/*.parquet"), some)
    assert following.reads(Named("file", "/d/all.parquet"), some)
    assert not following.reads(Named("file", "/d/scores.csv"), some)
    assert not following.reads(Named("s3://d", "/d/scores"), some)
