"""One version as it answers here."""

import math
from datetime import timedelta

import pytest
from msgspec import json, structs
from small_project import Serving, record

from mainstay.bundle.manifest import Abstain
from mainstay.bundle.runtime import given as runtime_given
from mainstay.core import clock
from mainstay.core.nouns import Evidence
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


def judged_slices(serving: Serving, *names: str) -> tuple[Evidence, ...]:
    """The gates of v1, with gates of slices of these names."""
    gates = serving.certificate().gates
    like = next(gate for gate in gates if gate.clause == "slices, kind = new")
    return (*gates, *(structs.replace(like, clause=f"slices, {name}") for name in names))


def test_a_slice_by_what_features_makes_is_seen(watch: Watch, serving: Serving) -> None:
    weekdays = judged_slices(serving, *(f"weekday = {day}" for day in range(6)))
    one = followed(watch, serving, gates=weekdays, not_covered=("weekday = 6",))
    days = [row(one, at=f"2024-03-{day:02}T09:00:00Z") for day in range(1, 8)]

    assert [one.covered(day) for day in days] == [True, True, False, True, True, True, True]


def test_a_level_that_no_gate_judged_is_not_covered(watch: Watch, serving: Serving) -> None:
    one = followed(watch, serving)

    assert not one.covered(row(one, kind="surgery"))


def test_a_slice_the_door_cannot_see_covers_nobody(watch: Watch, serving: Serving) -> None:
    one = followed(watch, serving, not_covered=("moon = 3",))

    assert not one.covered(row(one))


def test_a_version_without_slices_is_covered_everywhere(watch: Watch, serving: Serving) -> None:
    gates = tuple(
        gate for gate in serving.certificate().gates if not gate.clause.startswith("slices")
    )
    one = followed(watch, serving, gates=gates, not_covered=())

    assert one.covered(row(one, kind=None))


@pytest.mark.parametrize(("uncovered", "by"), [("flag", "model"), ("fallback", "baseline")])
def test_what_is_not_covered_is_answered_as_the_contract_says(
    uncovered: str, by: str, watch: Watch, serving: Serving
) -> None:
    serving.publish(1, serving.with_a_worker(uncovered=uncovered))
    watch.look()
    one = watch.table.served[0]
    rows = [record(kind=kind) for kind in ("new", "scan")]
    at = clock.now()

    new, scan = (one.answer(each, at) for each in one.judged(json.encode({"records": rows})))

    assert (new.decided_by, new.covered) == ("model", True)
    assert (scan.decided_by, scan.covered, scan.flags) == (by, False, ())


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


BANDS = {to: Abstain(0.3, 0.5, to) for to in ("person", "baseline")}
WAITS = range(60)


@pytest.fixture(params=BANDS)
def abstaining(request: pytest.FixtureRequest, watch: Watch, serving: Serving) -> Served:
    """A version that decides nothing between 0.3 and 0.5."""
    serving.publish(1, serving.changed(2, abstain=BANDS[request.param]))
    watch.look()
    return watch.table.served[0]


def test_inside_the_band_somebody_else_decides(abstaining: Served) -> None:
    to, runtime = abstaining.held.runtime.abstain.to, abstaining.held.runtime
    body = json.encode({"records": [record(wait=wait, kind="odd") for wait in WAITS]})
    rows = abstaining.judged(body)

    said = [abstaining.answer(one, clock.now()) for one in rows]

    scores = runtime.scores(
        runtime.inputs([json.encode(record(wait=wait, kind="odd")) for wait in WAITS])
    )
    inside = [bool(0.3 <= score <= 0.5) for score in scores.tolist()]
    assert len(set(inside)) == 2
    assert [one.decided_by == to for one in said] == inside
    for one, score in zip(said, scores.tolist(), strict=True):
        if one.decided_by == "model":
            assert (one.score, one.flags) == (score, ("kind",))
        elif to == "person":
            assert (one.score, one.decision, one.flags) == (score, None, ("kind", "abstained"))
        else:
            rate = runtime._rate(runtime_given(rows[0]))
            decision = rate >= runtime.manifest.baseline_threshold
            assert (one.score, one.decision, one.flags) == (rate, decision, ("kind", "abstained"))


def test_many_abstain_as_each_alone(abstaining: Served) -> None:
    at = clock.now()
    for changes in ({}, {"kind": "odd"}):
        records = [record(wait=wait, **changes) for wait in WAITS]
        rows = abstaining.judged(json.encode({"records": records}))

        assert abstaining.answers(rows, at) == [abstaining.answer(one, at) for one in rows]


def test_the_ends_of_the_band_are_inside_it(watch: Watch, serving: Serving) -> None:
    one = followed(watch, serving)
    (asked,) = one.judged(json.encode({"records": [record()]}))
    score = one.answer(asked, clock.now()).score
    who = []
    for number, band in enumerate(((score, 1.0), (0.0, score), (math.nextafter(score, 1), 1.0)), 2):
        serving.publish(number, serving.changed(number, abstain=Abstain(*band, "person")))
        watch.look()
        who.append(watch.table.served[0].answer(asked, clock.now()).decided_by)

    assert who == ["person", "person", "model"]


def test_an_engine_that_is_dead_does_not_abstain(watch: Watch, serving: Serving) -> None:
    serving.publish(1, serving.changed(2, abstain=Abstain(0.0, 1.0, "person")))
    watch.look()
    one = watch.table.served[0]
    one.held.runtime.engine.close()

    (asked,) = one.judged(json.encode({"records": [record()]}))
    said = one.answer(asked, clock.now())

    assert (said.decided_by, said.flags) == ("baseline", ("engine",))


def test_a_person_decides_what_the_version_leaves_where_the_routing_says_so(
    watch: Watch, serving: Serving
) -> None:
    share = structs.replace(serving.certified(), share=0.0)
    serving.publish(1, share, person=True)
    watch.look()
    one = watch.table.served[0]._replace(resting=True, person=watch.table.routing.person)
    judged = one.judged(json.encode({"records": [record(), record(visit="other")]}))

    found = [one.answer(judged[0], clock.now()), *one.answers(judged, clock.now())]

    assert {(each.decision, each.decided_by, each.flags) for each in found} == {
        (None, "person", ("share",))
    }
