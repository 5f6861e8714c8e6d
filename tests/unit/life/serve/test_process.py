"""How a door opens; what it does then stands in tests/e2e."""

from pathlib import Path

import pytest

from mainstay.core.errors import Missing, Mistake, Refused
from mainstay.life.serve import process
from mainstay.life.serve.loader import Place
from mainstay.life.serve.process import Opening, Stand
from mainstay.life.serve.telling import SILENT


@pytest.fixture
def opening(tmp_path: Path) -> Opening:
    place = Place(tmp_path / "serving", tmp_path / "environments", "production")
    stands = (Stand(place, tmp_path / "log"),)
    return Opening(stands, tmp_path / "keys" / "trust.json", 0)


def test_a_certificate_without_its_key_is_a_mistake(opening: Opening, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="belong together"):
        process.run(opening._replace(certificate=tmp_path / "door.pem"), SILENT)


def test_an_open_door_is_refused(opening: Opening) -> None:
    with pytest.raises(Refused, match="not without tokens and TLS"):
        process.run(opening._replace(host="0.0.0.0"), SILENT)


def test_where_no_door_runs_there_is_nothing_to_take_over(opening: Opening) -> None:
    with pytest.raises(Missing, match="no door runs"):
        process.run(opening._replace(take_over=True), SILENT)
