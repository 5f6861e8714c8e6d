"""What is kept of how models age, and what it says of one of them."""

from msgspec import convert, json
from planted_foresight import foresight

from mainstay.life.assess.foresight import Foresight, outlook


def test_what_is_kept_says_the_same_when_it_is_read_again():
    made = foresight()
    again = json.decode(json.encode(made), type=Foresight)

    assert outlook(again, {}, 0) == outlook(made, {}, 0)


def test_what_was_kept_before_scales_had_a_best_end_is_read():
    kept = json.decode(json.encode(foresight()))
    del kept["best"]
    losses = {**kept, "measure": "error saved", "constant": 4.0, "task": "regression"}

    assert convert(kept, Foresight) == foresight()
    assert convert(losses, Foresight).scale.value(0.25) == 3.0


def test_a_model_that_scores_less_breaks_its_promise_sooner():
    better, worse = (outlook(foresight(), {1: score}, 1) for score in (0.79, 0.72))

    assert worse.path[3][1] < better.path[3][1]
    assert worse.breach.value < better.breach.value


def test_what_held_so_long_breaks_later_and_no_age_is_beyond_those_seen():
    one = foresight()
    held = [outlook(one, {}, over).breach for over in (0, 3)]

    assert held[0].low >= 1
    assert held[1].low > 3
    assert all(each.high <= one.seen + 1 for each in held)
    assert outlook(one, {}, one.seen).breach is None
