"""What a page is made from, as the certified project keeps it."""

from pathlib import Path
from typing import NamedTuple

import healthy
import pytest
import small_project

from mainstay.control import papers, project, versions
from mainstay.control.health import Health
from mainstay.life.certify.details import Details
from mainstay.seal import certificate, dsse
from mainstay.seal.certificate import Certificate
from mainstay.seal.trust import Principal


class Paper(NamedTuple):
    """A certificate issued by its author; both people, of whom one has signed."""

    certificate: Certificate
    author: Principal
    approver: Principal
    details: Details


@pytest.fixture(scope="session")
def paper(born: Path) -> Paper:
    with pytest.MonkeyPatch.context() as patch, project.opened(born) as here:
        patch.setenv("MAINSTAY_KEYS", str(born / "keys"))
        version = versions.found(here)
        envelope = papers.envelope(here, version)
        author, approver = map(here.trust.named, (small_project.AUTHOR, small_project.APPROVER))
        assert author
        assert approver
        assert dsse.signers(envelope, here.trust) == (author,)
        details = papers.record(here, version).details
        return Paper(certificate.opened(envelope, here.trust), author, approver, details)


@pytest.fixture
def whole() -> Health:
    """The health of a model with every part filled."""
    return healthy.whole()
