"""linalg.fill_rng_2d: numbers of a linear congruential generator, a function of seed and position."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tensorir.ir.affine import AffineMap, identity
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dtype import f64, i32, i64
from tensorir.ir.scalar import Scalar, apply, cast, const, iteration_index
from tensorir.mlir.importer.attributes import segments
from tensorir.mlir.importer.linalg.elements import converted
from tensorir.mlir.importer.linalg.regions import named_op
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.syntax import Operation

_FACTOR, _INCREMENT = 1103515245, 12345
_SCALE = 2.3283064e-10
"""About 2**-32: the generator's range as a fraction of 1."""


def _random(elements: Sequence[Scalar]) -> tuple[Scalar, ...]:
    low, high, seed, old = elements

    def step(x: Scalar, add: Scalar) -> Scalar:
        scaled = apply("mul", apply("add", x, add), cast(const(_FACTOR, i64), i32))
        return apply("add", scaled, cast(const(_INCREMENT, i64), i32))

    row, column = (cast(iteration_index(d), i32) for d in (0, 1))
    drawn = cast(step(column, step(row, seed)), f64)
    shifted = apply("add", cast(const(2147483647, i64), f64), drawn)
    scale = apply("mul", apply("sub", high, low), const(_SCALE, f64))
    return (converted(apply("add", apply("mul", shifted, scale), low), old.dtype),)


def _fill_rng_2d(op: Operation, scope: Scope) -> None:
    inputs, outs = segments(op, 2)
    if len(inputs) != 3 or len(outs) != 1:
        raise InferError(f"takes 3 ins and 1 outs, got {len(inputs)} and {len(outs)}")
    named_op(op, scope, inputs, outs, (*[AffineMap(2, ())] * 3, identity(2)), _random)


OPS: Mapping[str, Callable[[Operation, Scope], None]] = {"linalg.fill_rng_2d": _fill_rng_2d}
