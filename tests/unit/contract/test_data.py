from datetime import timedelta

import pytest


@pytest.mark.parametrize(
    ("engine", "said"),
    [
        ("mysql://db/shop", 'is "mysql://db/shop", which is no engine'),
        ("postgres", 'is "postgres", which is no engine'),
        ("postgres://me:s3cret@db/shop", "holds a secret"),
        ('"sc://host/;token=s3cret"', "holds a secret"),
    ],
)
def test_an_engine_is_one_that_is_known_and_holds_no_secret(told, engine, said):
    found = told(("data:\n", f"data:\n  engine: {engine}\n"))

    assert f" data.engine {said}" in found[0]
    assert "s3cret" not in "".join(found)


def test_duckdb_computes_unless_another_engine_is_stated(read):
    assert read().contract.data.engine == "duckdb"
    named = read(("data:\n", "data:\n  engine: postgresql://me@db/shop\n"))
    assert named.contract.data.engine == "postgresql://me@db/shop"


def test_a_label_is_waited_for_a_month_unless_stated(read):
    label = read((", never_after: 3d", "")).contract.data.label

    assert label.never_after == timedelta(days=30)


def test_a_label_known_later_than_the_stated_default_asks_for_never_after(told):
    assert told(("known_after: 12h, never_after: 3d", "known_after: 60d")) == [
        "contract.yaml:18:3: data.label.never_after is 30d, before known_after, 60d",
        "hint: write 60d or longer",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("never_after: 3d", "never_after: 3h", "label.never_after is 3h, before known_after, 12h"),
        ("expect: dewp <= temp", "expect: dewp =< temp", 'rules[0].expect says "dewp =< temp"'),
        ("dewp <= temp, on_breach: flag", "dewp <= temp, on_breach: impute",
         'rules[0].on_breach is "impute"'),
        ("expect: dewp <= temp", "expect: 3", "rules[0].expect is 3, but text is wanted"),
    ],
)  # fmt: skip
def test_what_no_row_can_keep_is_a_mistake(told, old, new, said):
    found = told((old, new))

    assert f" data.{said}" in found[0]
    assert [line[:5] for line in found[1:]] in ([], ["hint:"])
