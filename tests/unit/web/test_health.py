"""Whether it lives, and whether it could."""

from pathlib import Path

from asking import Control


def test_it_lives_without_a_project(asked: Control, folder: Path) -> None:
    (folder / "contract.yaml").unlink()

    assert asked.ask("GET", "/livez").json == {"alive": True}


def test_it_is_ready_while_contract_and_ledger_can_be_read(asked: Control, folder: Path) -> None:
    assert asked.ask("GET", "/readyz").json == {"ready": True, "reasons": []}

    (folder / ".mainstay" / "ledger.db").write_bytes(b"no database" * 500)

    said = asked.ask("GET", "/readyz")
    assert (said.status, said.json) == (503, {"ready": False, "reasons": ["broken"]})


def test_a_stranger_is_not_told_what_is_in_the_way(asked: Control, folder: Path) -> None:
    (folder / "contract.yaml").write_text("secret: 1")

    said = asked.ask("GET", "/readyz")

    assert said.json == {"ready": False, "reasons": ["mistake"]}
