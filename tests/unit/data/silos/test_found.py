from mainstay.data.silos.access import Access
from mainstay.data.silos.found import said

ACCESS = Access(secret="s3cret", token="t0ken")


def test_what_a_library_says_is_one_line_without_secrets() -> None:
    error = OSError("login s3cret with t0ken failed\nand more")

    assert said(error, ACCESS) == "login … with … failed"


def test_an_error_without_words_is_named() -> None:
    assert said(TimeoutError(), Access()) == "TimeoutError"


def test_the_signature_of_an_address_is_not_told_in_whichever_order() -> None:
    stated = Access(token="sv=2022&sig=k%2Fey%3D&sp=r")
    error = OSError("GET http://there/x?sig=k%2Fey%3D&sp=r&sv=2022 is refused")

    assert said(error, stated) == "GET http://there/x?sig=…&sp=r&sv=2022 is refused"
