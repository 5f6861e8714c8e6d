"""Keys that people hold in a browser: on record, and trusted by hand alone."""

from pathlib import Path

import pytest
import small_project
from conftest import acting
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mainstay.control import offering, project
from mainstay.control.commands import OfferKey, Trust
from mainstay.control.handle import handle
from mainstay.control.roles import Principal, Seat
from mainstay.core import settings
from mainstay.core.errors import Conflict, Missing, Mistake
from mainstay.seal import keys, trust

MADE = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key().public_bytes_raw()
KEY = keys.key_id(MADE)
NOVA = Principal("nova", (Seat("approver", "*"),))


@pytest.fixture
def offered(as_author: Path) -> Path:
    """Nova offered a key."""
    handle(as_author, OfferKey(MADE.hex()), by=NOVA)
    return as_author


def test_an_offered_key_counts_for_nothing_until_it_is_trusted(offered: Path) -> None:
    assert trust.read(settings.keys_folder()).holder(KEY) is None
    with project.opened(offered) as opened:
        assert [one.trusted for one in offering.of(opened, "nova")] == [""]

    handle(offered, Trust("nova", "approver", KEY[:16]))

    held = trust.read(settings.keys_folder()).named("nova")
    assert held
    assert (held.key, held.roles) == (KEY, ("approver",))
    with project.opened(offered) as opened:
        assert [one.trusted for one in offering.of(opened, "nova")] == ["approver"]


@pytest.mark.parametrize(
    ("name", "key", "error"),
    [("nova", KEY[:15], Mistake), ("nova", "0" * 16, Missing), ("vera", KEY, Missing)],
)
def test_only_a_key_that_was_read_out_is_trusted(
    offered: Path, name: str, key: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        handle(offered, Trust(name, "approver", key))

    assert trust.read(settings.keys_folder()).holder(KEY) is None


@pytest.mark.parametrize("public", ["", "zz", "00" * 31, "00" * 33])
def test_what_is_no_key_is_refused(as_author: Path, public: str) -> None:
    with pytest.raises(Mistake):
        handle(as_author, OfferKey(public), by=NOVA)


def test_the_key_of_somebody_else_is_refused(as_author: Path) -> None:
    with acting(as_author, small_project.APPROVER):
        theirs = keys.load(settings.keys_folder(), small_project.APPROVER).public

        with pytest.raises(Conflict, match="is that of lead"):
            handle(as_author, OfferKey(theirs.hex()), by=NOVA)


def test_the_same_key_twice_is_on_record_once(offered: Path) -> None:
    handle(offered, OfferKey(MADE.hex()), by=NOVA)

    with project.opened(offered) as opened:
        assert len(offering.of(opened, "nova")) == 1
