"""Tensors of the Open Inference Protocol: cells out of them, values into them.

An element is what its datatype says, however it travels: FP32 0.1 is the nearest FP32 in JSON too.
NaN and null are missing. A tensor that contradicts itself is a Mistake; whether its values are what
the contract wants, the guard says.
"""

import struct
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from mainstay.core import nearest
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
_LENGTH = struct.Struct("<I")
_SHOWN = 40  # characters of a caller's own text that an answer repeats


class Tensor(NamedTuple):
    """What a tensor says of itself, checked: its name, its datatype, how many elements it has."""

    name: str
    datatype: str
    rows: int


def stated(name: str, datatype: str, shape: Sequence[int]) -> Tensor:
    """A tensor of a known datatype whose shape is (rows,) or (rows, 1). Raises Mistake."""
    shown = name[:_SHOWN]
    if datatype not in DATATYPES:
        asked = datatype[:_SHOWN]
        raise Mistake(f"{shown}: {asked} is no datatype", hint=nearest.hint(asked, DATATYPES))
    if not (len(shape) in (1, 2) and shape[0] >= 0 and list(shape[1:]) in ([], [1])):
        raise Mistake(f"{shown}: its shape is {list(shape)[:9]}, not [rows] or [rows, 1]")
    return Tensor(name, datatype, shape[0])


def of_json(tensor: Tensor, data: msgspec.Raw) -> list[bytes]:
    """The cells of a tensor whose data stand in JSON, flat or nested."""
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
    return found


def of_bytes(tensor: Tensor, content: bytes | memoryview) -> list[bytes]:
    """The cells of a tensor whose data are little-endian, without padding."""
    if tensor.datatype == BYTES:
        return of_texts(tensor, _pieces(tensor, memoryview(content)))
    kind = _FIXED[tensor.datatype]
    if len(content) != tensor.rows * kind.itemsize:
        what = f"{len(content)} bytes are no {tensor.rows} of {tensor.datatype}"
        raise Mistake(f"{tensor.name[:_SHOWN]}: {what}")
    return of_values(tensor, np.frombuffer(content, kind).tolist())


def of_values(tensor: Tensor, values: Sequence[Any]) -> list[bytes]:
    """The cells of a tensor of numbers or flags."""
    _refuse_count(tensor, len(values))
    if tensor.datatype in _FLOATS:
        return [number(value) for value in values]
    bounds = (0, 1) if tensor.datatype == BOOL else _bounds(tensor.datatype)
    if values and not (bounds[0] <= min(values) and max(values) <= bounds[1]):
        raise Mistake(f"{tensor.name[:_SHOWN]}: an element is no {tensor.datatype}")
    if tensor.datatype == BOOL:
        return [b"true" if value else b"false" for value in values]
    return [b"%d" % value for value in values]


def of_texts(tensor: Tensor, values: Sequence[bytes]) -> list[bytes]:
    """The cells of a tensor of BYTES, which are UTF-8."""
    _refuse_count(tensor, len(values))
    try:
        return [TEXT(value.decode()) for value in values]
    except UnicodeDecodeError as error:
        raise Mistake(f"{tensor.name[:_SHOWN]}: an element is no UTF-8") from error


def packed(datatype: str, values: Sequence[Any]) -> bytes:
    """Little-endian bytes of values; of BYTES, those of their texts, each after its length."""
    if datatype != BYTES:
        return np.array(values, _FIXED[datatype]).tobytes()
    texts = [value.encode() for value in values]
    return b"".join(_LENGTH.pack(len(text)) + text for text in texts)


def _pieces(tensor: Tensor, content: memoryview) -> list[bytes]:
    found, at = [], 0
    while at < len(content):
        start = at + _LENGTH.size
        if start > len(content):
            raise Mistake(f"{tensor.name[:_SHOWN]}: its bytes end within a length")
        at = start + _LENGTH.unpack_from(content, start - _LENGTH.size)[0]
        if at > len(content):
            raise Mistake(f"{tensor.name[:_SHOWN]}: its bytes end within an element")
        found.append(bytes(content[start:at]))
    return found


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
