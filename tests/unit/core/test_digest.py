"""Equal content, equal identity."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.core import digest
from mainstay.core.nouns import Window

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_the_order_of_members_does_not_matter(value: dict[str, object]) -> None:
    turned = dict(reversed(value.items()))

    assert digest.of_value(turned) == digest.of_value(value)


def test_canonical_bytes_have_no_spaces_and_sorted_names() -> None:
    moment = datetime(2013, 1, 2, tzinfo=UTC)

    assert digest.canonical({"b": 1, "a": moment}) == b'{"a":"2013-01-02T00:00:00Z","b":1}'


def test_a_struct_and_its_members_are_the_same_value() -> None:
    window = Window(datetime(2013, 1, 2, tzinfo=UTC), datetime(2013, 1, 3, tzinfo=UTC))
    members = {"until": window.until, "since": window.since}

    assert digest.of_value(window) == digest.of_value(members)
    assert digest.canonical(window).startswith(b'{"since"')


def test_a_folder_is_known_by_every_byte_and_every_name(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a").write_bytes(b"1")
    before = digest.of_folder(tmp_path)
    (tmp_path / "inner" / "a").write_bytes(b"2")
    changed = digest.of_folder(tmp_path)
    (tmp_path / "inner" / "a").rename(tmp_path / "inner" / "b")

    assert len({before, changed, digest.of_folder(tmp_path)}) == 3
    assert list(digest.files(tmp_path)) == ["inner/b"]


def test_a_link_has_no_content_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")

    with pytest.raises(ValueError, match="symbolic link"):
        digest.of_folder(tmp_path)
