from mainstay.data.silos.access import Access
from mainstay.data.silos.found import said

ACCESS = Access(secret="s3cret", token="t0ken")


def test_what_a_library_says_is_one_line_without_secrets() -> None:
    error = OSError("login s3cret with t0ken failed\nand more")

    assert said(error, ACCESS) == "login … with … failed"


def test_an_error_without_words_is_named() -> None:
    assert said(TimeoutError(), Access()) == "TimeoutError"
