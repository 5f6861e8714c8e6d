from pathlib import Path

import pytest

from mainstay.core.errors import Missing, Refused
from mainstay.core.secret import Elsewhere, private, revealed


def test_a_secret_may_stand_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "from the environment")
    file = tmp_path / "secret"
    file.touch(0o600)
    file.write_text("from a file\n")

    assert revealed("as it is") == "as it is"
    assert revealed(Elsewhere(env="PAGER")) == "from the environment"
    assert revealed(Elsewhere(file=str(file))) == "from a file"
    with pytest.raises(Missing, match="NOWHERE is not set"):
        revealed(Elsewhere(env="NOWHERE"))


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s3cret")
    file.chmod(0o640)

    with pytest.raises(Refused, match="others may read"):
        private(file)
