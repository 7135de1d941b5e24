"""arith and math in functions: on tensors and scalars element by element, on sizes as expressions."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.dialects.linalg import Fill, Generic
from tensorir.interp.context import Context
from tensorir.interp.scalar import evaluate_body
from tensorir.ir.affine import AffineMap, identity
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, ceildiv, floordiv, mod, never_negative, plain_symbol, substitute
from tensorir.ir.module import Module
from tensorir.ir.scalar import Scalar, ScalarBody, ScalarValue, arg
from tensorir.ir.value import Value
from tensorir.mlir.importer.scalars.table import LITERALS, SCALAR_RULES, affine_operands, scalar_op
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.importer.types import is_size
from tensorir.mlir.syntax import AffineMapAttr, IntAttr, Operation, RankedTensor, ScalarType, SSAValue


def elementwise(op: Operation, scope: Scope) -> None:
    """An op of arith or math. What is known when compiling is computed here, sizes stay sizes, and everything else
    becomes one linalg.generic."""
    if len(op.results) != 1:
        raise InferError(f"gives {len(op.results)} results; ops with one are supported")
    (result,) = op.results
    if all(scope.constant(v) is not None for v in op.operands):
        _folded(op, scope, result)
        return
    if not isinstance(result.type, RankedTensor):
        dim = _size(op, scope)
        if dim is not None:
            _bind_size(result, dim, scope)
            if not isinstance(dim, int) and plain_symbol(dim) is None and _wraps_early(op):
                _computed(op, scope, result)  # what it is as data: a size does not wrap
            return
        if all(map(scope.is_of_sizes, op.operands)):
            scope.mark_of_sizes(result)
    _computed(op, scope, result)


def _computed(op: Operation, scope: Scope, result: SSAValue) -> None:
    tensors = [v for v in op.operands if isinstance(v.type, RankedTensor)]
    shape = _shape(tensors, scope) if tensors else ()
    inputs: list[Value] = []
    maps: list[AffineMap] = []
    elements: dict[SSAValue, Scalar] = {}
    for v in dict.fromkeys(op.operands):
        literal = scope.scalar_of(v)
        if literal is not None:
            elements[v] = literal
            continue
        value = scope.tensor(v)
        is_tensor = isinstance(v.type, RankedTensor)
        inputs.append(scope.with_shape(value, shape) if is_tensor else value)
        maps.append(identity(len(shape)) if is_tensor else AffineMap(len(shape), ()))
        elements[v] = arg(len(inputs) - 1, value.type.dtype)
    made = scalar_op(op, [elements[v] for v in op.operands])
    if made is None:
        raise InferError("is not supported")
    body = ScalarBody(tuple(v.type.dtype for v in inputs), made)
    encoding = scope.type(result.type, shape).encoding
    said = () if identity(len(shape)) in maps else shape  # where no operand says the shape, the op does
    generic = Generic(tuple(inputs), (*maps, identity(len(shape))), body, said, encoding, loc=scope.loc)
    scope.bind(result, scope.add(generic).result)


def _shape(tensors: Sequence[SSAValue], scope: Scope) -> tuple[Dim, ...]:
    """The sizes of the first tensor that is not one constant; of the first one if all are."""
    for v in tensors:
        if scope.constant(v) is None:
            return scope.shape(v)
    return scope.shape(tensors[0])


def _folded(op: Operation, scope: Scope, result: SSAValue) -> None:
    operands = [x for v in op.operands if (x := scope.scalar_of(v)) is not None]
    made = scalar_op(op, operands)
    if made is None:
        raise InferError("is not supported")
    value = literal_value(made)
    if not isinstance(result.type, RankedTensor):
        scope.bind_literal(result, value)
        return
    shape = _shape([v for v in op.operands if isinstance(v.type, RankedTensor)], scope)
    scope.bind(result, scope.add(Fill(value, scope.type(result.type, shape), loc=scope.loc)).result, value)


def literal_value(scalar: Scalar) -> ScalarValue:
    """The number that an expression without arguments is."""
    array = evaluate_body(ScalarBody((), scalar), (), Context(Module(), {}))
    if scalar.dtype.is_float:
        return float(array)
    return bool(array) if scalar.dtype.kind == "bool" else int(array)


# -- sizes


def _wraps_early(op: Operation) -> bool:
    """Whether `op` is of integers below 64 bits, so that the data can be another number than the size."""
    return any(isinstance(v.type, ScalarType) and v.type.name == "i32" for v in (*op.operands, *op.results))


def _bind_size(result: SSAValue, dim: Dim, scope: Scope) -> None:
    if isinstance(dim, int):
        scope.bind_literal(result, dim)
    else:
        scope.bind_dim(result, dim)


def _size(op: Operation, scope: Scope) -> Dim | None:
    """The size that `op` computes from sizes, or None if it has to be computed from data."""
    if op.name == "arith.select":
        return _selected(op, scope)
    found = [scope.optional_dim(v) for v in op.operands]
    dims = [d for d in found if d is not None]
    if len(dims) != len(found):
        return None
    try:
        if op.name == "arith.cmpi":
            return _compared(op, dims)
        if not is_size(op.results[0].type):
            return None
        if op.name.startswith("affine."):
            return _applied(op, dims)
        return _arithmetic(op.name.removeprefix("arith."), dims)
    except InferError:  # too large an expression: computed as data, refused where a size is needed
        return None


def _arithmetic(name: str, dims: Sequence[Dim]) -> Dim | None:
    match name, dims:
        case (("index_cast" | "extsi" | "trunci"), [a]):
            return a
        case (("index_castui" | "extui"), [a]):
            return a if never_negative(a) else None
        case "addi", [a, b]:
            return a + b
        case "subi", [a, b]:
            return a - b
        case "muli", [a, b]:
            return a * b
        case (("divsi" | "divui" | "floordivsi"), [a, b]) if _divisible(name == "floordivsi", a, b):
            return floordiv(a, b)
        case (("ceildivsi" | "ceildivui"), [a, b]) if _divisible(name == "ceildivsi", a, b):
            return ceildiv(a, b)
        case (("remsi" | "remui"), [a, b]) if _divisible(False, a, b):
            return mod(a, b)
        case (("maxsi" | "minsi"), [a, b]):
            return _extreme(a, b, largest=name == "maxsi")
        case _:
            return None


def _divisible(rounds_alike: bool, a: Dim, b: Dim) -> bool:
    """Whether the core's division is this one: `rounds_alike` says so also for negative dividends."""
    if isinstance(b, int):
        return b > 0 and (rounds_alike or never_negative(a))
    return never_negative(a) and never_negative(b)


def _extreme(a: Dim, b: Dim, *, largest: bool) -> Dim | None:
    if never_negative(a - b):
        return a if largest else b
    if never_negative(b - a):
        return b if largest else a
    return None


def _compared(op: Operation, dims: Sequence[Dim]) -> Dim | None:
    """A comparison that holds, or does not, whatever the sizes."""
    predicate = op.attributes.get("predicate")
    if not isinstance(predicate, IntAttr) or len(dims) != 2:
        return None
    difference = dims[0] - dims[1]
    tests = {0: "==", 1: "!=", 2: "<", 3: "<=", 4: ">", 5: ">="}
    if predicate.value not in tests:
        return None
    return _decided(tests[predicate.value], difference)


def _decided(test: str, difference: Dim) -> Dim | None:
    if isinstance(difference, int):
        holds = {
            "==": difference == 0,
            "!=": difference != 0,
            "<": difference < 0,
            "<=": difference <= 0,
            ">": difference > 0,
            ">=": difference >= 0,
        }
        return int(holds[test])
    if never_negative(difference) and test in (">=", "<"):
        return int(test == ">=")
    if never_negative(-1 * difference) and test in ("<=", ">"):
        return int(test == "<=")
    return None


def _selected(op: Operation, scope: Scope) -> Dim | None:
    if len(op.operands) != 3:
        return None
    condition, yes, no = op.operands
    a, b = scope.optional_dim(yes), scope.optional_dim(no)
    known = scope.constant(condition)
    if known is not None:
        return a if known else b
    return a if a is not None and a == b else None


def _applied(op: Operation, dims: Sequence[Dim]) -> Dim | None:
    """affine.apply; affine.min and affine.max where one result is the smallest or the largest for all sizes."""
    map = op.attributes.get("map")
    if not isinstance(map, AffineMapAttr) or not map.map.results:
        return None
    symbols, iteration = affine_operands(map, dims)
    found, *others = (substitute(result, symbols, iteration) for result in map.map.results)
    if op.name == "affine.apply":
        return None if others else found
    for other in others:
        extreme = _extreme(found, other, largest=op.name == "affine.max")
        if extreme is None:
            return None
        found = extreme
    return found


OPS = {name: elementwise for name in SCALAR_RULES if name not in LITERALS}
