from typing import Any

import psycopg
import pyarrow as pa
import pytest

from mainstay.core.errors import Mistake
from mainstay.data.silos import postgres
from mainstay.data.silos.postgres import Postgres


@pytest.fixture
def kinds(server: str) -> Any:
    with psycopg.connect(server, autocommit=True) as connection:
        yield Postgres(connection)


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        ("bigint", pa.int64()),
        ("numeric(12,0)", pa.decimal128(12, 0)),
        ("numeric(30,0)", pa.float64()),
        ("numeric", pa.float64()),
        ("character varying(20)", pa.string()),
        ("timestamp(3) without time zone", pa.timestamp("us")),
        ("timestamp with time zone", pa.timestamp("us", "UTC")),
        ("integer[]", None),
        ("bytea", None),
    ],
)
def test_a_declared_type_is_one_of_arrow_or_none(kinds: Postgres, declared: str, kind: Any) -> None:
    assert kinds.kind(declared) == kind


def test_a_name_is_quoted(kinds: Postgres) -> None:
    assert kinds.quoted('a"b%') == '"a""b%%"'


def test_what_is_no_url_is_a_mistake_without_its_password() -> None:
    with pytest.raises(Mistake, match="no URL of a PostgreSQL") as said:
        postgres.connected("postgres://me:s3cret@host/base?nonsense=1")

    assert "s3cret" not in f"{said.value}{said.value.hint}"
