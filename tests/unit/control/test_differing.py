"""What differs between two versions."""

from pathlib import Path

from msgspec.structs import replace

from mainstay.control import differing
from mainstay.control.project import opened
from mainstay.control.versions import found


def test_a_change_of_the_contract_is_a_diff_and_the_code_is_the_same(as_author: Path) -> None:
    with opened(as_author) as there:
        one = found(there, "v1")
        text = next(there.ledger.events(kind="ContractRegistered")).payload
        said = {**text, "digest": "0" * 64, "revision": 2, "text": text["text"] + "# more\n"}
        there.ledger.append("ContractRegistered", one.model, there.actor, said)
        other = replace(one, contract="0" * 64)

        changed = {each.name: each.lines for each in differing.changes(there, one, other)}

    assert changed["contract.yaml"][-1] == "+# more"
    assert changed["model.py"] == ()


def test_rows_are_those_it_was_trained_on(as_author: Path) -> None:
    with opened(as_author) as there:
        rows = list(differing.rows(there, [found(there, "v1")]))

    assert {one.version for one in rows} == {"v1"}
    assert all(one.dataset.rows > 0 for one in rows)
