"""Where incidents are told."""

from pathlib import Path

import pytest
from receiving import configured

from mainstay.control.channels import config
from mainstay.control.channels.config import Log, Mail
from mainstay.core import settings
from mainstay.core.errors import Missing, Mistake, Refused


def test_channels_are_read_by_name(tmp_path: Path) -> None:
    path = configured(
        tmp_path,
        '[channels.team]\nkind = "email"\nhost = "h"\nfrom = "m@h"\nto = ["a@h"]\nleast = "now"\n'
        '[channels.lines]\nkind = "log"\n',
    )

    with settings.given({"MAINSTAY_CHANNELS": str(path)}):
        found = config.configured()

    assert found == {"team": Mail("h", "m@h", ("a@h",), "now"), "lines": Log()}


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    with settings.given({"MAINSTAY_KEYS": str(tmp_path)}):
        assert config.configured() == {}
    with (
        settings.given({"MAINSTAY_CHANNELS": str(tmp_path / "gone")}),
        pytest.raises(Missing, match="there is no"),
    ):
        config.configured()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("channels = 3", "channels"),
        ("[channels.a", "no TOML"),
        ('[channels.a]\nkind = "pigeon"', "pigeon"),
        ('[channels.a]\nkind = "log"\nfiel = "x"', "fiel"),
        ('[channels.a]\nkind = "webhook"\nurl = "https://h"', "secret"),
        ('[channels.a]\nkind = "email"\nhost="h"\nfrom="a"\nto=["b"]\ntls = "maybe"', "maybe"),
        ('[channels.a]\nkind = "openlineage"', "a needs a url or a file"),
        ('[channels.a]\nkind = "openlineage"\nurl="http://h"\nfile="f"', "a needs a url or a file"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    path = configured(tmp_path, text)

    with pytest.raises(Mistake, match=told) as mistake:
        config.read(path)

    assert mistake.value.hint


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = configured(tmp_path, "")
    path.chmod(0o640)

    with pytest.raises(Refused, match="others may read"):
        config.read(path)
