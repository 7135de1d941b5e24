"""Scalar bodies: what `linalg.generic` computes per element, as hash-consed expressions.

Equal expressions are one object, so bodies compare by identity and sharing is never lost. Names follow
MLIR's arith and math dialects without the type suffix: the element type is on the node.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from threading import RLock
from typing import Any, Literal
from weakref import WeakValueDictionary

from attrs import frozen

from tensorir.ir.diagnostic import InferError
from tensorir.ir.dtype import DType, i1, i64
from tensorir.ir.immutable import Immutable

ScalarValue = int | float | bool
Domain = Literal["any", "float", "integer"]


@frozen
class ScalarFn:
    """A function of scalars. `domain` restricts the operands; `result` is the result type if it is not theirs."""

    name: str
    arity: int
    domain: Domain = "any"
    result: DType | None = None


def _table(*fns: ScalarFn) -> dict[str, ScalarFn]:
    return {f.name: f for f in fns}


SCALAR_FNS = _table(
    *(ScalarFn(n, 2) for n in ("add", "sub", "mul", "div", "rem", "max", "min")),
    *(ScalarFn(n, 1) for n in ("neg", "abs")),
    *(ScalarFn(n, 1, "float") for n in ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p")),
    *(ScalarFn(n, 1, "float") for n in ("sqrt", "rsqrt", "cbrt", "erf", "erfc", "gelu")),
    *(ScalarFn(n, 1, "float") for n in ("floor", "ceil", "trunc", "round", "roundeven")),
    *(ScalarFn(n, 1, "float") for n in ("sin", "cos", "tan", "asin", "acos", "atan")),
    *(ScalarFn(n, 1, "float") for n in ("sinh", "cosh", "tanh", "asinh", "acosh", "atanh")),
    *(ScalarFn(n, 2, "float") for n in ("pow", "atan2", "copysign", "maxnum", "minnum")),
    ScalarFn("fma", 3, "float"),
    *(ScalarFn(n, 2, "integer") for n in ("and", "or", "xor", "shl", "shr", "floordiv", "ceildiv", "ipow")),
    *(ScalarFn(n, 1, "integer") for n in ("ctpop", "ctlz", "cttz")),
    *(ScalarFn(n, 2, "any", i1) for n in ("eq", "ne", "lt", "le", "gt", "ge")),
    ScalarFn("select", 3),
    ScalarFn("cast", 1),
    ScalarFn("bitcast", 1),
)
"""`max`/`min` propagate NaN (arith.maximumf), `maxnum`/`minnum` prefer the number; which of two zeros they give is
unspecified. `fma` is rounded once; `round` is half away from zero, `roundeven` half to even; `gelu` is the erf form;
`ne` of floats is true for NaN and the other comparisons are false (arith.cmpf une, oeq, olt, …).

Integers wrap; i1 is unsigned. `div` truncates (arith.divsi), `rem` has the sign of the dividend (C's fmod on floats);
a division of an integer by zero is an error when run. `shr` is arithmetic on signed and logical on unsigned types; a
shift by the width or more, or by a negative amount, shifts everything out: 0, or the sign for an arithmetic `shr`.
`ipow` with a negative exponent is the integer part of the power: 0 but for ±1, and an error for 0. `ctlz` and `cttz`
of 0 are the width."""


MAY_FAIL = frozenset({"div", "rem", "floordiv", "ceildiv", "ipow"})
"""Functions that fail for some integers, and so may be computed only where the program computes them."""

CONVERSIONS = ("cast", "bitcast")
"""Functions whose result type is chosen by the caller."""


@frozen(eq=False, weakref_slot=True, slots=True)
class Scalar(Immutable):
    """A node: `arg` (with `index`), `index` (the position along iteration dim `index`, linalg.index), `const` (with
    `value`) or a function of `operands`; see the makers below."""

    fn: str
    operands: tuple[Scalar, ...]
    dtype: DType
    index: int = 0
    value: ScalarValue = 0

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles as a list of numbered nodes, so that deep expressions need no recursion; unpickling interns each
        node."""
        numbers: dict[int, int] = {}
        nodes: list[tuple[Any, ...]] = []
        for node in ScalarBody((), self).nodes():
            numbers[id(node)] = len(numbers)
            operands = tuple(numbers[id(o)] for o in node.operands)
            nodes.append((node.fn, operands, node.dtype, node.index, node.value))
        return _from_nodes, (tuple(nodes),)

    def __str__(self) -> str:
        if self.fn == "arg":
            return f"a{self.index}"
        if self.fn == "index":
            return f"index({self.index})"
        if self.fn == "const":
            return f"{self.value} : {self.dtype}"
        inside = ", ".join(map(str, self.operands))
        return f"{self.fn}({inside})" + (f" : {self.dtype}" if self.fn in CONVERSIONS else "")


_NODES: WeakValueDictionary[tuple[object, ...], Scalar] = WeakValueDictionary()


class _Interning:
    """The lock under which a node is looked up and added, so that two threads that make equal nodes get the same
    one."""

    lock = RLock()  # reentrant: the garbage collector may run finalizers that make nodes while it is held

    @classmethod
    def renew(cls) -> None:
        """Replaces the lock in a forked child, which must not wait for a thread that does not exist there."""
        cls.lock = RLock()


os.register_at_fork(after_in_child=_Interning.renew)


def _intern(fn: str, operands: tuple[Scalar, ...], dtype: DType, index: int = 0, value: ScalarValue = 0) -> Scalar:
    # repr tells 0.0 from -0.0 and equal NaNs from nothing; ids are safe because the node keeps its operands alive.
    key = (fn, tuple(map(id, operands)), dtype, index, repr(value))
    node = _NODES.get(key)
    if node is None:
        with _Interning.lock:
            node = _NODES.get(key)
            if node is None:
                node = _NODES[key] = Scalar(fn, operands, dtype, index, value)
    return node


def _from_nodes(nodes: tuple[tuple[str, tuple[int, ...], DType, int, ScalarValue], ...]) -> Scalar:
    """Returns the last of the nodes that `Scalar.__reduce__` lists."""
    made: list[Scalar] = []
    for fn, operands, dtype, index, value in nodes:
        made.append(_intern(fn, tuple(made[i] for i in operands), dtype, index, value))
    return made[-1]


def arg(index: int, dtype: DType) -> Scalar:
    """The element of operand `index`."""
    return _intern("arg", (), dtype, index)


def iteration_index(dim: int) -> Scalar:
    """The position along iteration dim `dim`, of type i64 (linalg.index)."""
    return _intern("index", (), i64, dim)


def const(value: ScalarValue, dtype: DType) -> Scalar:
    """A literal. Raises InferError for a value outside an integer type, or a fraction in one."""
    if dtype.is_float:
        return _intern("const", (), dtype, value=float(value))
    if dtype.kind == "bool":
        return _intern("const", (), dtype, value=bool(value))
    low, high = dtype.range
    if not low <= value <= high or int(value) != value:  # NaN is not in any range
        raise InferError(f"the constant {value} does not fit into {dtype}")
    return _intern("const", (), dtype, value=int(value))


def apply(name: str, *operands: Scalar) -> Scalar:
    """A function of scalars. Raises InferError for an unknown name, a wrong count or types that differ."""
    fn = SCALAR_FNS.get(name)
    if fn is None or name in CONVERSIONS:
        raise InferError(f"unknown scalar function {name!r}; known: {', '.join(SCALAR_FNS)}")
    if len(operands) != fn.arity:
        raise InferError(f"{name} takes {fn.arity} operands, got {len(operands)}")
    values = operands[1:] if name == "select" else operands
    if name == "select" and operands[0].dtype is not i1:
        raise InferError(f"select: the condition must be i1, got {operands[0].dtype}")
    dtype = values[0].dtype
    if any(v.dtype != dtype for v in values):
        raise InferError(f"{name}: operand types differ: {', '.join(str(v.dtype) for v in values)}; cast one")
    if (fn.domain == "float" and not dtype.is_float) or (fn.domain == "integer" and not dtype.is_integer):
        raise InferError(f"{name} takes {fn.domain} operands, got {dtype}")
    return _intern(name, operands, fn.result or dtype)


def cast(value: Scalar, dtype: DType) -> Scalar:
    """Converts to another element type: floats round to nearest even, floats to integers truncate and saturate,
    integers wrap."""
    return value if value.dtype == dtype else _intern("cast", (value,), dtype)


def bitcast(value: Scalar, dtype: DType) -> Scalar:
    """The same bits read as another element type. Raises InferError if the widths differ."""
    if value.dtype.bits != dtype.bits:
        raise InferError(f"bitcast: {value.dtype} has {value.dtype.bits} bits, {dtype} has {dtype.bits}")
    return value if value.dtype == dtype else _intern("bitcast", (value,), dtype)


def with_operands(node: Scalar, operands: Sequence[Scalar]) -> Scalar:
    """Returns the same function of other operands."""
    if all(a is b for a, b in zip(node.operands, operands, strict=True)):
        return node
    if node.fn in CONVERSIONS:
        return (cast if node.fn == "cast" else bitcast)(operands[0], node.dtype)
    return apply(node.fn, *operands)


def rewritten(root: Scalar, rule: Callable[[Scalar, tuple[Scalar, ...]], Scalar]) -> Scalar:
    """Returns `root` with each node replaced by what `rule` returns for it and its operands, which are already
    rewritten.

    It is iterative and visits each shared node once."""
    made: dict[int, Scalar] = {}
    for node in ScalarBody((), root).nodes():
        made[id(node)] = rule(node, tuple(made[id(o)] for o in node.operands))
    return made[id(root)]


@frozen(cache_hash=True)
class ScalarBody:
    """The types of the operands' elements, and the result. `result` is interned, so `==` is cheap."""

    args: tuple[DType, ...]
    result: Scalar

    @property
    def iteration_dims(self) -> frozenset[int]:
        """The iteration dims whose index the body reads; a body that reads none is the same at every position."""
        return frozenset(node.index for node in self.nodes() if node.fn == "index")

    @property
    def may_fail(self) -> bool:
        """True if some operands make it an error: a division of integers."""
        return any(node.fn in MAY_FAIL and node.dtype.is_integer for node in self.nodes())

    def nodes(self) -> Iterator[Scalar]:
        """Returns every node once, operands before users."""
        return iter(self._order)

    @cached_property
    def _order(self) -> tuple[Scalar, ...]:
        """Cached, because a fold evaluates its body per position. It is iterative, so the depth is not limited."""
        done: dict[int, Scalar] = {}
        stack = [self.result]
        while stack:
            node = stack[-1]
            if id(node) in done:
                stack.pop()
                continue
            waiting = [o for o in node.operands if id(o) not in done]
            if waiting:
                stack.extend(reversed(waiting))
                continue
            done[id(node)] = stack.pop()
        return tuple(done.values())
