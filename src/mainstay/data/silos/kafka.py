"""A topic of a broker that speaks the protocol of Kafka; a message is a row, as a JSON object.

Offsets are kept beside the rows here (see `landed`), never at the broker. Of transactions only what
was committed is read.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from mainstay.core import clock, nearest
from mainstay.core.errors import Broken, MissingExtra, Mistake, Unavailable
from mainstay.data.silos import landed
from mainstay.data.silos.access import Access, access, refuse_clear, secured
from mainstay.data.silos.found import Files, Place, said
from mainstay.data.silos.landed import Offsets, Pulled

MOST = 20_000
"""Messages of a micro-batch."""
_SECONDS = 15  # for a broker to answer
_LOOK = 0.1  # seconds that the library waits for as many messages as were asked for
_TRIES = (0.25, 0.5, 1, 2, 4, 8)  # seconds; between them is heard why a broker lets nobody in
_DENIALS = {
    "_AUTHENTICATION": ("lets nobody in who comes so", "user, secret and mechanism"),
    "_SSL": ("is not to be spoken to under TLS", "ca, certificate, key and tls"),
}
"""By the library's name of an error: what it means, and what of sources.toml to look at."""
_PLAIN = "PLAIN"
_MECHANISMS = (_PLAIN, "SCRAM-SHA-256", "SCRAM-SHA-512")
_FORM = "kafka://HOST:PORT/TOPIC"


def found(address: str, place: Place) -> Files:
    """`kafka://HOST:PORT/TOPIC`. Raises Mistake for no such topic or a message that is no row,

    Broken where the broker forgot what was never read, Unavailable, MissingExtra.
    """
    parts = urlsplit(address)
    topic = parts.path.strip("/")
    if not parts.netloc or not topic:
        raise Mistake(f"{address} names no broker and topic", f"write {_FORM}")
    return landed.found(address, place, lambda begin: _pulled(address, topic, begin))


def _pulled(address: str, topic: str, begin: Offsets) -> Iterator[Pulled]:
    kafka = _library()
    stated = access(address)
    errors: list[Any] = []
    how = {**_configured(urlsplit(address).netloc, stated), "error_cb": errors.append}
    secured(stated)  # says which file is none
    try:
        consumer = kafka.Consumer(how)
    except kafka.KafkaException as error:
        raise Mistake(f"{address}: {said(error, stated)}", "check sources.toml") from None
    try:
        _met(consumer, address, stated, errors)
        parts = _partitions(consumer, topic, address)
        at = {part: _begun(consumer, topic, part, begin) for part in parts}
        consumer.assign([kafka.TopicPartition(topic, part, first) for part, first in at.items()])
        yield from _batches(consumer, at, address)
    except kafka.KafkaException as error:
        raise Unavailable(f"{address} does not answer: {said(error, stated)}") from None
    finally:
        consumer.close()


def _met(consumer: Any, address: str, stated: Access, errors: list[Any]) -> None:
    """Once a broker answers. Raises Mistake where it will not, however often it is asked."""
    for place, seconds in enumerate(_TRIES):
        try:
            consumer.list_topics(timeout=min(seconds, _SECONDS))
        except _library().KafkaException:
            consumer.poll(0)  # hands over what was heard
            _refuse_denied(address, stated, errors)
            if place == len(_TRIES) - 1 or sum(_TRIES[: place + 1]) >= _SECONDS:
                raise
        else:
            return


def _refuse_denied(address: str, stated: Access, errors: list[Any]) -> None:
    for one in errors:
        if one.name() in _DENIALS:
            means, clauses = _DENIALS[one.name()]
            text = said(Exception(one.str().partition(" (after ")[0]), stated)
            hint = f"look at {clauses} in sources.toml: docs/reference/sources.md"
            raise Mistake(f"{address} {means}: {text}", hint)


def _batches(consumer: Any, at: dict[int, int], address: str) -> Iterator[Pulled]:
    """Until every partition has said that it ends."""
    kafka, open_parts = _library(), set(at)
    rows: list[bytes] = []
    heard = clock.stopwatch()
    while open_parts:
        messages = consumer.consume(MOST - len(rows), timeout=_LOOK)
        if messages:
            heard = clock.stopwatch()
        elif clock.stopwatch() - heard > _SECONDS:
            raise Unavailable(f"{address} does not answer within {_SECONDS} s")
        for one in messages:
            if one.error():
                _refuse(one, kafka)
                open_parts.discard(one.partition())
                continue
            rows += _row(one, address)
            at[one.partition()] = one.offset() + 1
        if len(rows) >= MOST or (not open_parts and rows):
            yield Pulled(tuple(rows), {str(part): offset for part, offset in at.items()})
            rows = []


def _refuse(message: Any, kafka: Any) -> None:
    """The end of a partition is told as an error, too."""
    if message.error().code() != kafka.KafkaError._PARTITION_EOF:  # noqa: SLF001 - its public name
        raise kafka.KafkaException(message.error())


def _row(message: Any, address: str) -> list[bytes]:
    """A message without a value marks a key as gone: no row."""
    if message.value() is None:
        return []
    try:
        row = json.loads(message.value())
    except ValueError:
        row = None
    if not isinstance(row, dict):
        place = f"partition {message.partition()}, offset {message.offset()}"
        raise Mistake(f"{address}: {place} holds no JSON object", "a message is one row")
    return [json.dumps(row, ensure_ascii=False).encode()]


def _partitions(consumer: Any, topic: str, address: str) -> list[int]:
    told = consumer.list_topics(topic, timeout=_SECONDS).topics.get(topic)
    if told is None or told.error or not told.partitions:
        known = sorted(consumer.list_topics(timeout=_SECONDS).topics)
        raise Mistake(f"{address}: there is no topic {topic}", f"known: {', '.join(known[:20])}")
    return sorted(told.partitions)


def _begun(consumer: Any, topic: str, part: int, begin: Offsets) -> int:
    """Where a partition goes on. Raises Broken where the broker no longer has what comes next."""
    kafka = _library()
    first, end = consumer.get_watermark_offsets(kafka.TopicPartition(topic, part), timeout=_SECONDS)
    after = begin.get(str(part))
    if after is None:
        return int(first)
    if not first <= int(after) <= end:
        raise Broken(
            f"{topic}: partition {part} holds {first} to {end}, and {after} comes next here",
            hint="rows are lost, or it is another topic; move the folder in .mainstay/streams away",
        )
    return int(after)


def _configured(brokers: str, stated: Access) -> dict[str, Any]:
    """As the library names it. Raises Mistake for a mechanism that nobody knows, Refused where a

    password would go in clear.
    """
    return {
        "bootstrap.servers": brokers,
        "group.id": "mainstay",  # never joined: partitions are assigned here
        "enable.auto.commit": False,
        "enable.partition.eof": True,
        "isolation.level": "read_committed",
        "auto.offset.reset": "error",
        "log_level": 0,
        **_speaking(brokers, stated),
    }


def _speaking(brokers: str, stated: Access) -> dict[str, str]:
    """Under TLS where anything is said of it, or of who asks, unless the operator says otherwise.

    SCRAM proves that a password is known and does not send it.
    """
    said = bool(stated.user or stated.ca or stated.certificate)
    secure = said if stated.tls is None else stated.tls
    mechanism = stated.mechanism or _PLAIN
    if mechanism not in _MECHANISMS:
        hint = nearest.hint(mechanism, _MECHANISMS)
        raise Mistake(f"of {stated.at}: mechanism is {mechanism}", hint)
    if mechanism == _PLAIN and stated.user and not secure:
        for broker in brokers.split(","):
            refuse_clear(f"kafka://{broker}", stated, "leave tls = false out of sources.toml")
    kind = ("SASL_" if stated.user else "") + ("SSL" if secure else "PLAINTEXT")
    files = {"ca": stated.ca, "certificate": stated.certificate, "key": stated.key}
    login = {
        "sasl.mechanisms": mechanism,
        "sasl.username": stated.user,
        "sasl.password": stated.hidden,
    }
    return {
        "security.protocol": kind,
        **(login if stated.user else {}),
        **{f"ssl.{name}.location": file for name, file in files.items() if file and secure},
    }


def _library() -> Any:
    try:
        import confluent_kafka  # noqa: PLC0415 - an optional reader
    except ImportError as error:
        raise MissingExtra("kafka") from error
    return confluent_kafka
