"""Labels bet once each, and what a look leaves to the next."""

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np

from mainstay.core.columns import Text
from mainstay.life.watch import audits
from mainstay.life.watch.audits import ENOUGH, Audit, Audited, Labels
from mainstay.stats import audit
from mainstay.stats.audit import Terms, Wealth

SINCE = datetime(2024, 3, 1, tzinfo=UTC)


def labels(count: int, loss: float, seed: int = 0) -> Labels:
    """Of decisions right with 0.8, or less often; one an hour."""
    right = np.random.default_rng(seed).random(count) < 0.8 - loss
    return Labels(
        surprise=np.column_stack([(right - 0.8) / 0.4] * 2),
        day=np.zeros(count, dtype=int),
        rows=np.array([float(count)]),
        known=SINCE.timestamp() * 1e6 + np.arange(count) * 3.6e9,
        terms=Terms(np.full(2, 0.5), np.full(2, audit.TOLERANCE), np.zeros(2)),
    )


def test_labels_that_agree_verify_once_they_are_enough() -> None:
    few = audits.betted(Audit("accuracy"), labels(200, 0.0))
    enough = audits.betted(few, labels(200, 0.0, seed=1))

    assert not few.verified
    assert enough.verified
    assert enough.wealth.labels == 400


def test_labels_that_refute_say_when_and_as_many_that_agree_end_it() -> None:
    broken = audits.betted(Audit("accuracy"), labels(400, 0.2))
    still = audits.betted(broken, labels(100, 0.0))
    mended = audits.betted(still, labels(400, 0.0, seed=1))

    assert broken.refuted is not None
    assert SINCE < broken.refuted < SINCE + timedelta(hours=400)
    assert broken.wealth.labels < 400
    assert still.refuted == broken.refuted
    assert mended.refuted is None
    assert mended.verified


def test_labels_of_days_that_wander_are_not_enough_so_soon() -> None:
    still = labels(400, 0.0)
    wandering = still._replace(terms=still.terms._replace(share=np.full(2, 0.05)))

    found = audits.betted(Audit("accuracy"), wandering)

    assert found.wealth.worth < 20 < ENOUGH
    assert not found.verified


def test_what_is_kept_of_looks_is_of_one_version() -> None:
    names = np.arange(3, dtype="<i8")
    first = Audited("v1", (Audit("f1"),), names.tobytes())
    second = Audited("v1", (Audit("f1", Wealth(3)),), (names + 3).tobytes())
    other = Audited("v2", (Audit("f1", Wealth(9)),), (names + 6).tobytes())

    found = audits.before((first, other, second), "v1")
    new = audits.before((first,), "v3")

    assert found.of("f1").wealth.labels == 3
    assert audits.unknown(np.array([0, 5, 6]), found.names).tolist() == [False, False, True]
    assert new == Audited("v3", ())
    assert new.of("f1") == Audit("f1")
    assert msgspec.json.decode(msgspec.json.encode(found), type=Audited) == found


def test_decisions_are_named_the_same_in_every_look() -> None:
    one = {"key": Text(np.array([0, 1, 1, -1]), ("a", "b"))}
    other = {"key": Text(np.array([0, 2]), ("b", "c", "d"))}

    first, second = audits.names(one, "key"), audits.names(other, "key")

    assert first[1] == first[2] == second[0]
    assert len({*first.tolist(), *second.tolist()}) == 4
    assert audits.names({"key": np.array([7, 8])}, "key").tolist() == [7, 8]


def test_only_refuted_ones_are_named() -> None:
    found = Audited("v1", (Audit("f1"), Audit("accuracy", refuted=SINCE)))

    assert [one.metric for one in audits.refuted(found)] == ["accuracy"]
