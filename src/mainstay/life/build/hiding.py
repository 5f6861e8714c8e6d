"""What the journal of a door does not hold as it came, and why not more."""

from mainstay.contract.model import Contract
from mainstay.core import pseudonyms
from mainstay.core.errors import Mistake
from mainstay.core.expressions import columns
from mainstay.core.pseudonyms import Act
from mainstay.core.rules import FieldRule
from mainstay.trainer.training import Meaning


def hidden(contract: Contract, meaning: Meaning) -> dict[str, Act]:
    """Columns that the journal does not hold as they came.

    Raises Mistake for one that something else needs as it is: features, rules, baseline, slices.
    """
    stated = contract.serve.journal
    acts: dict[str, Act] = {
        **dict.fromkeys(stated.pseudonymise, "pseudonymise"), **dict.fromkeys(stated.drop, "drop"),
    }  # fmt: skip
    needed = _needed(contract, meaning)
    for name, act in acts.items():
        if name in needed:
            raise Mistake(
                f"serve.journal hides {name}, which {needed[name]} needs: it could not be watched",
                hint="hide what only says who it is: the key, the entity",
            )
        kind = next((one.type for one in meaning.request if one.name == name), "")
        if act == "pseudonymise" and kind and kind not in pseudonyms.TYPES:
            raise Mistake(
                f"serve.journal pseudonymises {name}, which is {kind}: only text and whole numbers "
                "can be",
                hint="drop it",
            )
    return acts


def _needed(contract: Contract, meaning: Meaning) -> dict[str, str]:
    """Who reads a column as it is, by the column."""
    slices, baseline = contract.certify.slices, contract.objective.baseline
    needed = dict.fromkeys(slices.by if slices else (), "certify.slices")
    needed |= dict.fromkeys((*(baseline.rate_by or ()), baseline.column or ""), "the baseline")
    for rule in meaning.rules:
        named = (rule.name,) if isinstance(rule, FieldRule) else columns(rule.condition)
        needed |= dict.fromkeys(named, "a rule")
    for output in meaning.outputs:
        needed |= dict.fromkeys(columns(output.expression), "features()")
    return needed
