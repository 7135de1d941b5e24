"""What MLIR's verifiers say of written types: which operands and results of an op are of one type, which conversions
go which way. Generic text can say anything, and pretty text can convert in the wrong direction.

The core has fewer types than MLIR (`index` is i64, `?` is any size), so its own checks would let through what other
tools refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from attrs import frozen

from tensorir.ir.diagnostic import InferError
from tensorir.mlir.importer.scalars.pairs import OPS as PAIRS
from tensorir.mlir.importer.scalars.table import LITERALS, SCALAR_RULES
from tensorir.mlir.importer.types import element_type
from tensorir.mlir.syntax import (
    INDEX,
    DenseAttr,
    FloatAttr,
    IntAttr,
    Operation,
    RankedTensor,
    ResourceAttr,
    ScalarType,
    SSAValue,
    Type,
    element_of,
)

Check = Callable[[Operation], None]
Kind = Literal["float", "integer", "index"]


def check_types(op: Operation) -> None:
    """Raises InferError for an op whose written types its dialect does not allow."""
    check = _CHECKS.get(op.name)
    if check is not None:
        check(op)
    elif op.name.startswith("linalg.") and op.results:
        _results_are_outs(op)


def _kind(type: Type) -> Kind:
    element = element_of(type)
    if element == INDEX:
        return "index"
    return "float" if element_type(element).is_float else "integer"


def _shape(type: Type) -> tuple[int | None, ...] | None:
    return type.shape if isinstance(type, RankedTensor) else None


def _need_shape(what: str, type: Type, like: Type) -> None:
    if _shape(type) != _shape(like):
        raise InferError(f"{what} is {type}, it must have the shape of {like}")


def _need_same(values: Sequence[SSAValue], what: str = "its operands and results") -> None:
    """All of one type. Raises InferError naming the first that differs."""
    for v in values[1:]:
        if v.type is not values[0].type and v.type != values[0].type:
            raise InferError(f"{what} must have one type, got {values[0].type} and {v.type}")


def _same(op: Operation) -> None:
    """Operands of one element type whose sizes may agree; the results are of the type of the first one."""
    if not op.operands:
        return
    first = op.operands[0].type
    for v in op.operands[1:]:
        if v.type is not first and not _may_agree(v.type, first):
            raise InferError(f"its operands must have one type, got {first} and {v.type}")
    for v in op.results:
        if v.type is not first and v.type != first:
            raise InferError(f"the result must be {first} as the operand is, got {v.type}")


def _may_agree(a: Type, b: Type) -> bool:
    if not isinstance(a, RankedTensor) or not isinstance(b, RankedTensor):
        return a == b
    if a.element != b.element or a.encoding != b.encoding or len(a.shape) != len(b.shape):
        return False
    return all(m is None or n is None or m == n for m, n in zip(a.shape, b.shape, strict=True))


def _is_i1(type: Type) -> bool:
    return element_of(type) == ScalarType("i1")


def _predicate(op: Operation) -> None:
    """Operands of one type; the results are i1 in their shape."""
    _need_same(op.operands, "its operands")
    for result in op.results:
        _need_i1("the result", result.type, op.operands[0].type if op.operands else result.type)


def _need_i1(what: str, type: Type, like: Type) -> None:
    if not _is_i1(type):
        raise InferError(f"{what} must be i1, got {type}")
    _need_shape(what, type, like)


def _select(op: Operation) -> None:
    if len(op.operands) != 3 or len(op.results) != 1:
        return  # the count is somebody else's to refuse
    condition, *others = op.operands
    _need_same((*others, *op.results))
    if condition.type != ScalarType("i1"):
        _need_i1("the condition", condition.type, others[0].type)


def _with_overflow(op: Operation) -> None:
    """A sum and whether it overflowed."""
    _need_same((*op.operands, *op.results[:1]))
    for overflow in op.results[1:]:
        _need_i1("the overflow", overflow.type, op.results[0].type)


def _power(op: Operation) -> None:
    """math.fpowi: the exponent has a type of its own."""
    _need_same((*op.operands[:1], *op.results))
    for exponent in op.operands[1:]:
        _need_shape("the exponent", exponent.type, op.operands[0].type)


@frozen
class _Conversion:
    """From one kind of element to another, `narrower`, `wider`, or with any number of bits."""

    source: Kind
    target: Kind
    bits: Literal["narrower", "wider", "any"] = "any"

    def __call__(self, op: Operation) -> None:
        if len(op.operands) != 1 or len(op.results) != 1:
            return  # the count is somebody else's to refuse
        source, target = op.operands[0].type, op.results[0].type
        if (_kind(source), _kind(target)) != (self.source, self.target):
            raise InferError(f"converts {self.source} to {self.target} elements, got {source} to {target}")
        a, b = element_type(source).bits, element_type(target).bits
        if (self.bits == "wider" and a >= b) or (self.bits == "narrower" and a <= b):
            raise InferError(f"the result must be {self.bits} than the operand, got {source} to {target}")
        _need_shape("the result", target, source)


def _index_cast(op: Operation) -> None:
    """Between index and an integer, either way."""
    kinds = [_kind(v.type) for v in (*op.operands, *op.results)]
    if sorted(kinds) != ["index", "integer"]:
        types = " to ".join(str(v.type) for v in (*op.operands, *op.results))
        raise InferError(f"converts between index and integer elements, got {types}")
    _need_shape("the result", op.results[0].type, op.operands[0].type)


def _bitcast(op: Operation) -> None:
    for v in (*op.operands, *op.results):
        if _kind(v.type) == "index":
            raise InferError(f"the bits of an index are not known, got {v.type}")
        _need_shape("the result", v.type, op.operands[0].type if op.operands else v.type)


def _literal(op: Operation) -> None:
    value = op.attributes.get("value")
    type = value.type if isinstance(value, IntAttr | FloatAttr | DenseAttr | ResourceAttr) else None
    for result in op.results:
        if type is not None and type != result.type:
            raise InferError(f"its value is of type {type}, its result {result.type}")


def _all_index(op: Operation) -> None:
    for v in (*op.operands, *op.results):
        if v.type != INDEX:
            raise InferError(f"takes and gives index, got {v.type}")


def _indexed_from(first: int, *, element: int | None = None) -> Check:
    """The operands from `first` on are indices; where operand `element` is a tensor, what is put in or taken out is of
    its element type."""

    def check(op: Operation) -> None:
        for v in op.operands[first:]:
            if v.type != INDEX:
                raise InferError(f"takes index operands after operand {first - 1}, got {v.type}")
        if element is None or len(op.operands) <= element:
            return
        tensor = op.operands[element].type
        single = op.operands[0].type if element else op.results[0].type if op.results else None
        if isinstance(tensor, RankedTensor) and single is not None and single != tensor.element:
            raise InferError(f"an element of {tensor} is {tensor.element}, got {single}")

    return check


def _results_are_outs(op: Operation) -> None:
    """The last operands are what the results start from. An op that names its result's type is checked elsewhere."""
    outs = op.operands[len(op.operands) - len(op.results) :]
    for i, (out, result) in enumerate(zip(outs, op.results, strict=False)):
        if isinstance(out.type, RankedTensor) and out.type != result.type:
            raise InferError(f"result {i} is {result.type}, its outs {out.type}")


def _result_is_dest(op: Operation) -> None:
    """linalg.pack, linalg.unpack."""
    if len(op.operands) > 1 and op.results and op.operands[1].type != op.results[0].type:
        raise InferError(f"the result is {op.results[0].type}, its destination {op.operands[1].type}")


_CHECKS: Mapping[str, Check] = {
    **dict.fromkeys((*SCALAR_RULES, *PAIRS), _same),
    **dict.fromkeys(("arith.cmpi", "arith.cmpf"), _predicate),
    **dict.fromkeys(("math.isnan", "math.isinf", "math.isfinite", "math.isnormal"), _predicate),
    **dict.fromkeys(("arith.addui_extended", "arith.subui_extended"), _with_overflow),
    **dict.fromkeys(("arith.index_cast", "arith.index_castui"), _index_cast),
    **dict.fromkeys(("arith.extsi", "arith.extui"), _Conversion("integer", "integer", "wider")),
    **dict.fromkeys(("arith.sitofp", "arith.uitofp"), _Conversion("integer", "float")),
    **dict.fromkeys(("arith.fptosi", "arith.fptoui"), _Conversion("float", "integer")),
    **dict.fromkeys(LITERALS, _literal),
    **dict.fromkeys(("affine.apply", "affine.min", "affine.max", "linalg.index"), _all_index),
    "arith.trunci": _Conversion("integer", "integer", "narrower"),
    "arith.extf": _Conversion("float", "float", "wider"),
    "arith.truncf": _Conversion("float", "float", "narrower"),
    "arith.convertf": _Conversion("float", "float"),
    "arith.bitcast": _bitcast,
    "arith.select": _select,
    "math.fpowi": _power,
    "tensor.extract": _indexed_from(1, element=0),
    "tensor.insert": _indexed_from(2, element=1),
    "tensor.dim": _indexed_from(1),
    "tensor.empty": _indexed_from(0),
    "tensor.splat": _indexed_from(1),
    "tensor.generate": _indexed_from(0),
    "tensor.expand_shape": _indexed_from(1),
    "tensor.extract_slice": _indexed_from(1),
    "tensor.insert_slice": _indexed_from(2),
    "tensor.pad": _indexed_from(1),
    "linalg.pack": _result_is_dest,
    "linalg.unpack": _result_is_dest,
}
