"""Named elementwise ops: linalg.elementwise, linalg.add, linalg.exp and similar ops of LLVM 19, and linalg.copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tensorir.ir.affine import identity
from tensorir.ir.diagnostic import InferError
from tensorir.ir.scalar import Scalar, const
from tensorir.mlir.importer.attributes import attribute, segments
from tensorir.mlir.importer.linalg.elements import (
    ADD,
    MAX,
    MAX_UNSIGNED,
    MIN,
    MIN_UNSIGNED,
    MUL,
    SUB,
    Element,
    apply_op,
    converted,
    is_unsigned,
)
from tensorir.mlir.importer.linalg.generic import plain_maps
from tensorir.mlir.importer.linalg.regions import named_op
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.importer.types import ranked
from tensorir.mlir.syntax import DialectAttr, Operation


def _reciprocal(x: Scalar) -> Scalar:
    if not x.dtype.is_float:
        raise InferError(f"is not supported on {x.dtype}")
    return apply_op("arith.divf", const(1.0, x.dtype), x)


def _square(x: Scalar) -> Scalar:
    return Element("arith.mulf")(x, x)


_MATH = (
    *("exp", "log", "log2", "log10", "log1p", "ceil", "floor", "round", "sqrt", "rsqrt", "erf"),
    *("sin", "cos", "tan", "asin", "acos", "atan", "asinh", "acosh", "atanh", "tanh"),
)

KINDS: Mapping[str, tuple[int, Callable[..., Scalar]]] = {
    **{n: (1, Element(f"math.{n}")) for n in _MATH},
    "abs": (1, Element("math.absf")),
    "negf": (1, Element("arith.negf")),
    "reciprocal": (1, _reciprocal),
    "square": (1, _square),
    "add": (2, ADD),
    "sub": (2, SUB),
    "mul": (2, MUL),
    "div": (2, Element("arith.divf", "arith.divsi")),
    "div_unsigned": (2, Element("", "arith.divui")),
    "max_signed": (2, MAX),
    "min_signed": (2, MIN),
    "max_unsigned": (2, MAX_UNSIGNED),
    "min_unsigned": (2, MIN_UNSIGNED),
    "powf": (2, Element("math.powf")),
    "select": (3, Element("arith.select", "arith.select")),
}
"""Kind → number of operands, element of the result."""

_OLD_NAMES = {"max": "max_signed", "min": "min_signed"}


def _elementwise(op: Operation, scope: Scope) -> None:
    kind = attribute(op, "kind")
    if not isinstance(kind, DialectAttr) or kind.name != "linalg.elementwise_kind" or kind.text not in KINDS:
        raise InferError(f"the attribute kind must be #linalg.elementwise_kind<…> of {', '.join(KINDS)}")
    _of_kind(op, scope, kind.text)


def _named(op: Operation, scope: Scope) -> None:
    name = op.name.removeprefix("linalg.")
    _of_kind(op, scope, _OLD_NAMES.get(name, name))


def _of_kind(op: Operation, scope: Scope, kind: str) -> None:
    inputs, outs = segments(op, 2)
    count, element = KINDS[kind]
    if len(inputs) != count or len(outs) != 1:
        raise InferError(f"{kind} takes {count} ins and 1 outs, got {len(inputs)} and {len(outs)}")
    flat = identity(len(ranked(outs[0].type).shape))
    maps = plain_maps(op) if "indexing_maps" in op.attributes else (flat,) * (count + 1)
    # Types are not mixed here: only linalg.copy converts elements.
    named_op(op, scope, inputs, outs, maps, lambda elements: (element(*elements[:-1]),))


def _copy(op: Operation, scope: Scope) -> None:
    """Converts a copy; if the types are equal, it is its source."""
    inputs, outs = segments(op, 2)
    if len(inputs) != 1 or len(outs) != 1 or len(op.results) != 1:
        raise InferError("takes 1 ins, 1 outs, and gives 1 result")
    source, into = scope.tensors((*inputs, *outs))
    if source.type.dtype == into.type.dtype and source.type.encoding == into.type.encoding:
        scope.bind(op.results[0], scope.with_shape(source, into.type.shape))
        return

    def element(elements: Sequence[Scalar]) -> tuple[Scalar, ...]:
        x, old = elements
        return (converted(x, old.dtype, unsigned=is_unsigned(op)),)

    flat = identity(into.type.rank)
    named_op(op, scope, inputs, outs, (flat, flat), element)


OPS: Mapping[str, Callable[[Operation, Scope], None]] = {
    "linalg.elementwise": _elementwise,
    **{f"linalg.{name}": _named for name in (*KINDS, *_OLD_NAMES) if not name.endswith("_signed")},
    "linalg.copy": _copy,
}
