"""`dense<…>`, `dense_resource<…>` and `array<…>`: constant data, never read element by element where it is hex.

The elements stand before their type, so their text is found first and understood once the type is known. The shape
is checked as text: the list without its numbers has to be the list that the type asks for.
"""

from __future__ import annotations

import binascii
import re
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from tensorir.mlir.reader.lexer import Lexer
from tensorir.mlir.reader.limits import MAX_ARRAY_BYTES, MAX_ARRAY_RANK, MAX_DIGITS
from tensorir.mlir.reader.numbers import DTYPES, round_floats, wrap
from tensorir.mlir.reader.types import FLOATS, shown, width_of
from tensorir.mlir.syntax import (
    Attribute,
    DenseArrayAttr,
    DenseAttr,
    FloatAttr,
    IntAttr,
    OpaqueType,
    RankedTensor,
    ResourceAttr,
    ScalarType,
)

if TYPE_CHECKING:
    from tensorir.mlir.reader.attributes import AttributeReader

_COMMENT = re.compile(r"//[^\n]*+")
_SPLIT_NUMBER = re.compile(r"[0-9A-Za-z.]\s+[0-9A-Za-z.]").search
_ELEMENT = re.compile(r"[^\[\], \t\r\n]+(?:\s+[^\[\], \t\r\n]+)*+")
_FLOAT = r"-?[0-9]++\.[0-9]*+(?:[eE][+-]?[0-9]++)?+"
_FLOATS = re.compile(rf"{_FLOAT}(?:,{_FLOAT})*+").fullmatch
_INTS = re.compile(r"-?[0-9]{1,18}(?:,-?[0-9]{1,18})*+").fullmatch
_FOREIGN = re.compile(r'[{}:;="%@#!^]').search
_VECTOR = re.compile(r"vector<((?:[0-9]{1,9}x){1,16})([a-z]+[0-9]*+)>").fullmatch
_HEX_NUMBER = re.compile(r"-?0x[0-9A-Fa-f]++").fullmatch
_BITS = re.compile(r"0x[0-9A-Fa-f]++").fullmatch
_DECIMAL = re.compile(r"-?[0-9]++").fullmatch


@frozen
class _Elements:
    """The text between the brackets, where it begins, and the type."""

    lex: Lexer
    text: str
    start: int
    type: RankedTensor
    element: ScalarType
    dtype: np.dtype[Any]
    shape: tuple[int, ...]


def read_dense(reader: AttributeReader) -> Attribute:
    """`dense<…> : tensor<…>` at the current token."""
    lex = reader.lex
    lex.expect("dense")
    lex.expect("<", "after 'dense'")
    begin, is_hex = lex.start, lex.kind == "string"
    end = lex.pos if is_hex else _end(lex, begin)
    lex.goto(end)
    lex.expect(">", "after dense elements")
    lex.expect(":", "and the type of the elements")
    at = lex.start
    type = reader.type()
    if isinstance(type, OpaqueType):
        type = _of_vector(type) or type
    if not isinstance(type, RankedTensor):
        raise lex.error(f"dense elements of type {shown(type)} are not supported: only those of a tensor are", at)
    element = type.element
    dtype = DTYPES.get(element.name) if isinstance(element, ScalarType) else None
    if dtype is None or not isinstance(element, ScalarType):
        raise lex.error(f"dense elements of type {shown(element)} are not supported", at)
    shape = tuple(d for d in type.shape if d is not None)
    if len(shape) != len(type.shape):
        raise lex.error(f"dense elements need a type of static sizes, not {shown(type)}", at)
    if len(shape) > MAX_ARRAY_RANK or prod(max(d, 1) for d in shape) * dtype.itemsize > MAX_ARRAY_BYTES:
        raise lex.error(f"{shown(type)} is too large for an array", at)
    elements = _Elements(lex, lex.source[begin:end], begin, type, element, dtype, shape)
    return DenseAttr(type, _array(elements, is_hex))


def _of_vector(type: OpaqueType) -> RankedTensor | None:
    """`vector<2xi64>` (linalg's strides) as the tensor type of that shape; None for other types."""
    found = _VECTOR(type.text)
    if found is None:
        return None
    return RankedTensor(tuple(int(d) for d in found[1].split("x")[:-1]), ScalarType(found[2]))


def _end(lex: Lexer, begin: int) -> int:
    """Where the `>` of the elements is."""
    source = lex.source
    end = source.find(">", begin)
    foreign = _FOREIGN(source, begin, len(source) if end < 0 else end)
    if foreign and source.find("//", begin, foreign.start()) < 0:
        raise lex.error(f"expected elements up to a '>', found '{foreign[0]}'", foreign.start())
    while end >= 0:
        comment = source.rfind("//", source.rfind("\n", begin, end) + 1 or begin, end)
        if comment < 0:
            return end
        line_end = source.find("\n", end)
        end = source.find(">", line_end) if line_end >= 0 else -1
    raise lex.error("this 'dense<' is not closed")


def _array(e: _Elements, is_hex: bool) -> npt.NDArray[Any]:
    if is_hex:
        return _from_hex(e)
    text = _COMMENT.sub(lambda m: " " * len(m[0]), e.text) if "//" in e.text else e.text
    if _SPLIT_NUMBER(text):
        raise _wrong(e, text)
    compact = "".join(text.split())
    count = prod(e.shape)
    if not compact:
        if count:
            raise e.lex.error(f"there are no elements here, {shown(e.type)} has {count}", e.start)
        return np.zeros(e.shape, e.dtype)
    if "[" not in compact and "]" not in compact:
        if "," in compact:
            raise e.lex.error("expected one element, or a list in brackets", e.start)
        return np.broadcast_to(_numbers(e, text, compact)[0], e.shape)
    _check_list(e, compact)
    if not count:
        return np.zeros(e.shape, e.dtype)
    return _numbers(e, text, compact.replace("[", "").replace("]", "")).reshape(e.shape)


def _check_list(e: _Elements, compact: str) -> None:
    """The list has the nesting and the lengths of the type."""
    got = re.sub(r"[^\[\],]++", "x", compact)
    if not e.shape or got != _skeleton(e.shape, len(got)):
        levels = len(compact) - len(compact.lstrip("["))
        raise e.lex.error(
            f"the list of elements has not the shape of {shown(e.type)}: it begins {levels} levels deep and has "
            f"{got.count('x')} elements",
            e.start,
        )


def _skeleton(shape: tuple[int, ...], limit: int) -> str:
    """The list of this shape with x for each element; nothing if it is longer than `limit`."""
    if 0 in shape:
        shape = shape[: shape.index(0) + 1]
    if prod(max(d, 1) for d in shape) > limit:
        return ""
    expected = "x"
    for d in reversed(shape):
        expected = "[" + ",".join([expected] * d) + "]"
    return expected


def _numbers(e: _Elements, text: str, listed: str) -> npt.NDArray[Any]:
    """The elements, from their text with commas between. What is written as usual is converted by NumPy at once."""
    name = e.element.name
    if name in FLOATS:
        if _FLOATS(listed):
            return round_floats(np.fromstring(listed, np.float64, sep=","), e.dtype)
        return _floats_and_bits(e, text, listed.split(","))
    width = width_of(e.element) or 0
    if name != "i1" and _INTS(listed):
        values = np.fromstring(listed, np.int64, sep=",")
        low, high = int(values.min()), int(values.max())
        if wrap(low, name, width) == low and wrap(high, name, width) == high:
            return values.astype(e.dtype)
    integers: list[int] = []
    for i, token in enumerate(listed.split(",")):
        value = _integer(token, name, width)
        if value is None:
            raise _wrong(e, text, i)
        integers.append(value)
    return np.array(integers, e.dtype)


def _floats_and_bits(e: _Elements, text: str, tokens: list[str]) -> npt.NDArray[Any]:
    """Elements of which some are given by their bits in hex, as infinities and NaNs are."""
    bits = FLOATS[e.element.name]
    for i, token in enumerate(tokens):
        if not _FLOATS(token) and not (_BITS(token) and len(token) <= MAX_DIGITS and not int(token, 16) >> bits):
            raise _wrong(e, text, i)
    decimals = [token for token in tokens if not token.startswith("0x")]
    result = np.empty(len(tokens), e.dtype)
    is_hex = np.array([token.startswith("0x") for token in tokens])
    given = np.array([int(token, 16) for token in tokens if token.startswith("0x")], f"u{e.dtype.itemsize}")
    result[is_hex] = given.view(e.dtype)
    result[~is_hex] = round_floats(np.array(list(map(float, decimals)), np.float64), e.dtype)
    return result


def _integer(token: str, name: str, width: int) -> int | None:
    if name == "i1" and token in ("true", "false"):
        return int(token == "true")
    if len(token) > MAX_DIGITS:
        return None
    if _HEX_NUMBER(token):
        return wrap(int(token, 16), name, width)
    return wrap(int(token), name, width) if _DECIMAL(token) else None


def _wrong(e: _Elements, text: str, index: int | None = None) -> Exception:
    """The error about the element of this number, or about the first that is none."""
    for i, found in enumerate(_ELEMENT.finditer(text)):
        token = found[0]
        if i == index or (index is None and _SPLIT_NUMBER(token)):
            cut = token if len(token) <= 40 else token[:37] + "…"
            start = e.start + found.start()
            name = e.element.name
            if name in FLOATS and _DECIMAL(token):
                return e.lex.error(f"an integer where a {name} is meant: write {cut}.0, or its bits in hex", start)
            return e.lex.error(f"'{cut}' is not an element of type {name}", start)
    return e.lex.error("these are not elements", e.start)


def _from_hex(e: _Elements) -> npt.NDArray[Any]:
    if not e.text.startswith('"0x') or len(e.text) % 2:
        raise e.lex.error('expected "0x" and two hexadecimal digits for each byte', e.start)
    count, size = prod(e.shape), e.dtype.itemsize
    given = (len(e.text) - 4) // 2
    is_packed = e.element.name == "i1" and given == (count + 7) // 8 and given > 1
    if given not in (count * size, size) and not is_packed:
        raise e.lex.error(f"there are {given} bytes here, {shown(e.type)} has {count * size}", e.start)
    try:
        data = binascii.unhexlify(e.text[3:-1])
    except ValueError:
        raise e.lex.error('expected "0x" and two hexadecimal digits for each byte', e.start) from None
    if is_packed and given != count:
        bits = np.unpackbits(np.frombuffer(data, np.uint8), count=count, bitorder="little")
        return bits.astype(np.bool_).reshape(e.shape)
    raw = np.frombuffer(data, f"<u{size}")
    array = from_bits(raw, e.dtype)
    return array.reshape(e.shape) if given == count * size else np.broadcast_to(array[0], e.shape)


def from_bits(raw: npt.NDArray[Any], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Elements whose bits these are. Types of less than a byte stand in the low bits of one."""
    if dtype == np.bool_:
        return raw != 0
    name = dtype.name
    if name in ("int4", "int2"):
        bits = int(name[3:])
        low = (raw & ((1 << bits) - 1)).astype(np.int8)
        return np.where(low >> (bits - 1), low - (1 << bits), low).astype(dtype)
    if name == "uint4":
        return (raw & 15).astype(dtype)
    return raw.astype(f"=u{dtype.itemsize}", copy=False).view(dtype)


def read_resource(reader: AttributeReader) -> Attribute:
    """`dense_resource<key> : tensor<…>` at the current token."""
    lex = reader.lex
    loc = lex.location(lex.start)
    lex.expect("dense_resource")
    lex.expect("<", "after 'dense_resource'")
    key = lex.string() if lex.kind == "string" else lex.take("name", "the key of a resource")
    lex.expect(">", "after the key of a resource")
    lex.expect(":", "and the type of the resource")
    at = lex.start
    type = reader.type()
    if not isinstance(type, RankedTensor):
        raise lex.error(f"a resource of type {shown(type)} is not supported: only those of a tensor are", at)
    return ResourceAttr(key, type, loc)


def read_dense_array(reader: AttributeReader) -> Attribute:
    """`array<i64: 1, 2>` at the current token."""
    lex = reader.lex
    lex.expect("array")
    lex.expect("<", "after 'array'")
    at = lex.start
    element = reader.type()
    if not isinstance(element, ScalarType) or element.name in ("none", "index"):
        raise lex.error(f"an array of {shown(element)} is not supported", at)
    values: list[int | float] = []
    if lex.accept(":"):
        values.append(_array_item(reader, element))
        while lex.accept(","):
            values.append(_array_item(reader, element))
    lex.expect(">", "after an array's elements")
    return DenseArrayAttr(element, tuple(values))


def _array_item(reader: AttributeReader, element: ScalarType) -> int | float:
    item = reader.literal(element)
    assert isinstance(item, (IntAttr, FloatAttr))
    return item.value
