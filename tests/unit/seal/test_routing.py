"""The signed table of who answers which share."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs

from mainstay.core.errors import Mistake, Refused
from mainstay.seal import dsse, keys, routing, trust
from mainstay.seal.routing import Routing, Share

DIGEST = "0" * 64
CHAMPION = Share("v1", DIGEST, DIGEST, 1.0)
TABLE = Routing("flight-delay", 1, "production", datetime(2013, 4, 2, tzinfo=UTC), (CHAMPION,))


def test_what_was_signed_is_read_back(people: Path, tmp_path: Path) -> None:
    envelope = routing.signed(TABLE, keys.load(people, "alice"))
    (tmp_path / routing.FILE).write_bytes(dsse.encoded(envelope))

    assert routing.read(tmp_path / routing.FILE, trust.read(people)) == TABLE


def test_two_shares_come_to_one() -> None:
    half = structs.replace(CHAMPION, share=0.5)

    with pytest.raises(ValueError, match=r"come to 0\.9"):
        structs.replace(TABLE, shares=(half, Share("v2", DIGEST, DIGEST, 0.4)))


def test_a_share_alone_leaves_the_rest_to_its_baseline() -> None:
    alone = structs.replace(CHAMPION, share=0.1)

    assert structs.replace(TABLE, shares=(alone,)).shares == (alone,)


def test_a_version_has_one_share() -> None:
    half = structs.replace(CHAMPION, share=0.5)

    with pytest.raises(ValueError, match="two shares"):
        structs.replace(TABLE, shares=(half, half))


@pytest.mark.parametrize("changes", [{"sequence": 0}, {"model": ""}, {"shares": ()}])
def test_a_table_that_could_not_be_read_back_is_not_signed(
    people: Path, changes: dict[str, object]
) -> None:
    with pytest.raises((Mistake, ValueError)):
        routing.signed(structs.replace(TABLE, **changes), keys.load(people, "alice"))


def test_another_payload_is_no_routing(people: Path) -> None:
    key = keys.load(people, "alice")

    with pytest.raises(Refused, match="no routing"):
        routing.opened(dsse.signed(b"{}", key, routing.ROUTING), trust.read(people))
    with pytest.raises(Refused, match="in-toto"):
        routing.opened(dsse.signed(b"{}", key), trust.read(people))


def test_a_stranger_signs_no_routing(people: Path, tmp_path: Path) -> None:
    stranger = keys.new(tmp_path, "mallory")

    with pytest.raises(Refused, match="does not hold"):
        routing.opened(routing.signed(TABLE, stranger), trust.read(people))


def test_somebody_without_a_role_signs_no_routing(people: Path) -> None:
    key = keys.load(people, "alice")
    known = trust.read(people)
    powerless = trust.Trust(tuple(structs.replace(one, roles=()) for one in known.principals))

    with pytest.raises(Refused, match="no role"):
        routing.opened(routing.signed(TABLE, key), powerless)
