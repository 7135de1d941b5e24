"""What is known of the elements of integer tensors without running the program: bounds, and positions along a dim."""

from __future__ import annotations

from attrs import evolve, frozen

from tensorir.dialects.flow import GlobalLoad
from tensorir.dialects.linalg import Broadcast, Fill, Generic, Transpose
from tensorir.dialects.tensor import (
    CollapseShape,
    Concat,
    Constant,
    ExpandShape,
    ExtractSlice,
    Gather,
    GatherNd,
    Size,
)
from tensorir.encoding.views import Groups
from tensorir.ir.dense import Dense
from tensorir.ir.dims import Dim, never_negative
from tensorir.ir.dtype import DType
from tensorir.ir.module import Module
from tensorir.ir.op import Op
from tensorir.ir.scalar import Scalar
from tensorir.ir.value import Value
from tensorir.rewrite.pattern import RegionView

LARGEST = 1 << 16
"""The most elements of a constant that are looked at."""

DEPTH = 32
"""The longest chain of ops that is followed."""

SMALL = 1 << 40
"""Literals below this can't make a sum with a position overflow."""


@frozen
class Element:
    """Every element is `low` or more and `high` or less; None is not known.

    `at` = (d, n): the element at a position is its index along dim d, plus n."""

    low: Dim | None = None
    high: Dim | None = None
    at: tuple[int, Dim] | None = None

    @property
    def number(self) -> Dim | None:
        """The only value that it may have."""
        return self.low if self.low is not None and self.low == self.high else None


UNKNOWN = Element()
EITHER = Element(0, 1)


def number(n: Dim) -> Element:
    return Element(n, n)


def at_most(a: Dim | None, b: Dim | None) -> bool:
    """Whether a ≤ b for all sizes."""
    return a is not None and b is not None and never_negative(b - a)


class Integers:
    """What is known of the integers and truth values of a module."""

    def __init__(self, module: Module) -> None:
        self._data = {g.name: g.value for g in module.globals if isinstance(g.value, Dense)}
        self._known: dict[Value, Element] = {}

    def of(self, value: Value, view: RegionView, depth: int = DEPTH) -> Element:
        dtype = value.type.dtype
        if dtype.kind not in ("signed", "bool") or value.type.encoding is not None or not depth:
            return UNKNOWN
        if value not in self._known:
            op = view.def_of(value)
            found = UNKNOWN if op is None else self._defined(op, view, depth - 1)
            if found.at is not None and value.type.shape[found.at[0]] == 1:
                found = number(found.at[1])
            self._known[value] = EITHER if dtype.kind == "bool" and found == UNKNOWN else found
        return self._known[value]

    def nodes(self, op: Generic, view: RegionView, depth: int = DEPTH) -> dict[int, Element]:
        """What is known of each node of a body, by id; `at` counts loops."""
        found: dict[int, Element] = {}
        for node in op.body.nodes():
            if node.fn == "arg":
                known = self.of(op.inputs[node.index], view, depth)
                if known.at is not None:
                    dim, offset = known.at
                    loop = op.maps[node.index].dims[dim]
                    read = op.maps[node.index].results[dim]
                    if loop is not None:
                        known = evolve(known, at=(loop, offset))
                    else:
                        known = number(read + offset) if isinstance(read, int) else evolve(known, at=None)
            elif node.fn == "index":
                known = Element(0, op.iteration_shape[node.index] - 1, (node.index, 0))
            else:
                known = _computed(node, tuple(found[id(o)] for o in node.operands))
            found[id(node)] = known
        return found

    def _defined(self, op: Op, view: RegionView, depth: int) -> Element:
        match op:
            case Constant(value=data):
                return _of_data(data)
            case GlobalLoad(symbol=name):
                return _of_data(self._data[name]) if name in self._data else UNKNOWN
            case Fill(value=value):
                return number(int(value))
            case Size(size=size):
                return number(size)
            case Generic():
                known = self.nodes(op, view, depth)[id(op.body.result)]
                if known.at is None:
                    return known
                loop, offset = known.at
                return evolve(known, at=(op.maps[-1].positions().index(loop), offset))
            case ExtractSlice(source=x, offsets=offsets, strides=strides):
                known = self.of(x, view, depth)
                if known.at is None:
                    return known
                dim, offset = known.at
                return evolve(known, at=(dim, offset + offsets[dim]) if strides[dim] == 1 else None)
            case ExpandShape(source=x, groups=groups):
                return _followed(self.of(x, view, depth), _same(groups, op.result.type.shape, x.type.shape))
            case CollapseShape(source=x, groups=groups):
                places = _same(groups, x.type.shape, op.result.type.shape)
                return _followed(self.of(x, view, depth), {d: g for g, d in places.items()})
            case Transpose(source=x, permutation=permutation):
                return _followed(self.of(x, view, depth), {p: d for d, p in enumerate(permutation)})
            case Broadcast(source=x, dims=dims):
                kept = (d for d in range(op.result.type.rank) if d not in dims)
                return _followed(self.of(x, view, depth), dict(enumerate(kept)))
            case Concat(inputs=inputs):
                found = [self.of(x, view, depth) for x in inputs]
                return evolve(_either(found[0], *found[1:]), at=None)
            case Gather(source=x) | GatherNd(source=x):
                return evolve(self.of(x, view, depth), at=None)
            case _:
                return UNKNOWN


def _of_data(data: Dense) -> Element:
    array = data.array
    if not array.size or array.size > LARGEST or data.dtype.kind not in ("signed", "bool"):
        return UNKNOWN
    low, high = int(array.min()), int(array.max())
    at = None
    first = int(array.flat[0])
    for d, size in enumerate(array.shape):
        positions = (range(first, first + size) if size > 1 else None) if high - low == size - 1 else None
        if positions is not None and (array.swapaxes(d, -1) == list(positions)).all():
            at = (d, first)
    return Element(low, high, at)


def _followed(known: Element, places: dict[int, int]) -> Element:
    """What is known of a view whose dim `places[d]` is dim d of what is known."""
    if known.at is None:
        return known
    dim, offset = known.at
    return evolve(known, at=(places[dim], offset) if dim in places else None)


def _same(groups: Groups, many: tuple[Dim, ...], few: tuple[Dim, ...]) -> dict[int, int]:
    """For each dim of `few`, the dim of its group in `many` that has the same positions."""
    found: dict[int, int] = {}
    for g, group in enumerate(groups):
        longer = [d for d in group if many[d] != 1]
        if len(longer) == 1 and many[longer[0]] == few[g]:
            found[g] = longer[0]
    return found


def _either(*found: Element) -> Element:
    """What holds for an element of which only one of these is known to hold."""
    first, *rest = found
    for other in rest:
        low = first.low if at_most(first.low, other.low) else other.low if at_most(other.low, first.low) else None
        high = (
            first.high if at_most(other.high, first.high) else other.high if at_most(first.high, other.high) else None
        )
        first = Element(low, high, first.at if first.at == other.at else None)
    return first


def _computed(node: Scalar, operands: tuple[Element, ...]) -> Element:
    found = _function(node, operands) if _exact(node.dtype, operands) else UNKNOWN
    return EITHER if node.dtype.kind == "bool" and found == UNKNOWN else found


def _exact(dtype: DType, operands: tuple[Element, ...]) -> bool:
    """Whether sums of these can't overflow: 64 bits hold positions and small numbers."""
    literals = [n for o in operands for n in (o.low, o.high) if isinstance(n, int)]
    return (dtype.kind == "bool" or (dtype.kind == "signed" and dtype.bits == 64)) and all(
        abs(n) <= SMALL for n in literals
    )


def _function(node: Scalar, operands: tuple[Element, ...]) -> Element:
    match node.fn, operands:
        case "const", ():
            return number(int(node.value))
        case "add", (a, b):
            return _sum(a, b, 1) if node.dtype.bits == 64 else UNKNOWN
        case "sub", (a, b):
            return _sum(a, b, -1) if node.dtype.bits == 64 else UNKNOWN
        case "mul" | "and", (a, b) if 0 in (a.number, b.number):
            return number(0)
        case "mul" | "and", (a, b) if node.dtype.kind == "bool" or node.fn == "mul":
            return b if a.number == 1 else a if b.number == 1 else UNKNOWN
        case "or", (a, b) if node.dtype.kind == "bool":
            return number(1) if 1 in (a.number, b.number) else b if a.number == 0 else a if b.number == 0 else UNKNOWN
        case "xor", (a, b) if node.dtype.kind == "bool" and a.number is not None and b.number is not None:
            return number(int(a.number != b.number))
        case "max", (a, b):
            return a if at_most(b.high, a.low) else b if at_most(a.high, b.low) else _most(a, b)
        case "min", (a, b):
            return a if at_most(a.high, b.low) else b if at_most(b.high, a.low) else _least(a, b)
        case "select", (c, a, b):
            return _either(a, b) if c.number is None else a if c.number == 1 else b
        case "cast", (a,):
            return a if node.operands[0].dtype.kind in ("signed", "bool") and node.dtype.kind == "signed" else UNKNOWN
        case ("lt" | "le" | "gt" | "ge" | "eq" | "ne") as fn, (a, b):
            known = _compared(fn, a, b)
            return UNKNOWN if known is None else number(int(known))
        case _:
            return UNKNOWN


def _sum(a: Element, b: Element, sign: int) -> Element:
    if sign < 0:
        b = Element(None if b.high is None else -1 * b.high, None if b.low is None else -1 * b.low)
    low = None if a.low is None or b.low is None else a.low + b.low
    high = None if a.high is None or b.high is None else a.high + b.high
    for one, other in ((a, b), (b, a)):
        if one.at is not None and other.number is not None:
            return Element(low, high, (one.at[0], one.at[1] + other.number))
    return Element(low, high)


def _most(a: Element, b: Element) -> Element:
    low = a.low if at_most(b.low, a.low) or b.low is None else b.low
    return Element(low, a.high if at_most(b.high, a.high) else b.high if at_most(a.high, b.high) else None)


def _least(a: Element, b: Element) -> Element:
    high = a.high if at_most(a.high, b.high) or b.high is None else b.high
    return Element(a.low if at_most(a.low, b.low) else b.low if at_most(b.low, a.low) else None, high)


def _compared(fn: str, a: Element, b: Element) -> bool | None:
    match fn:
        case "gt" | "ge":
            return _compared("lt" if fn == "gt" else "le", b, a)
        case "le":
            opposite = _compared("lt", b, a)
            return None if opposite is None else not opposite
        case "lt":
            if _below(a.high, b.low):
                return True
            return False if at_most(b.high, a.low) else None
        case _:
            equal = None
            if a.number is not None and a.number == b.number:
                equal = True
            elif _below(a.high, b.low) or _below(b.high, a.low):
                equal = False
            return equal if equal is None or fn == "eq" else not equal


def _below(a: Dim | None, b: Dim | None) -> bool:
    return a is not None and at_most(a + 1, b)
