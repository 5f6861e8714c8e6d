import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.fs
import pyarrow.parquet as pq
import pytest
import stores

from mainstay.core.errors import Mistake, Unavailable
from mainstay.core.nouns import Column
from mainstay.core.typed import TIME
from mainstay.data import source
from mainstay.data.expression import constant
from mainstay.data.silos import store
from mainstay.data.silos.found import Place
from mainstay.data.source import Moment, Reader

Write = Callable[[str], None]
BEGIN = datetime(2020, 1, 1)  # noqa: DTZ001 - as a file without zones holds it
VISITS = pa.table(
    {
        "id": [f"v{row:06}" for row in range(20_000)],
        "seen": pa.array(
            [BEGIN + timedelta(minutes=row) for row in range(20_000)], pa.timestamp("us")
        ),
        "note": [f"{row * 7919 % 104_729:x}" * 20 for row in range(20_000)],
    }
)


def test_parquet_in_a_store_is_read_where_it_lies(lake: Any, reader: Reader) -> None:
    pq.write_table(VISITS, "lake/visits.parquet", filesystem=lake)

    opened = source.opened(reader, "s3://lake/visits.parquet", (Moment("seen"),))

    assert [one.type for one in opened.columns] == ["string", TIME, "string"]
    assert opened.table.count().to_pyarrow().as_py() == 20_000
    assert opened.table.seen.max().to_pyarrow().as_py() == datetime(2020, 1, 14, 21, 19, tzinfo=UTC)
    assert not list(reader.staged.glob("*"))


class Counting:
    """Bytes that a file system of Arrow was asked for."""

    def __init__(self, system: Any) -> None:
        self.read = 0
        self._system = system

    def __getattr__(self, name: str) -> Any:
        return getattr(self._system, name)

    def open_input_file(self, path: str) -> Any:
        counting, file = self, self._system.open_input_file(path)

        class Counted:
            closed = False

            def read(self, size: int = -1) -> bytes:
                content: bytes = file.read(size)
                counting.read += len(content)
                return content

            def __getattr__(self, name: str) -> Any:
                return getattr(file, name)

        return pa.PythonFile(Counted(), "r")


def test_columns_and_rows_that_a_question_does_not_need_stay_there(
    lake: Any, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    pq.write_table(VISITS, "lake/visits.parquet", filesystem=lake, row_group_size=1_000)
    whole = lake.get_file_info("lake/visits.parquet").size
    counted = Counting(lake)
    monkeypatch.setattr(store, "opened", lambda *_: _python(counted))
    table = source.opened(reader, "s3://lake/visits.parquet", (Moment("seen"),)).table
    counted.read = 0

    late = table.filter(table.seen >= constant("2020-01-14T20:00:00+00:00", TIME))

    assert late.select("id").to_pyarrow().num_rows == 80
    assert counted.read < whole / 10


def _python(system: Counting) -> Any:
    """The same file system as Arrow takes one that is written in Python."""

    class Handler(pa.fs.FileSystemHandler):  # type: ignore[misc]
        def open_input_file(self, path: str) -> Any:
            return system.open_input_file(path)

        def get_file_info(self, paths: list[str]) -> Any:
            return system.get_file_info(paths)

        def get_file_info_selector(self, selector: Any) -> Any:
            return system.get_file_info(selector)

        def get_type_name(self) -> str:
            return "counting"

        def normalize_path(self, path: str) -> str:
            return path

        def _no(self, *_: Any, **__: Any) -> Any:
            raise NotImplementedError

        copy_file = create_dir = delete_dir = delete_dir_contents = delete_file = _no
        delete_root_dir_contents = move = open_append_stream = open_output_stream = _no
        open_input_stream = _no

    return pa.fs.PyFileSystem(Handler())


def test_folders_of_partitions_are_columns_and_folders_beside_them_are_not_read(
    lake: Any, reader: Reader
) -> None:
    for carrier in ("AA", "UA"):
        few = VISITS.slice(0, 5 if carrier == "AA" else 7)
        pq.write_table(few, f"lake/visits/carrier={carrier}/part.parquet", filesystem=lake)
    pq.write_table(VISITS, "lake/visits/_draft/part.parquet", filesystem=lake)

    opened = source.opened(reader, "s3://lake/visits/")

    assert Column("carrier", "string") in opened.columns
    found = opened.table.filter(opened.table.carrier == "AA")
    assert found.count().to_pyarrow().as_py() == 5
    assert opened.table.count().to_pyarrow().as_py() == 12


def test_a_star_names_many_and_a_changed_file_has_another_digest(lake: Any, reader: Reader) -> None:
    for number in (1, 2):
        pq.write_table(VISITS.slice(0, number), f"lake/v{number}.parquet", filesystem=lake)
    before = source.opened(reader, "s3://lake/v*.parquet")
    again = source.opened(reader, "s3://lake/v*.parquet").digest
    pq.write_table(VISITS.slice(0, 9), "lake/v2.parquet", filesystem=lake)

    now = source.opened(reader, "s3://lake/v*.parquet")

    assert before.digest == again != now.digest
    assert now.table.count().to_pyarrow().as_py() == 10


def test_text_is_brought_here_once(lake: Any, reader: Reader) -> None:
    with lake.open_output_stream("lake/planes.csv") as file:
        file.write(b"tailnum,built\nN1,1999\n")

    opened = source.opened(reader, "s3://lake/planes.csv")

    (copy,) = reader.staged.glob("*.csv")
    assert opened.table.to_pyarrow().to_pylist() == [{"tailnum": "N1", "built": 1999}]
    copy.write_text("tailnum,built\nN2,2000\n")
    assert (
        source.opened(reader, "s3://lake/planes.csv").table.tailnum.to_pyarrow()[0].as_py() == "N2"
    )


def test_what_is_not_there_says_what_is(lake: Any, tmp_path: Path) -> None:
    pq.write_table(VISITS, "lake/y/visits.parquet", filesystem=lake)

    with pytest.raises(Mistake, match=r"there is no s3://lake/y/visit\.parquet") as said:
        store.found("s3://lake/y/visit.parquet", Place(tmp_path, tmp_path))

    assert said.value.hint == "looked into lake/y/, which holds visits.parquet"


@pytest.mark.parametrize("address", ["s3://lake/none/", "s3://lake/none/*.csv"])
def test_a_folder_that_is_not_there_is_named(lake: Any, tmp_path: Path, address: str) -> None:
    with pytest.raises(Mistake, match="there is no s3://lake/none/"):
        store.found(address, Place(tmp_path, tmp_path))


def test_a_file_that_is_none_is_a_mistake(lake: Any, tmp_path: Path) -> None:
    with lake.open_output_stream("lake/x.parquet") as file:
        file.write(b"PAR1 but no more")

    with pytest.raises(Mistake, match=r"s3://lake/x\.parquet"):
        store.found("s3://lake/x.parquet", Place(tmp_path, tmp_path))


def test_a_store_that_is_away_is_unavailable_and_says_no_secret(
    credentials: Write, tmp_path: Path
) -> None:
    credentials(
        '[sources.lake]\nat = "s3://lake"\nendpoint = "http://127.0.0.1:1"\nregion = "x"\n'
        f'user = "reader"\nsecret = "{stores.SECRET}"\n'
    )

    with pytest.raises(Unavailable, match="does not answer") as said:
        store.found("s3://lake/x.parquet", Place(tmp_path, tmp_path))

    assert stores.SECRET not in f"{said.value}{said.value.hint}"


def test_an_account_of_azure_stands_in_the_address_or_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="of which account") as said:
        store.found("az://visits/x.parquet", Place(tmp_path, tmp_path))

    assert "abfss://CONTAINER@ACCOUNT" in said.value.hint


@pytest.mark.parametrize("kind", ["google", "azure"])
def test_other_stores_are_read_as_those_of_amazon(
    kind: str, request: pytest.FixtureRequest, reader: Reader
) -> None:
    system, address = request.getfixturevalue(kind)
    for day in (1, 2):
        system.create_dir(f"lake/days/day={day}")
        pq.write_table(VISITS, f"lake/days/day={day}/a.parquet", filesystem=system)
    with system.open_output_stream("lake/planes.csv") as file:
        file.write(b"id,seats\n1,2\n")

    days = source.opened(reader, f"{address}/days/", (Moment("seen"),))

    assert [one.name for one in days.columns] == ["id", "seen", "note", "day"]
    assert days.table.filter(days.table.day == 2).count().to_pyarrow().as_py() == 20_000
    assert source.opened(reader, f"{address}/plan*.csv").table.to_pyarrow().num_rows == 1
    assert source.opened(reader, f"{address}/days/day=1/a.parquet").digest != days.digest
    with pytest.raises(Mistake, match="there is no") as said:
        source.opened(reader, f"{address}/plane.csv")
    assert "planes.csv" in said.value.hint


def test_azure_is_asked_by_both_kinds_of_address_and_a_wrong_key_is_told_without_it(
    azure: tuple[Any, str], credentials: Write, reader: Reader
) -> None:
    pq.write_table(VISITS, "lake/visits.parquet", filesystem=azure[0])
    found = [source.opened(reader, f"{each}/visits.parquet") for each in (azure[1], "az://lake")]
    assert found[0].digest == found[1].digest
    wrong = stores.AZURITE[1].replace("Eby8", "Fby9")
    stated = Path(os.environ["MAINSTAY_SOURCES"]).read_text().replace(stores.AZURITE[1], wrong)
    credentials(stated)

    with pytest.raises(Mistake, match="cannot be read") as said:
        source.opened(reader, f"{azure[1]}/visits.parquet")

    assert wrong not in f"{said.value}{said.value.hint}"


@pytest.mark.parametrize("begin", ["", "?"])
def test_azure_is_read_by_a_shared_access_signature(
    azure: tuple[Any, str], credentials: Write, reader: Reader, begin: str
) -> None:
    pq.write_table(VISITS, "lake/visits.parquet", filesystem=azure[0])
    token = stores.shared_access(datetime.now(UTC) + timedelta(hours=1))
    credentials(_signed(f"{begin}{token}"))

    if _takes_tokens():
        found = source.opened(reader, f"{azure[1]}/visits.parquet").table
        assert found.count().to_pyarrow().as_py() == 20_000
    else:
        with pytest.raises(Mistake, match="takes no token"):
            source.opened(reader, f"{azure[1]}/visits.parquet")


def test_a_signature_that_is_over_wrong_or_for_less_opens_nothing_and_is_not_told(
    azure: tuple[Any, str], credentials: Write, reader: Reader
) -> None:
    pq.write_table(VISITS, "lake/visits.parquet", filesystem=azure[0])
    now, wrong = datetime.now(UTC), stores.AZURITE[1].replace("Eby8", "Fby9")
    late = now + timedelta(hours=1)
    for token in (
        stores.shared_access(now - timedelta(hours=1)),
        stores.shared_access(late, key=wrong),
        stores.shared_access(late, "w"),
    ):
        credentials(_signed(token))

        with pytest.raises(Mistake, match=r"cannot be read|takes no token") as said:
            source.opened(reader, f"{azure[1]}/visits.parquet")

        signature = token.rpartition("sig=")[2]
        assert signature not in f"{said.value}{said.value.hint}"
        assert "\n" not in str(said.value)


def _signed(token: str) -> str:
    """What sources.toml says of Azure now, its key replaced by a token."""
    stated = Path(os.environ["MAINSTAY_SOURCES"]).read_text()
    lines = [one for one in stated.splitlines() if not one.startswith(("secret", "token"))]
    named = [f'{one}\ntoken = "{token}"' if one.startswith("user") else one for one in lines]
    return "\n".join(named)


def _takes_tokens() -> bool:
    return int(pa.__version__.partition(".")[0]) >= 20
