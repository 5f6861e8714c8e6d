"""What people should know of sources and their columns."""

from mainstay.contract import diff

KNOWN = ("entity: tailnum}", "entity: tailnum, columns: {tailnum: {personal: true}}}")


def test_the_dictionary_is_of_the_sources_and_asks_nothing_of_a_request(read) -> None:
    contract = read(KNOWN).contract

    assert contract.data.decisions.columns["tailnum"].personal is True
    assert "tailnum" not in contract.data.fields


def test_a_change_of_it_re_opens_nothing(read) -> None:
    (change,) = diff.changes(read().contract, read(KNOWN).contract)

    assert (change.path, change.opens) == ("data.decisions.columns.tailnum", "nothing")


def test_a_classification_is_one_of_four(told) -> None:
    found = told(("entity: tailnum}", "entity: tailnum, about: {classification: secret}}"))

    assert "data.decisions.about.classification" in found[0]
