"""Against Tansu, a broker that speaks the protocol of Kafka and is another make."""

import json
import ssl
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

import doorman
import pytest
import self_signed
import stores
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
from servers import free_port

from mainstay.core.errors import Broken, Mistake, Refused, Unavailable
from mainstay.data.silos import kafka, landed
from mainstay.data.silos.access import Access
from mainstay.data.source import Reader

Rows = Callable[..., list[dict[str, object]]]
NAMES = count()


class Topic:
    """A topic of two partitions. how: else in which a client of the broker speaks to it."""

    def __init__(self, broker: str, **how: str) -> None:
        self.broker, self.name = broker, f"visits-{next(NAMES)}"
        self.how = {"bootstrap.servers": broker, **how}
        admin = AdminClient(self.how)
        admin.create_topics([NewTopic(self.name, 2, 1)])[self.name].result(30)

    @property
    def address(self) -> str:
        return f"kafka://{self.broker}/{self.name}"

    def put(self, *values: object) -> None:
        producer = Producer({**self.how, "batch.num.messages": 1})
        for at, value in enumerate(values):
            body = value if isinstance(value, bytes | None) else json.dumps(value).encode()
            producer.produce(self.name, body, f"k{at}", partition=at % 2)
        assert producer.flush(30) == 0


@pytest.fixture
def topic(broker: str) -> Topic:
    return Topic(broker)


def folder(reader: Reader) -> Path:
    (found,) = (reader.staged.parent / "streams").iterdir()
    return found


def test_messages_are_rows_and_later_only_new_ones_are_read(
    topic: Topic, rows: Rows, reader: Reader
) -> None:
    topic.put(*({"id": number} for number in range(7)))
    before = rows(topic.address)
    batches = len(landed.landed(folder(reader)))
    topic.put({"id": 7}, {"id": 8})

    begin = time.monotonic()
    now = rows(topic.address)

    assert time.monotonic() - begin < kafka._SECONDS
    assert [one["id"] for one in before] == list(range(7))
    assert [one["id"] for one in now] == list(range(9))
    assert len(landed.landed(folder(reader))) == batches + 1
    assert landed.offsets(folder(reader)) == {"0": 5, "1": 4}


def test_many_messages_are_many_micro_batches(
    topic: Topic, rows: Rows, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "MOST", 10)
    topic.put(*({"id": number} for number in range(45)))

    assert [one["id"] for one in rows(topic.address)] == list(range(45))
    assert len(landed.landed(folder(reader))) == 5


def test_a_message_without_a_value_is_no_row(topic: Topic, rows: Rows) -> None:
    topic.put({"id": 1}, None, {"id": 2})

    assert rows(topic.address) == [{"id": 1}, {"id": 2}]


def test_a_message_that_is_no_row_is_told_with_its_place(topic: Topic, rows: Rows) -> None:
    topic.put({"id": 1}, b"not JSON")

    with pytest.raises(Mistake, match="partition 1, offset 0 holds no JSON object"):
        rows(topic.address)


def test_a_topic_that_began_again_is_not_read_as_if_it_went_on(
    topic: Topic, rows: Rows, reader: Reader
) -> None:
    topic.put({"id": 1})
    rows(topic.address)
    (batch,) = landed.landed(folder(reader))
    (batch / "offsets.json").write_text('{"0": 100, "1": 0}')

    with pytest.raises(Broken, match="partition 0 holds 0 to 1, and 100 comes next"):
        rows(topic.address)


def test_a_topic_that_is_not_there_names_those_there_are(
    topic: Topic, broker: str, rows: Rows
) -> None:
    with pytest.raises(Mistake, match="there is no topic nowhere") as said:
        rows(f"kafka://{broker}/nowhere")

    assert topic.name in said.value.hint


def test_a_broker_that_is_away_is_unavailable(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka, "_SECONDS", 1)

    with pytest.raises(Unavailable, match="does not answer"):
        rows("kafka://127.0.0.1:1/visits")


def test_an_address_without_a_topic_is_a_mistake(rows: Rows) -> None:
    with pytest.raises(Mistake, match="names no broker and topic"):
        rows("kafka://127.0.0.1:1")


def test_a_password_goes_under_tls_or_is_only_proven() -> None:
    far, scram = "a.example.org:9093,localhost:1", Access(user="reader", mechanism="SCRAM-SHA-512")
    in_clear = Access(user="reader", secret="x", tls=False)

    assert kafka._speaking(far, Access()) == {"security.protocol": "PLAINTEXT"}
    assert kafka._speaking(far, Access(user="reader"))["security.protocol"] == "SASL_SSL"
    assert kafka._speaking("localhost:1", in_clear)["sasl.mechanisms"] == "PLAIN"
    assert kafka._speaking(far, scram)["sasl.mechanisms"] == "SCRAM-SHA-512"
    with pytest.raises(Refused, match=r"in clear to kafka://a\.example\.org"):
        kafka._speaking(far, in_clear)
    with pytest.raises(Mistake, match="mechanism is SCRAM") as said:
        kafka._speaking(far, Access(user="reader", mechanism="SCRAM"))
    assert "SCRAM-SHA-256" in said.value.hint


def test_files_of_certificates_are_handed_on(
    tmp_path: Path, credentials: Callable[[str], None], rows: Rows
) -> None:
    ca = tmp_path / "none.pem"
    certified = kafka._speaking("a:1", Access(ca="ca", certificate="own", key="key"))
    assert certified["security.protocol"] == "SSL"
    assert certified["ssl.certificate.location"] == "own"
    credentials(f'[sources.visits]\nat = "kafka://a.example.org:9093"\nca = "{ca}"\n')

    with pytest.raises(Mistake, match=r"none\.pem"):
        rows("kafka://a.example.org:9093/visits")


class Guarded(NamedTuple):
    """A topic whose broker lets only `reader` in, and what sources.toml says of it."""

    topic: Topic
    stated: str
    ca: Path


@pytest.fixture(params=["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def guarded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Guarded]:
    ca, key = self_signed.made(tmp_path)
    tls, mechanism, port = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), request.param, free_port()
    tls.load_cert_chain(ca, key)
    with stores.kafka(port) as broker:
        at = int(broker.partition(":")[2])
        with doorman.standing(doorman.House("reader", stores.SECRET, mechanism, at, tls), port):
            how = {
                "security.protocol": "SASL_SSL", "sasl.mechanisms": mechanism,
                "sasl.username": "reader", "sasl.password": stores.SECRET,
                "ssl.ca.location": str(ca),
            }  # fmt: skip
            topic = Topic(f"localhost:{port}", **how)
            topic.put({"id": 1}, {"id": 2})
            who = f'user = "reader"\nsecret = "{stores.SECRET}"\nmechanism = "{mechanism}"\n'
            at_broker = f'[sources.visits]\nat = "kafka://localhost:{port}"\n'
            yield Guarded(topic, f'{at_broker}{who}ca = "{ca}"\n', ca)


def test_a_broker_under_tls_lets_in_who_knows_the_password_and_nobody_else(
    guarded: Guarded, credentials: Callable[[str], None], rows: Rows, tmp_path: Path
) -> None:
    credentials(guarded.stated)
    assert rows(guarded.topic.address) == [{"id": 1}, {"id": 2}]
    wrong = guarded.stated.replace(stores.SECRET, f"wr0ng-{stores.SECRET}")
    for changed, told, clause in (
        (wrong, "lets nobody in who comes so: .*who is that", "user, secret and mechanism"),
        (guarded.stated.replace(str(guarded.ca), str(_other(tmp_path))),
         "is not to be spoken to under TLS: .*certificate verify failed", "ca, certificate, key"),
    ):  # fmt: skip
        credentials(changed)
        begin = time.monotonic()

        with pytest.raises(Mistake, match=told) as said:
            rows(guarded.topic.address)

        assert time.monotonic() - begin < kafka._SECONDS
        assert clause in said.value.hint
        assert "\n" not in str(said.value)
        assert stores.SECRET not in f"{said.value}{said.value.hint}"


def test_a_broker_that_takes_another_mechanism_says_so(
    guarded: Guarded, credentials: Callable[[str], None], rows: Rows
) -> None:
    other = "SCRAM-SHA-256" if "512" in guarded.stated else "SCRAM-SHA-512"
    mechanism = guarded.topic.how["sasl.mechanisms"]
    credentials(guarded.stated.replace(f'"{mechanism}"', f'"{other}"'))

    with pytest.raises(Mistake, match=f"lets nobody in who comes so: .*{mechanism}"):
        rows(guarded.topic.address)


def _other(folder: Path) -> Path:
    (folder / "other").mkdir()
    return self_signed.made(folder / "other")[0]
