"""The contract as a file: read once, every mistake told at its place."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from mainstay.contract import clauses, consistency, mistakes, nodes, wording, yaml
from mainstay.contract.mistakes import Slip
from mainstay.contract.model import Contract
from mainstay.contract.wording import path_text
from mainstay.core import digest
from mainstay.core.errors import Finding, Missing, Mistake

UNKNOWN = "?"
"""What `mainstay init` writes for a value that only a person knows."""


@dataclass(frozen=True, slots=True)
class Document:
    """A contract that was read without a mistake; comments do not change its digest."""

    path: Path
    contract: Contract
    digest: str
    root: nodes.Node

    def finding(
        self, path: wording.Path, what: str, hint: str = "", *, on_key: bool = False
    ) -> Finding:
        """A later mistake at the place of a clause, of its name where on_key.

        A path the file does not state lies at the deepest section that it does.
        """
        return _finding(self.root, self.path, Slip(path, what, hint, on_key))


def read(path: Path) -> Document:
    """Reads a contract file; raises Mistakes, Missing, or Mistake where it cannot be opened."""
    try:
        with path.open("rb") as file:
            content = file.read(yaml.LARGEST + 1)
    except FileNotFoundError as error:
        hint = "mainstay init proposes one from a table"
        raise Missing(f"there is no contract at {path}", hint) from error
    except OSError as error:
        raise Mistake(f"{path} cannot be read: {error.strerror}") from error
    return parsed(content, path)


def parsed(content: bytes, path: Path) -> Document:
    """The contract that a file of this content is; raises Mistakes."""
    tree = yaml.tree(content, str(path))
    values = nodes.plain(tree.root)
    contract, wrong = _contract(values)
    unknown = [_asked(place) for place, value in nodes.scalars(tree.root) if value == UNKNOWN]
    judged = tree.spoilt | {slip.path for slip in unknown}
    fresh = (slip for slip in wrong if not _starts(slip.path, judged))
    findings = [_finding(tree.root, path, slip) for slip in (*unknown, *fresh)]
    if findings or tree.findings or contract is None:
        raise nodes.told([*tree.findings, *findings])
    return Document(path, contract, digest.of_value(values), tree.root)


def _contract(values: object) -> tuple[Contract | None, list[Slip]]:
    slips = consistency.slips(values)
    try:
        return Contract.model_validate(values), slips
    except ValidationError as error:
        return None, mistakes.slips(error, Contract) + slips


def _asked(path: wording.Path) -> Slip:
    clause, _ = clauses.at(Contract, path)
    hint = f"only a person knows this: {clause.meaning}" if clause else "only a person knows this"
    return Slip(path, f'{path_text(path)} is "{UNKNOWN}"', hint)


def _starts(path: wording.Path, judged: frozenset[wording.Path]) -> bool:
    return any(path[:length] in judged for length in range(len(path) + 1))


def _finding(root: nodes.Node, path: Path, slip: Slip) -> Finding:
    node, exact = nodes.node_at(root, slip.path)
    at_value = not slip.on_key if exact else not isinstance(node.value, dict)
    mark = node.mark if at_value else node.key
    return Finding(str(path), mark.line, mark.column, slip.what, slip.hint)
