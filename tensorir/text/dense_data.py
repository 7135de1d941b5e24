"""Reads and prints constant data exactly: `dense<1.5>` (every element), `dense<[[1, 2], [3, 4]]>`,
`dense<"0x0000803F…">`, and `dense<"@digest">` for data that is left out of the text and passed separately.

The hexadecimal form holds the elements' bytes, little-endian, row-major; the bytes of one element stand for
every element. It is used for more than MAX_INLINE elements and for bits that no number denotes (a NaN with
a payload). The amount of data is checked against the type before anything is allocated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite, prod
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import ParseError
from tensorir.ir.dtype import DType
from tensorir.ir.types import TensorType
from tensorir.ir.verify import MAX_RANK
from tensorir.text.lexer import Lexer
from tensorir.text.literals import float_text, number, number_text
from tensorir.text.types import tensor_type, type_text

MAX_INLINE = 64
MAX_SPLAT_BYTES = 1 << 31
"""The limit of what `dense<1.0>` may allocate: a few characters must not exhaust the machine's memory."""

_HEX = re.compile(r'"0x((?:[0-9A-Fa-f]{2})*+)"').fullmatch
_KEY = re.compile(r'"@([0-9a-f]{32})"').fullmatch
Number = int | float | bool


class DataApart(Dense):
    """Whether the data is printed as its digest."""

    __slots__ = ()

    def bits(self) -> npt.NDArray[Any]:
        """The elements as unsigned integers, which every file format can hold."""
        return self.array.view(f"u{self.dtype.itemsize}")


@frozen
class Literal:
    """Data as written, before its element type is known. `shape` is None where one element stands for all."""

    start: int
    numbers: tuple[Number, ...] = ()
    places: tuple[int, ...] = ()
    shape: tuple[int, ...] | None = None
    hex: str | None = None
    key: str | None = None
    """The digest of data that is passed separately."""


def dense_text(data: Dense) -> str:
    """`dense<…>`, without the type."""
    if isinstance(data, DataApart):
        return f'dense<"@{data.digest}">'
    flat = data.array.reshape(-1)
    if flat.size == 0:
        return "dense<[]>"
    bits = flat.view(f"u{data.dtype.itemsize}")
    splat = is_splat(data)
    if splat or flat.size <= MAX_INLINE:
        texts = [_element_text(x, data.dtype) for x in (flat[:1] if splat else flat)]
        if None not in texts:
            return f"dense<{texts[0] if splat else _nested(list(map(str, texts)), data.shape)}>"
    return f'dense<"0x{bits[: 1 if splat else None].astype(f"<u{data.dtype.itemsize}").tobytes().hex().upper()}">'


def is_splat(data: Dense) -> bool:
    """Whether all elements have the same bits."""
    bits = data.array.reshape(-1).view(f"u{data.dtype.itemsize}")
    return bool((bits[:1] == bits).all())


def dense_type_text(data: Dense) -> str:
    """The type implied by the data alone."""
    return type_text(TensorType(data.shape, data.dtype))


def literal(lex: Lexer) -> Literal:
    """Reads `dense<…>`."""
    start = lex.start
    lex.expect("dense")
    lex.expect("<")
    if lex.kind == "string":
        found = _HEX(lex.text)
        key = _KEY(lex.text)
        if found is None and key is None:
            raise lex.error('expected "0x" and two hexadecimal digits for each byte')
        value = Literal(start, hex=found[1] if found else None, key=key[1] if key else None)
        lex.advance()
    elif lex.text == "[":
        value = _list(lex, start)
    else:
        place = lex.start
        value = Literal(start, (number(lex),), (place,))
    lex.expect(">")
    return value


def typed_dense(lex: Lexer) -> Dense:
    """Reads `dense<…> : tensor<…>`."""
    value = literal(lex)
    lex.expect(":", "and the type of the data")
    place = lex.start
    return build(lex, value, tensor_type(lex), place)


def build(lex: Lexer, value: Literal, type: TensorType, place: int) -> Dense:
    """Returns the array that a literal denotes under a type. `place` is the position of the type, for errors about
    it."""
    shape = tuple(d for d in type.shape if isinstance(d, int))
    if len(shape) != type.rank:
        raise lex.error(f"data needs static sizes, the type is {type}", place)
    count, element = prod(shape), type.dtype
    if value.key is not None:
        return _given(lex, value, value.key, type, shape)
    try:
        if value.hex is not None:
            given, needed = len(value.hex) // 2, element.itemsize * count
            if given not in (needed, element.itemsize):
                raise lex.error(f"the data has {given} bytes, {type} needs {needed}", value.start)
            flat = _from_hex(lex, value, element)
        elif value.shape in (None, shape) or (value.shape == (0,) and not count):
            flat = _from_numbers(lex, value, element)
        else:
            raise lex.error(f"the data has the shape {list(value.shape or ())}, the type is {type}", value.start)
        if flat.size == count:
            return Dense.own(flat.reshape(shape))
        if count * element.itemsize > MAX_SPLAT_BYTES:
            raise lex.error(f"{type} takes {count * element.itemsize} bytes, over the limit of 2**31", value.start)
        return Dense.own(np.full(shape, flat[0], dtype=element.numpy))
    except ParseError:
        raise
    except (MemoryError, ValueError) as e:  # NumPy's own limits
        raise lex.error(f"{type} can't be allocated: {e}", value.start) from None


def _given(lex: Lexer, value: Literal, key: str, type: TensorType, shape: tuple[int, ...]) -> Dense:
    """Returns data that is passed separately, by its digest."""
    found = lex.data.get(key)
    if found is None:
        raise lex.error(
            f"the data {key} is not in the text: give the file that holds it (opt --data FILE.npz)", value.start
        )
    bits = np.asarray(found)
    if bits.dtype != np.dtype(f"u{type.dtype.itemsize}") or bits.shape != shape:
        raise lex.error(f"the data {key} is {bits.dtype}{list(bits.shape)}, the type is {type}", value.start)
    return Dense(bits.view(type.dtype.numpy))


def _from_hex(lex: Lexer, value: Literal, element: DType) -> npt.NDArray[Any]:
    size = element.itemsize
    bits = np.frombuffer(bytes.fromhex(value.hex or ""), f"<u{size}").astype(f"=u{size}")
    if element.kind == "bool" and bits.size and int(bits.max()) > 1:
        raise lex.error("a byte of i1 data must be 00 or 01", value.start)
    return bits.view(element.numpy)


_WIDE: Mapping[str, type[Any]] = {"bool": np.bool_, "unsigned": np.uint64, "signed": np.int64}


def _from_numbers(lex: Lexer, value: Literal, element: DType) -> npt.NDArray[Any]:
    for x, place in zip(value.numbers, value.places, strict=True):
        if problem := _misfit(x, element):
            raise lex.error(problem, place)
    if not element.is_float:
        wide = np.array(value.numbers, _WIDE[element.kind])
        return wide.astype(element.numpy)
    with np.errstate(over="ignore"):
        made = np.array(value.numbers, np.float64).astype(element.numpy)
    for x, finite, place in zip(value.numbers, np.isfinite(made), value.places, strict=True):
        if isfinite(x) and not finite:
            raise lex.error(f"{number_text(x)} is too large for {element}", place)
    return made


def _misfit(x: Number, element: DType) -> str | None:
    """Raises ParseError if a number can't be an element."""
    if isinstance(x, bool) or element.kind == "bool":
        wanted = "true or false" if element.kind == "bool" else "a number"
        fits = isinstance(x, bool) and element.kind == "bool"
        return None if fits else f"an element of {element} is {wanted}"
    if element.is_float:
        return None
    low = -(1 << (element.bits - 1)) if element.kind == "signed" else 0
    if isinstance(x, float) or not low <= x < low + (1 << element.bits):
        return f"{number_text(x)} is not in the range of {element}"
    return None


def _element_text(x: Any, element: DType) -> str | None:
    """Returns the shortest number that reads back as these bits, or None if there is none."""
    if element.kind == "bool":
        return "true" if x else "false"
    if not element.is_float:
        return str(int(x)) if _same_bits(np.array(int(x)).astype(element.numpy), x) else None
    # NumPy's own types print their shortest decimal; ml_dtypes' (bf16) need at most 9 digits.
    shortest = [str(x)] if element.numpy.kind == "f" else [f"{float(x):.{digits}g}" for digits in range(1, 10)]
    for value in (*map(float, shortest), float(x)):
        text = float_text(value)
        if _same_bits(np.array(float(text)).astype(element.numpy), x):  # float(text): a NaN loses its payload
            return text
    return None


def _same_bits(a: npt.NDArray[Any], b: Any) -> bool:
    return a.tobytes() == b.tobytes()


def _nested(texts: list[str], shape: tuple[int, ...]) -> str:
    for size in reversed(shape):
        texts = [f"[{', '.join(texts[i : i + size])}]" for i in range(0, len(texts), size)]
    return texts[0]


def _list(lex: Lexer, start: int) -> Literal:
    """Reads nested lists without recursion. All lists of one depth must have the same length."""
    numbers: list[Number] = []
    places: list[int] = []
    lengths: list[int] = []  # per depth: the length, known once a list of that depth has ended; -1 before
    counts: list[int] = []  # the number of entries so far of each open list
    leaf_depth = 0
    while True:
        place = lex.start
        if lex.accept("["):
            if len(counts) >= MAX_RANK or (leaf_depth and len(counts) >= leaf_depth):
                raise lex.error(f"lists are nested deeper than {leaf_depth or MAX_RANK} here", place)
            counts.append(0)
            if len(lengths) < len(counts):
                lengths.append(-1)
            if not lex.at("]"):
                continue
        else:
            if leaf_depth not in (0, len(counts)):
                raise lex.error(f"expected '[', found {lex.found()}")
            leaf_depth = len(counts)
            places.append(place)
            numbers.append(number(lex))
            counts[-1] += 1
        while counts:
            if counts[-1] and lex.accept(","):
                break
            place = lex.start
            lex.expect("]", "or ','")
            count, depth = counts.pop(), len(counts)
            if lengths[depth] not in (-1, count):
                raise lex.error(f"this list has {count} entries, another one {lengths[depth]}", place)
            lengths[depth] = count
            if counts:
                counts[-1] += 1
        else:
            return Literal(start, tuple(numbers), tuple(places), tuple(lengths))
