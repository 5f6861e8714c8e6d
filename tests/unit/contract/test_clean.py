"""What the clean clauses of a source may say."""

import pytest

WEATHER = "      take: [temp"
KNOWN = "precip, pressure, visib]}"


def clean(text: str) -> tuple[str, str]:
    return KNOWN, f"precip, pressure, visib], clean: {text}}}"


def test_steps_are_read_with_their_defaults(read) -> None:
    steps = "{pressure: {missing: [-999], convert: {between: [25, 33], times: 33.8639}}}"

    weather = read(clean(steps)).contract.data.context["weather"]

    found = weather.clean["pressure"]
    assert found.missing == (-999,)
    assert (found.convert.times, found.convert.plus, found.possible) == (33.8639, 0.0, None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{pressure: {}}", "says nothing"),
        ("{pressure: {missing: []}}", "is a list"),
        ("{pressure: {missing: [-999, -999]}}", "stands there already"),
        ("{pressure: {missing: [true]}}", "is true, but text or a number is wanted"),
        ("{pressure: {type: number, missing: ['-999']}}", "is read as number"),
        ("{pressure: {possible: [9, 0]}}", "write the lower end first"),
        ("{pressure: {type: boolean, possible: [0, 9]}}", "does not fit type boolean"),
        ("{pressure: {convert: {between: [25, null], times: 2}}}", "is open"),
        ("{pressure: {convert: {between: [25, 33], times: 1.2}}}", "these must lie apart"),
        (
            "{pressure: {missing: [900], convert: {between: [25, 33], times: 33.8639}}}",
            "a code for",
        ),
        ("{visib: {spelled: {a: b, b: c}}}", "is spelled otherwise itself"),
        ("{visib: {missing: [a], spelled: {a: b}}}", "is also a code for missing"),
        ("{visib: {missing: [b], spelled: {a: b}}}", "is also a code for missing"),
        ("{visib: {type: number, spelled: {a: b}}}", "stands beside type"),
        ("{visib: {spelled: {}}}", "names no text"),
        ("{seen_at: {missing: [x]}}", "is the as_of, which stays as it comes"),
        ("{pressure: {mising: [1]}}", "did you mean missing?"),
    ],
)  # fmt: skip
def test_what_would_not_hold_twice_or_says_nothing_is_a_mistake(told, text: str, says: str) -> None:
    found = told(clean(text))

    assert len(found) <= 2, found
    assert found[0].startswith("contract.yaml:")
    assert says in " ".join(found)
