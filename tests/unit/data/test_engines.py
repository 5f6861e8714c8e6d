import subprocess
import sys

import pytest

from mainstay.core.errors import MissingExtra, Mistake
from mainstay.data import engines

SECRET = "s3cret"


def test_duckdb_is_an_engine_like_the_others() -> None:
    made = engines.connect("duckdb")

    assert made.name == "duckdb"
    made.disconnect()


@pytest.mark.parametrize(
    ("url", "module", "extra"),
    [
        ("spark", "pyspark.sql", "spark"),
        ("spark://host:7077", "pyspark.sql", "spark"),
        (f"postgres://me:{SECRET}@host/base", "psycopg", "postgres"),
    ],
)
def test_an_engine_that_is_not_installed_names_its_extra(
    url: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(MissingExtra) as said:
        engines.connect(url)

    assert said.value.hint == f"pip install 'mainstay[{extra}]'"
    assert SECRET not in str(said.value)


@pytest.mark.parametrize("url", [f"mysql://me:{SECRET}@host/base", "postgres", "duckdb://x", ""])
def test_an_unknown_engine_is_a_mistake_without_its_password(url: str) -> None:
    with pytest.raises(Mistake, match="there is no engine") as said:
        engines.connect(url)

    assert SECRET not in f"{said.value}{said.value.hint}"
    assert "postgres://USER@HOST:PORT/DATABASE" in said.value.hint


def test_no_engine_but_ours_is_imported_before_it_is_asked_for() -> None:
    asked = "import sys, mainstay.data.engines; print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert not {"pyspark", "psycopg", "py4j"} & set(done.stdout.split())
