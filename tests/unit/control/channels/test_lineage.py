"""Events of OpenLineage on their way."""

from pathlib import Path

import pytest
from receiving import Receiver

from mainstay.control.channels import lineage
from mainstay.control.channels.config import OpenLineage
from mainstay.core.errors import Unavailable
from mainstay.core.secret import Elsewhere


def test_an_event_is_posted_as_it_is(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENLINEAGE_URL", f"{receiver.url}/")

    lineage.send(OpenLineage(url=Elsewhere(env="OPENLINEAGE_URL"), token="t"), b'{"a":1}')

    [post] = receiver.posts
    assert (post.path, post.body) == ("/api/v1/lineage", b'{"a":1}')
    assert post.headers["authorization"] == "Bearer t"


def test_a_server_that_does_not_take_it_is_told_again(receiver: Receiver) -> None:
    receiver.status[0] = 503

    with pytest.raises(Unavailable, match="503"):
        lineage.send(OpenLineage(url=receiver.url), b"{}")


def test_a_file_gets_a_line_each(tmp_path: Path) -> None:
    channel = OpenLineage(file=str(tmp_path / "lineage.jsonl"))

    lineage.send(channel, b'{"a":1}')
    lineage.send(channel, b'{"a":2}')

    assert (tmp_path / "lineage.jsonl").read_bytes() == b'{"a":1}\n{"a":2}\n'
