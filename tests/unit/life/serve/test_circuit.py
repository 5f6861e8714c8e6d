"""What a request sees of a circuit."""

from mainstay.life.serve.circuit import Circuit


def test_a_closed_circuit_says_nothing() -> None:
    circuit = Circuit()

    assert (circuit.open, circuit.flags) == ("", ())


def test_without_its_engine_the_model_is_not_asked() -> None:
    circuit = Circuit()
    circuit.of_engine("it is gone")
    opened = circuit.open, circuit.flags
    circuit.of_engine("")

    assert opened == ("it is gone", ("engine", "circuit"))
    assert (circuit.open, circuit.flags) == ("", ())


def test_breaches_mark_answers_and_silence_the_model_only_where_the_contract_says_so() -> None:
    marked, silenced = Circuit(), Circuit()
    marked.of_breaches("too many", falls_back=False)
    silenced.of_breaches("too many", falls_back=True)

    assert (marked.open, marked.flags) == ("", ("breaches",))
    assert (silenced.open, silenced.flags) == ("too many", ("breaches", "circuit"))


def test_one_reason_ends_and_the_other_stays() -> None:
    circuit = Circuit()
    circuit.of_engine("it is gone")
    circuit.of_breaches("too many", falls_back=True)
    circuit.of_engine("")

    assert (circuit.open, circuit.flags) == ("too many", ("breaches", "circuit"))
