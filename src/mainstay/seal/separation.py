"""How far apart author and approver really are: said plainly, never assumed."""

from enum import StrEnum
from pathlib import Path

from mainstay.seal import keys
from mainstay.seal.certificate import Certificate
from mainstay.seal.trust import Principal


class Separation(StrEnum):
    """What the signatures of a certificate prove about who decided."""

    SELF_SIGNED = "self-signed"
    DISTINCT_KEY = "distinct approver key"
    EXTERNAL_KEY = "external approver key"


def separation(
    certificate: Certificate, signers: tuple[Principal, ...], folder: Path
) -> Separation:
    """The separation in force, seen from a machine with this keys folder.

    A second key whose private half lies here too is two keys on one machine, not two people.
    """
    others = [one for one in signers if one.key not in certificate.authors]
    approver = next((one for one in others if one.name == certificate.approver), None)
    if approver is None:
        return Separation.SELF_SIGNED
    here = approver.name in keys.names(folder)
    return Separation.DISTINCT_KEY if here else Separation.EXTERNAL_KEY
