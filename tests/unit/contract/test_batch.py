"""When batches are scored, as a contract says it."""

import pytest


def stated(text):
    return ("watch: {", f"score: {text}\nwatch: {{")


def test_a_rhythm_is_five_fields_of_cron(read):
    said = '{every: "30 6 * * 1-5", partition: hour, out: answers}'

    score = read(stated(said)).contract.score

    assert score.model_dump() == {
        "every": "30 6 * * 1-5", "partition": "hour", "out": "answers"
    }  # fmt: skip


@pytest.mark.parametrize("words", ["often", "0 0 2 * * *", "0 25 * * *", "0 0 31 2 *"])
def test_what_is_no_rhythm_or_never_comes_is_a_mistake_where_it_stands(told, words):
    found = told(stated(f'{{every: "{words}"}}'))

    assert f'contract.yaml:31:16: score.every is "{words}", which is no rhythm' in found
    assert "hint: minute hour day month weekday, as in '30 6 * * 1-5'" in found


def test_a_partition_is_one_of_five(told):
    assert any("score.partition" in one for one in told(stated("{partition: week}")))
