"""One version as it answers here."""

from datetime import timedelta

from msgspec import json
from small_project import Serving, record

from mainstay.core import clock
from mainstay.life.serve.served import EXPIRED, Served
from mainstay.life.serve.watching import Watch


def followed(watch: Watch, serving: Serving, **changes: object) -> Served:
    serving.publish(1, serving.certified(**changes))
    watch.look()
    return watch.table.served[0]


def row(one: Served, **changes: object) -> object:
    return one.judged(json.encode({"records": [record(**changes)]}))[0].row


def test_the_entity_is_the_key_where_it_is_null(watch: Watch, serving: Serving) -> None:
    one = followed(watch, serving)

    assert one.entity(row(one, patient="p7")) == "p7"
    assert one.entity(row(one, patient=None)) == "v1"


def test_a_slice_with_too_few_rows_is_not_covered(watch: Watch, serving: Serving) -> None:
    one = followed(watch, serving, not_covered=("kind = scan", "kind = missing"))

    assert [one.covered(row(one, kind=kind)) for kind in ("new", "scan", None)] == [
        True, False, False,
    ]  # fmt: skip


def test_a_slice_the_door_cannot_see_covers_nobody(watch: Watch, serving: Serving) -> None:
    one = followed(watch, serving, not_covered=("weekday = 3",))

    assert not one.covered(row(one))


def test_the_baseline_answers_from_the_moment_of_expiry(watch: Watch, serving: Serving) -> None:
    end = clock.now() + timedelta(days=2)
    one = followed(watch, serving, not_after=end)
    judged = one.judged(json.encode({"records": [record()]}))[0]

    before, after = one.answer(judged, end - timedelta(seconds=1)), one.answer(judged, end)

    assert (before.decided_by, before.flags) == ("model", ())
    assert (after.decided_by, after.flags) == ("baseline", (EXPIRED,))


def test_a_runtime_in_use_is_closed_after_its_last_request(watch: Watch, serving: Serving) -> None:
    held = followed(watch, serving).held
    with held.used() as first:
        held.retire()
        with held.used() as second:
            assert (first, second) == (True, True)

    with held.used() as third:
        assert third is False
