"""Tensors of the Open Inference Protocol: columns of a request out of them, values into them.

An element is what its datatype says, however it travels: FP32 0.1 is the nearest FP32 in JSON too.
NaN and null are missing. A tensor that contradicts itself is a Mistake; whether its values are what
the contract wants, the guard says.
"""

import math
import struct
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from mainstay.core import nearest, typed
from mainstay.core.errors import Mistake
from mainstay.life.serve.shapes import NULL, TEXT, cells, number

Kind = np.dtype[Any]
BOOL, BYTES, FP16, FP64, INT64 = "BOOL", "BYTES", "FP16", "FP64", "INT64"
_FLOATS: dict[str, Kind] = {FP16: np.dtype("<f2"), "FP32": np.dtype("<f4"), FP64: np.dtype("<f8")}
_WHOLE: dict[str, Kind] = {
    f"{'U' * unsigned}INT{bits}": np.dtype(f"<{'u' if unsigned else 'i'}{bits // 8}")
    for bits in (8, 16, 32, 64)
    for unsigned in (False, True)
}
_FIXED: dict[str, Kind] = {BOOL: np.dtype("u1"), **_WHOLE, **_FLOATS}
DATATYPES = (*_FIXED, BYTES)
_CODES = {
    BOOL: "B", "INT8": "b", "INT16": "h", "INT32": "i", "INT64": "q",
    "UINT8": "B", "UINT16": "H", "UINT32": "I", "UINT64": "Q",
    FP16: "e", "FP32": "f", FP64: "d",
}  # fmt: skip
"""Of struct, whose standard sizes they have."""
_FITS = {
    BYTES: (typed.TEXT, typed.TIME, typed.DATE),
    BOOL: (typed.FLAG,),
    **dict.fromkeys(_WHOLE, (typed.INTEGER, typed.NUMBER)),
    **dict.fromkeys(_FLOATS, (typed.NUMBER,)),
}
"""Types of columns whose values a datatype says as JSON would."""
_INFINITE = float("inf")
_LENGTH = struct.Struct("<I")
_SHOWN = 40  # characters of a caller's own text that an answer repeats


class Tensor(NamedTuple):
    """What a tensor says of itself, checked: its name, its datatype, how many elements it has."""

    name: str
    datatype: str
    rows: int


class Given(NamedTuple):
    """A tensor with its data. values: floats, integers, flags or texts, as its datatype says.

    texts: the cells instead, where the data came as JSON.
    """

    tensor: Tensor
    values: Sequence[Any] = ()
    texts: list[bytes] | None = None

    def cells(self) -> list[bytes]:
        """The JSON text of each element."""
        if self.texts is not None:
            return self.texts
        datatype = self.tensor.datatype
        if datatype in _FLOATS:
            return [number(value) for value in self.values]
        return list(map(TEXT, self.values))

    def column(self, kind: str) -> Sequence[Any] | None:
        """The values of a column of such a type, missing ones None, as their cells say them.

        None where a caller had better be told what is wrong, by the cells.
        """
        datatype, values = self.tensor.datatype, self.values
        if self.texts is not None or kind not in _FITS[datatype]:
            return None
        if datatype in _FLOATS:
            return _numbers(values)
        if datatype == "UINT64" and max(values, default=0) > _bounds("INT64")[1]:
            return None
        return list(map(float, values)) if kind == typed.NUMBER else values


def stated(name: str, datatype: str, shape: Sequence[int]) -> Tensor:
    """A tensor of a known datatype whose shape is (rows,) or (rows, 1). Raises Mistake."""
    shown = name[:_SHOWN]
    if datatype not in DATATYPES:
        asked = datatype[:_SHOWN]
        raise Mistake(f"{shown}: {asked} is no datatype", hint=nearest.hint(asked, DATATYPES))
    if not (len(shape) in (1, 2) and shape[0] >= 0 and list(shape[1:]) in ([], [1])):
        raise Mistake(f"{shown}: its shape is {list(shape)[:9]}, not [rows] or [rows, 1]")
    return Tensor(name, datatype, shape[0])


def of_json(tensor: Tensor, data: msgspec.Raw) -> Given:
    """A tensor whose data stand in JSON, flat or nested. Raises Mistake."""
    if tensor.datatype == FP16:
        raise Mistake(
            f"{tensor.name[:_SHOWN]}: FP16 has no form in JSON; send it as binary data, or as FP32"
        )
    read = _reader(tensor.datatype)
    found = cells(data, tensor.name)
    _refuse_count(tensor, len(found))
    for at, cell in enumerate(found):
        if cell != NULL:
            try:
                found[at] = read(cell)
            except (ValueError, OverflowError) as error:
                shown = cell[:_SHOWN].decode(errors="replace")
                what = f"element {at} is {shown}, which is no {tensor.datatype}"
                raise Mistake(f"{tensor.name[:_SHOWN]}: {what}") from error
    return Given(tensor, texts=found)


def of_bytes(tensor: Tensor, content: bytes | memoryview) -> Given:
    """A tensor whose data are little-endian, without padding. Raises Mistake."""
    if tensor.datatype == BYTES:
        return of_texts(tensor, _pieces(tensor, bytes(content)))
    code = _CODES[tensor.datatype]
    if len(content) != tensor.rows * _FIXED[tensor.datatype].itemsize:
        what = f"{len(content)} bytes are no {tensor.rows} of {tensor.datatype}"
        raise Mistake(f"{tensor.name[:_SHOWN]}: {what}")
    return of_values(tensor, struct.unpack(f"<{tensor.rows}{code}", content))


def of_values(tensor: Tensor, values: Sequence[Any]) -> Given:
    """A tensor of numbers or flags. Raises Mistake."""
    _refuse_count(tensor, len(values))
    if tensor.datatype in _FLOATS:
        return Given(tensor, values)
    bounds = (0, 1) if tensor.datatype == BOOL else _bounds(tensor.datatype)
    if values and not (bounds[0] <= min(values) and max(values) <= bounds[1]):
        raise Mistake(f"{tensor.name[:_SHOWN]}: an element is no {tensor.datatype}")
    return Given(tensor, list(map(bool, values)) if tensor.datatype == BOOL else values)


def of_texts(tensor: Tensor, values: Sequence[bytes]) -> Given:
    """A tensor of BYTES, which are UTF-8. Raises Mistake."""
    _refuse_count(tensor, len(values))
    try:
        return Given(tensor, list(map(bytes.decode, values)))
    except UnicodeDecodeError as error:
        raise Mistake(f"{tensor.name[:_SHOWN]}: an element is no UTF-8") from error


def packed(datatype: str, values: Sequence[Any]) -> bytes:
    """Little-endian bytes of values; of BYTES, those of their texts, each after its length."""
    if datatype != BYTES:
        return np.array(values, _FIXED[datatype]).tobytes()
    texts = [value.encode() for value in values]
    return b"".join(_LENGTH.pack(len(text)) + text for text in texts)


def _pieces(tensor: Tensor, content: bytes) -> list[bytes]:
    found, at, end, length = list[bytes](), 0, len(content), _LENGTH.unpack_from
    while at < end:
        start = at + _LENGTH.size
        if start > end:
            raise Mistake(f"{tensor.name[:_SHOWN]}: its bytes end within a length")
        at = start + length(content, at)[0]
        if at > end:
            raise Mistake(f"{tensor.name[:_SHOWN]}: its bytes end within an element")
        found.append(content[start:at])
    return found


def _numbers(values: Sequence[float]) -> Sequence[float | None] | None:
    """NaN is missing; None where one is infinite, which a record does not say as a number."""
    if math.isfinite(sum(values)):
        return values
    if _INFINITE in values or -_INFINITE in values:
        return None
    return [None if value != value else value for value in values]  # noqa: PLR0124 - NaN


def _reader(datatype: str) -> Callable[[bytes], bytes]:
    """From the JSON text of an element to its cell. That raises ValueError, OverflowError."""
    if datatype == BYTES:
        return _text
    if datatype == BOOL:
        return _flag
    return _float(_FLOATS[datatype]) if datatype in _FLOATS else _integer(datatype)


def _text(cell: bytes) -> bytes:
    if cell[:1] != b'"':
        raise ValueError("no text")
    return cell


def _flag(cell: bytes) -> bytes:
    if cell not in (b"true", b"false"):
        raise ValueError("no flag")
    return cell


def _float(kind: Kind) -> Callable[[bytes], bytes]:
    def read(cell: bytes) -> bytes:
        with np.errstate(over="ignore"):
            value = float(kind.type(float(cell)))
        if value in (float("inf"), -float("inf")):
            raise ValueError("beyond its datatype")
        if cell.lstrip(b"-").isdigit() and int(cell) != value:
            raise ValueError("a whole number that its datatype does not hold")
        return number(value)

    return read


def _integer(datatype: str) -> Callable[[bytes], bytes]:
    low, high = _bounds(datatype)

    def read(cell: bytes) -> bytes:
        value = _exact(cell)
        if not low <= value <= high:
            raise ValueError("beyond its datatype")
        return b"%d" % value

    return read


def _exact(cell: bytes) -> int:
    """Raises ValueError for what is not whole."""
    try:
        return int(cell)
    except ValueError:
        value = float(cell)
        if not value.is_integer() or abs(value) > 2**53:
            raise
        return int(value)


def _bounds(datatype: str) -> tuple[int, int]:
    stated = np.iinfo(_WHOLE[datatype])
    return int(stated.min), int(stated.max)


def _refuse_count(tensor: Tensor, count: int) -> None:
    if count != tensor.rows:
        raise Mistake(f"{tensor.name[:_SHOWN]}: {count} elements, its shape says {tensor.rows}")
