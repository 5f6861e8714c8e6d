"""Who acts, on what."""

import getpass
from pathlib import Path

from mainstay.control import project as projects
from mainstay.core import settings


def test_the_chosen_key_acts(as_approver: Path) -> None:
    with projects.opened(as_approver) as opened:
        assert opened.actor.name == opened.signer.name == "lead"
        assert opened.actor.key == opened.signer.id


def test_without_a_key_the_user_of_the_machine_acts(project: Path, tmp_path: Path) -> None:
    nobody = {"MAINSTAY_KEYS": str(tmp_path / "none"), "MAINSTAY_KEY": ""}
    with settings.given(nobody), projects.opened(project) as opened:
        actor = opened.actor

    assert (actor.name, actor.key) == (getpass.getuser(), "")
