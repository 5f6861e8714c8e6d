from pathlib import Path
from typing import Any

import pytest
from pyarrow.fs import FileSelector

from mainstay.core.errors import Mistake
from mainstay.data.silos import folder


def test_files_are_put_replaced_and_removed(lake: Any, tmp_path: Path) -> None:
    one, file = folder.opened("s3://lake/scores/"), tmp_path / "a.parquet"
    assert one.content("quarantine/a.parquet") is None

    for content in (b"first", b"second, longer"):
        file.write_bytes(content)
        one.put(file, "quarantine/a.parquet")
        assert one.content("quarantine/a.parquet") == content

    one.write(b"{}", "manifest.json")
    assert {each.path for each in lake.get_file_info(FileSelector("lake/scores"))} >= {
        "lake/scores/manifest.json"
    }
    one.remove("manifest.json")
    one.remove("manifest.json")
    assert one.content("manifest.json") is None


def test_an_address_with_a_secret_is_a_mistake() -> None:
    with pytest.raises(Mistake, match="holds a secret"):
        folder.opened("s3://user:secret@lake/scores")


def test_what_is_a_store() -> None:
    assert folder.is_store("s3://lake/scores")
    assert not folder.is_store("postgres://host/shop")
    assert not folder.is_store("scores")
