from collections.abc import Callable
from pathlib import Path

import pytest

from mainstay.core.errors import Missing, Mistake, Refused
from mainstay.data.silos import access
from mainstay.data.silos.access import Access

Write = Callable[[str], None]


def test_the_longest_address_that_fits_counts(credentials: Write) -> None:
    credentials('[sources.lake]\nat = "s3://lake"\nuser = "a"\n[sources.x]\nat = "s3://lake/x"\n')

    assert access.access("s3://lake/y.parquet").user == "a"
    assert access.access("s3://lake/x/y.parquet").user == ""
    assert access.access("s3://lakes/y.parquet") == Access()


def test_a_table_after_the_address_of_its_server_fits(credentials: Write) -> None:
    credentials('[sources.shop]\nat = "postgres://me@db/shop"\nuser = "me"\n')

    assert access.access("postgres://me@db/shop#orders").user == "me"
    assert access.access("postgres://me@db/shopping#orders").user == ""


def test_without_a_file_nothing_is_known() -> None:
    assert access.access("s3://lake/y.parquet") == Access()


def test_a_secret_stands_in_a_variable_or_a_file(
    credentials: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.touch(0o600)
    file.write_text("from a file\n")
    monkeypatch.setenv("LAKE", "from the environment")
    credentials(
        f'[sources.a]\nat = "s3://a"\nsecret = {{env = "LAKE"}}\ntoken = {{file = "{file}"}}'
    )

    found = access.access("s3://a/x")

    assert (found.hidden, found.bearer) == ("from the environment", "from a file")


def test_a_variable_that_is_not_set_is_named(credentials: Write) -> None:
    credentials('[sources.a]\nat = "s3://a"\nsecret = {env = "NOWHERE"}\n')

    with pytest.raises(Missing, match="NOWHERE is not set"):
        _ = access.access("s3://a/x").hidden


@pytest.mark.parametrize(
    ("text", "told"), [("sources", "is no TOML"), ("[sources.a]\npassword = 'x'", "password")]
)
def test_a_mistake_in_the_file_is_told_with_its_place(
    credentials: Write, text: str, told: str
) -> None:
    credentials(text)

    with pytest.raises(Mistake, match=told) as mistake:
        access.access("s3://a/x")

    assert "docs/reference/sources.md" in mistake.value.hint


def test_a_file_that_others_may_read_is_refused(credentials: Write, tmp_path: Path) -> None:
    credentials("")
    (tmp_path / "sources.toml").chmod(0o644)

    with pytest.raises(Refused, match="others may read"):
        access.access("s3://a/x")


def test_an_address_with_a_secret_is_refused_without_it() -> None:
    with pytest.raises(Mistake, match="holds a secret") as said:
        access.refuse_secrets("postgres://me:s3cret@db/shop#orders")

    assert "s3cret" not in f"{said.value}{said.value.hint}"
    assert "sources.toml" in said.value.hint
