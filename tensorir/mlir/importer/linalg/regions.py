"""Structured ops whose text has a region, given their maps; shared by linalg.generic, map, reduce and named ops."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import evolve

from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import InferError
from tensorir.ir.scalar import Scalar, arg
from tensorir.ir.value import Value
from tensorir.mlir.importer.composites import NAME
from tensorir.mlir.importer.linalg.bodies import Body
from tensorir.mlir.importer.linalg.lowering import lower
from tensorir.mlir.importer.linalg.structured import Product, Structured, aligned
from tensorir.mlir.importer.scalars.trees import renumbered
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.syntax import Block, Operation, RankedTensor, SSAValue, element_of

Written = Callable[[Sequence[Scalar]], tuple[Scalar, ...]]
"""The yielded expressions for the elements of the operands, for an op whose text has no region."""


def structured_op(
    op: Operation,
    scope: Scope,
    inputs: Sequence[SSAValue],
    outs: Sequence[SSAValue],
    maps: Sequence[AffineMap],
    body: Block | Written,
    *,
    parallel: tuple[int, ...] | None = None,
    keep_inputs: bool = False,
    product: Product = "",
) -> None:
    """Adds the ops for a structured op and binds its results. `maps` are those of the inputs, then of `outs`.

    Inputs that are literals become constants in its body. Raises InferError if operands, maps and region do not fit."""
    _check(op, inputs, outs, maps)
    scalars = [None if isinstance(v.type, RankedTensor) else scope.scalar_of(v) for v in inputs]
    literals = {i: literal for i, literal in enumerate(scalars) if literal is not None}
    tensors = [v for i, v in enumerate(inputs) if i not in literals]
    values = scope.tensors(tensors)
    count = len(values)
    own_maps = tuple(m for i, m in enumerate(maps) if i not in literals)
    s = Structured(values, scope.tensors(outs), own_maps, (), parallel, keep_inputs, product)
    s, sizes = aligned(s, scope)
    reader = Body(
        scope,
        sizes,
        list(s.operands),
        list(own_maps),
        range(count, count + len(outs)),
        any(not m.is_permutation for m in own_maps[count:]),
    )
    numbers = iter(range(len(own_maps)))
    elements = [literals.get(i) or arg(n := next(numbers), s.operands[n].type.dtype) for i in range(len(maps))]
    if isinstance(body, Block):
        _bind_arguments(reader, body, [*inputs, *outs], elements)
        bodies = reader.read(body, "linalg.yield", [element_of(v.type) for v in outs])
    else:
        bodies = body(elements)
    if len(bodies) != len(outs):
        raise InferError(f"yields {len(bodies)} values for {len(outs)} results")
    for yielded, init in zip(bodies, s.inits, strict=True):
        if yielded.dtype != init.type.dtype:
            raise InferError(f"yields {yielded.dtype} for a result of type {init.type}")
    if (value := _brought_in(s, reader, bodies)) is not None:
        scope.bind(op.results[0], value)
        return
    made = lower(_with_extra(s, reader, bodies), scope, as_fold=NAME in op.attributes)
    for result, value in zip(op.results, made, strict=True):
        scope.bind(result, value)


def _brought_in(s: Structured, reader: Body, bodies: Sequence[Scalar]) -> Value | None:
    """Returns an operand added by the body, such as rows of a table, if its elements, in order, are the result."""
    if len(bodies) != 1 or bodies[0].fn != "arg" or bodies[0].index < len(s.operands):
        return None
    value = reader.operands[bodies[0].index]
    same = reader.maps[bodies[0].index] == s.maps[-1] and value.type == s.inits[0].type
    return value if same and s.maps[-1].is_permutation else None


def _with_extra(s: Structured, reader: Body, bodies: Sequence[Scalar]) -> Structured:
    """Returns `s` with these bodies. Operands that they added (captured values, gathered elements) become inputs, which
    come before the inits."""
    first, count = len(s.inputs), len(s.operands)
    extra = range(count, len(reader.operands))
    order = [*range(first), *extra, *range(first, count)]
    numbers = {old: new for new, old in enumerate(order)}
    dims = {d: d for d in range(s.num_dims)}
    return evolve(
        s,
        inputs=(*s.inputs, *(reader.operands[i] for i in extra)),
        maps=tuple(reader.maps[i] for i in order),
        bodies=tuple(renumbered(b, numbers, dims) for b in bodies),
    )


def _bind_arguments(reader: Body, block: Block, operands: Sequence[SSAValue], elements: Sequence[Scalar]) -> None:
    """Binds the block's arguments to the elements, one per operand."""
    if len(block.args) != len(elements):
        raise InferError(f"its region takes {len(block.args)} elements, there are {len(elements)} operands")
    for i, (argument, operand, element) in enumerate(zip(block.args, operands, elements, strict=True)):
        if argument.type != element_of(operand.type):
            raise InferError(f"its region takes {argument.type} as element {i}, the operand is {operand.type}")
        reader.known[argument] = element


def _check(op: Operation, inputs: Sequence[SSAValue], outs: Sequence[SSAValue], maps: Sequence[AffineMap]) -> None:
    if not outs:
        raise InferError("has no outs")
    if any(not isinstance(v.type, RankedTensor) for v in outs):
        raise InferError("has outs that are not tensors")
    if len(maps) != len(inputs) + len(outs):
        raise InferError(f"{len(maps)} maps for {len(inputs)} ins and {len(outs)} outs")
    if len(op.results) != len(outs):
        raise InferError(f"gives {len(op.results)} results for {len(outs)} outs; only tensors are supported")
    if len({m.num_dims for m in maps}) != 1:
        raise InferError("its maps have different numbers of dims")


def named_op(
    op: Operation,
    scope: Scope,
    inputs: Sequence[SSAValue],
    outs: Sequence[SSAValue],
    maps: Sequence[AffineMap],
    written: Written,
    *,
    product: Product = "",
) -> None:
    """Converts an op whose name implies its region; a region in the text takes precedence."""
    body = op.regions[0][0] if op.regions and op.regions[0] else written
    structured_op(op, scope, inputs, outs, maps, body, product=product)
