"""The common form of all structured ops: operands, maps, and one scalar expression per result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from attrs import evolve, frozen

from tensorir.dialects import linalg
from tensorir.ir.affine import AffineMap, select
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, iteration_dim, iteration_dims_of, substitute
from tensorir.ir.scalar import Scalar, ScalarBody, arg
from tensorir.ir.types import TypeEncoding
from tensorir.ir.value import Value
from tensorir.mlir.importer.scalars.trees import args_of, indices_of, renumbered
from tensorir.mlir.importer.scope import Scope

Product = Literal["", "contract", "mmt4d"]


@frozen
class Structured:
    """`bodies[r]` computes result r from the elements `arg(i)` of the operands: inputs, then inits (`outs`)."""

    inputs: tuple[Value, ...]
    inits: tuple[Value, ...]
    maps: tuple[AffineMap, ...]
    bodies: tuple[Scalar, ...]
    parallel: tuple[int, ...] | None = None
    """Iteration dims declared to be parallel; None means those of the results."""
    keep_inputs: bool = False
    """Inputs that no body reads stay inputs, so that a linalg.generic is read as it is written."""
    product: Product = ""
    """A named sum of products, which is a contraction even if nothing is summed; "mmt4d": over tiles, rhs
    N1×K1×N0×K0."""

    @property
    def operands(self) -> tuple[Value, ...]:
        """Inputs, then inits."""
        return (*self.inputs, *self.inits)

    @property
    def num_dims(self) -> int:
        """The number of iteration dims."""
        return self.maps[0].num_dims

    def init_number(self, result: int) -> int:
        """The operand number of a result's init."""
        return len(self.inputs) + result

    def result_map(self, result: int) -> AffineMap:
        """The map of a result and of its init."""
        return self.maps[self.init_number(result)]


def aligned(s: Structured, scope: Scope) -> tuple[Structured, tuple[Dim, ...]]:
    """Returns `s` with operands whose sizes agree, and the size of each iteration dim.

    Sizes that differ are stated to be equal. Raises InferError if they can't be equal, if no operand gives the size
    of a dim, and if a map reads outside its operand."""
    sizes: dict[int, Dim] = {}
    for number, (map, value) in enumerate(zip(s.maps, s.operands, strict=True)):
        if len(map.results) != value.type.rank:
            raise InferError(f"the map {map} of operand {number} has {len(map.results)} results for {value.type}")
        if map.num_dims != s.num_dims:
            raise InferError(f"the map {map} of operand {number} has {map.num_dims} dims, that of 0 has {s.num_dims}")
        for dim, size in zip(map.dims, value.type.shape, strict=True):
            # A static size is preferred; `?` sizes are stated to be equal to it.
            if dim is not None and (dim not in sizes or (isinstance(size, int) and not isinstance(sizes[dim], int))):
                sizes[dim] = size
    if missing := [d for d in range(s.num_dims) if d not in sizes]:
        raise InferError(f"no operand gives the size of d{missing[0]}")
    operands = [
        scope.with_shape(v, tuple(n if d is None else sizes[d] for d, n in zip(m.dims, v.type.shape, strict=True)))
        for m, v in zip(s.maps, s.operands, strict=True)
    ]
    for number, (map, value) in enumerate(zip(s.maps, operands, strict=True)):
        _check_bounds(number, map, value.type.shape, tuple(sizes[d] for d in range(s.num_dims)))
    count = len(s.inputs)
    resolved = evolve(s, inputs=tuple(operands[:count]), inits=tuple(operands[count:]))
    return resolved, tuple(sizes[d] for d in range(s.num_dims))


def _check_bounds(number: int, map: AffineMap, shape: tuple[Dim, ...], sizes: Sequence[Dim]) -> None:
    """Checks known sizes; unknown ones are checked at run time."""
    for position, (plain, extent) in enumerate(zip(map.dims, shape, strict=True)):
        if plain is not None or not isinstance(extent, int) or (reach := map.reach(position, sizes)) is None:
            continue
        for index in reach:
            if not 0 <= index < extent:
                raise InferError(f"reads index {index} of dim {position} of operand {number}, whose size is {extent}")


def elementwise(
    scope: Scope,
    s: Structured,
    body: Scalar,
    out: AffineMap,
    sizes: Sequence[Dim],
    encoding: TypeEncoding | None = None,
    *,
    keep: int = 0,
) -> Value:
    """Returns a linalg.generic over the iteration space of `s`, with the operands that `body` reads and the first
    `keep`."""
    used = sorted({*args_of(body), *range(keep)})
    maps = tuple(s.maps[i] for i in used)
    inputs = tuple(s.operands[i] for i in used)
    scalars = ScalarBody(
        tuple(v.type.dtype for v in inputs),
        renumbered(body, {old: new for new, old in enumerate(used)}, {d: d for d in range(out.num_dims)}),
    )
    found = {d for map in maps for d in map.dims}
    shape = () if all(d in found for d in range(out.num_dims)) else tuple(sizes)
    return scope.add(linalg.Generic(inputs, (*maps, out), scalars, shape, encoding, loc=scope.loc)).result


def restricted(s: Structured, body: Scalar, dims: Sequence[int]) -> tuple[Structured, Scalar]:
    """Returns `s` and an expression over only the iteration dims `dims`, which become d0, d1, … in that order."""
    new = {old: i for i, old in enumerate(dims)}
    renumbering = {old: iteration_dim(i) for old, i in new.items()}
    used = args_of(body)
    # Maps of operands that are not read may use other dims; they are never used.
    maps = tuple(
        AffineMap(len(dims), tuple(substitute(r, {}, renumbering) for r in m.results)) if i in used else m
        for i, m in enumerate(s.maps)
    )
    return evolve(s, maps=maps), renumbered(body, {i: i for i in used}, new)


def dims_of(s: Structured, body: Scalar) -> tuple[int, ...]:
    """Returns the iteration dims on which an expression depends, through its operands' maps and linalg.index,
    ascending."""
    read = {d for i in args_of(body) for r in s.maps[i].results for d in iteration_dims_of(r)}
    return tuple(sorted(read | {*indices_of(body)}))


def squeezed(s: Structured, scope: Scope) -> tuple[Structured, tuple[tuple[int, ...], ...]]:
    """Returns `s` with results that lack the dims of size 1 whose maps are a constant 0, and the positions of those
    dims.

    Raises InferError if a result's map is neither a dim nor 0."""
    positions = tuple(_unit_positions(r, s.result_map(r), s.inits[r]) for r in range(len(s.inits)))
    if not any(positions):
        return s, positions
    inits, maps = list(s.inits), list(s.maps)
    for r, units in enumerate(positions):
        if units:
            map = s.result_map(r)
            kept = [d for d in map.dims if d is not None]
            maps[s.init_number(r)] = select(map.num_dims, kept)
            inits[r] = _without(scope, s.inits[r], units)
    return evolve(s, inits=tuple(inits), maps=tuple(maps)), positions


def _unit_positions(result: int, map: AffineMap, init: Value) -> tuple[int, ...]:
    units = tuple(i for i, expr in enumerate(map.results) if expr == 0)
    plain = [d for d in map.dims if d is not None]
    if len(plain) + len(units) != len(map.results) or len(set(plain)) != len(plain):
        raise InferError(f"the map {map} of result {result} must give each dim at most once, and 0 for dims of size 1")
    for i in units:
        if init.type.shape[i] != 1:
            raise InferError(
                f"the map {map} of result {result} gives 0 for dim {i} of {init.type}, whose size is not 1"
            )
    if units and init.type.encoding is not None:
        raise InferError(f"the map {map} of result {result} gives 0 for a dim of an encoded tensor")
    return units


def _without(scope: Scope, init: Value, units: tuple[int, ...]) -> Value:
    """Returns an init without its dims of size 1. A fill stays a fill."""
    kept = [i for i in range(init.type.rank) if i not in units]
    shape = tuple(init.type.shape[i] for i in kept)
    match scope.producer(init):
        case linalg.Fill(value=value):
            return scope.add(linalg.Fill(value, init.type.with_shape(shape), loc=scope.loc)).result
        case _:
            new = {old: iteration_dim(i) for i, old in enumerate(kept)}
            read = AffineMap(len(kept), tuple(new.get(i, 0) for i in range(init.type.rank)))
            body = ScalarBody((init.type.dtype,), arg(0, init.type.dtype))
            out = select(len(kept), range(len(kept)))
            return scope.add(linalg.Generic((init,), (read, out), body, loc=scope.loc)).result


def unsqueezed(scope: Scope, value: Value, units: tuple[int, ...]) -> Value:
    """Adds the dims of size 1 to the result again."""
    if not units:
        return value
    sizes = iter(value.type.shape)
    shape = tuple(1 if i in units else next(sizes) for i in range(value.type.rank + len(units)))
    return scope.add(linalg.Broadcast(value, units, shape, loc=scope.loc)).result
