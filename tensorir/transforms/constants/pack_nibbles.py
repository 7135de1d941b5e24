"""pack-nibbles: constants of four-bit integers are stored two to a byte, and taken apart where they are read.

It runs last, when constants have their layouts. The two halves of a byte are elements that lie apart by whole tiles of
k, or by half of a row, so that whoever takes them apart reads vectors of neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from attrs import evolve, frozen

from tensorir.analysis.movement import is_view
from tensorir.dialects.flow import GlobalLoad, Launch
from tensorir.dialects.linalg import Generic
from tensorir.dialects.tensor import CollapseShape, Constant, ExpandShape
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import Remark
from tensorir.ir.dtype import i4, i8, u4
from tensorir.ir.module import Function, Global, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.scalar import ScalarBody, apply, arg, cast
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.passes.levels import NO_DISPATCHES, NO_ENCODINGS, NO_LAYOUTS, ONLY_DATA, Level
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import map_regions
from tensorir.transforms.constants.constant_memory import ConstantMemory

SHIFTS = np.array([0, 4], np.int8)
"""By how many bits the first and the second half are shifted down."""


@frozen
class PackNibbles(Pass):
    """Law: interp(pack(m)) == interp(m), bit for bit. Each i4 or u4 constant takes half a byte per element, unless
    something else than elementwise ops of launches reads it, or no dim can be halved, which a remark says."""

    name: ClassVar[str] = "pack-nibbles"
    requires: ClassVar[tuple[Level, ...]] = (NO_ENCODINGS, NO_LAYOUTS, NO_DISPATCHES, ONLY_DATA)

    def run(self, module: Module, ctx: PassContext) -> Module:
        four_bits = {g.name: g for g in module.globals if g.type.dtype in (i4, u4) and not g.mutable}
        uses = _uses(module, four_bits)
        packed: dict[str, Halves] = {}
        for name, g in four_bits.items():
            if (halves := halves_of(g.type)) is not None and not uses.reasons[name]:
                packed[name] = halves
            else:
                reason = f"it takes a byte per element: {uses.reasons[name]}"
                ctx.decisions.add(Remark(self.name, "global", "halves", reason, "", g.loc, f"@{name}"))
        if not packed:
            return module
        places: dict[str, dict[int, tuple[Halves, TensorType]]] = {}
        for (executable, i), names in uses.given.items():
            name = next(iter(names))
            if name in packed:
                places.setdefault(executable, {})[i] = (packed[name], four_bits[name].type)

        def load(op: Op, operands: tuple[Value, ...]) -> Op | None:
            if not isinstance(op, GlobalLoad) or op.symbol not in packed:
                return None
            return op.evolve(type=packed[op.symbol].type(four_bits[op.symbol].type))

        memory = ConstantMemory()
        made = module.replace(
            globals=[
                evolve(g, type=packed[g.name].type(g.type), value=packed[g.name].of(g.value, memory))
                if g.name in packed and isinstance(g.value, Dense)
                else g
                for g in module.globals
            ],
            executables=[e.with_region(_on_bytes(e.body, places.get(e.name, {}))) for e in module.executables],
        )
        return map_regions(made, lambda region: sweep(region, load), Function)


@frozen
class Halves:
    """Dim `dim` has `outer` times two halves of `inner` positions; a byte holds an element of each half."""

    dim: int
    outer: int
    inner: int

    def type(self, type: TensorType) -> TensorType:
        """The type of the bytes."""
        return TensorType(self._shape(_sizes(type), ()), i8)

    def of(self, value: Dense, memory: ConstantMemory) -> Dense:
        """The bytes, in new memory."""
        shape = value.array.shape
        apart = (value.array.view(np.uint8) & 15).reshape(
            *shape[: self.dim], self.outer, 2, self.inner, *shape[self.dim + 1 :]
        )
        low, high = (np.take(apart, half, self.dim + 1) for half in (0, 1))
        bytes = memory.allocate(self._shape(shape, ()), np.dtype(np.int8))
        np.bitwise_or(low, high << 4, out=bytes.view(np.uint8).reshape(low.shape))
        return Dense.own(bytes)

    def taken_apart(self, bytes: Value, type: TensorType) -> list[Op]:
        """The ops that make the tensor of the bytes."""
        shifts = Constant(Dense(SHIFTS))
        split = self._shape(_sizes(type), (2,), joined=False)
        plain = tuple(s for d, s in enumerate(split) if d != self.dim + 1)
        dims = range(len(split))
        source = bytes
        ops: list[Op] = [shifts]
        if plain != bytes.type.shape:
            groups = _groups(self.dim, len(bytes.type.shape), 2)
            ops.append(ExpandShape(source, groups, plain))
            source = ops[-1].result
        maps: tuple[AffineMap, ...] = (
            select(len(split), [d for d in dims if d != self.dim + 1]),
            select(len(split), (self.dim + 1,)),
            identity(len(split)),
        )
        half = cast(apply("shr", arg(0, i8), arg(1, i8)), type.dtype)
        ops.append(Generic((source, shifts.result), maps, ScalarBody((i8, i8), half), split))
        ops.append(CollapseShape(ops[-1].result, _groups(self.dim, len(type.shape), 3)))
        return ops

    def _shape(self, shape: tuple[int, ...], half: tuple[int, ...], *, joined: bool = True) -> tuple[int, ...]:
        before, after = shape[: self.dim], shape[self.dim + 1 :]
        inside = (self.outer * self.inner,) if joined else (self.outer, *half, self.inner)
        return (*before, *inside, *after)


def halves_of(type: TensorType) -> Halves | None:
    """Returns which elements share a byte; None if no dim can be halved. In tiles (at least four dims) those of
    neighbouring tiles, otherwise those of the halves of the last dim."""
    shape = _sizes(type)
    if 0 in shape:
        return None
    if len(shape) >= 4:
        for dim in (len(shape) - 3, *range(len(shape) - 4, -1, -1)):
            if shape[dim] % 2 == 0:
                return Halves(dim, shape[dim] // 2, 1)
    for dim in range(len(shape) - 1, -1, -1):
        if shape[dim] % 2 == 0:
            return Halves(dim, 1, shape[dim] // 2)
    return None


def _sizes(type: TensorType) -> tuple[int, ...]:
    return tuple(s for s in type.shape if isinstance(s, int))  # those of constants are numbers


def _groups(dim: int, rank: int, parts: int) -> tuple[tuple[int, ...], ...]:
    """The groups of a reshape between a shape of this rank and one in which `dim` is so many dims."""
    before, after = range(dim), range(dim + parts, rank + parts - 1)
    return (*((d,) for d in before), tuple(range(dim, dim + parts)), *((d,) for d in after))


@frozen
class _Uses:
    """`reasons`: constant → why it stays as it is, "" if it does not. `given`: executable and argument → the constants
    that launches give it there; None: something else."""

    reasons: dict[str, str]
    given: Mapping[tuple[str, int], set[str | None]]


def _uses(module: Module, four_bits: Mapping[str, Global]) -> _Uses:
    bodies = {e.name: e.body for e in module.executables}
    reasons = {name: "" if halves_of(g.type) else "no dim can be halved" for name, g in four_bits.items()}
    given: dict[tuple[str, int], set[str | None]] = {}
    for symbol in module.all_symbols():
        if (region := symbol.region) is None:
            continue
        loaded = {op.result: op.symbol for op in region.walk() if isinstance(op, GlobalLoad) and op.symbol in four_bits}
        for op in region.walk():
            for i, v in enumerate(op.operands):
                if isinstance(op, Launch):
                    given.setdefault((op.executable, i), set()).add(loaded.get(v))
                if v in loaded and not (isinstance(op, Launch) and _is_taken_apart(bodies[op.executable], i)):
                    reasons[loaded[v]] = "something else than elementwise ops of launches reads it"
        reasons.update({loaded[y]: "it is returned" for y in region.yields if y in loaded})
    changed = True
    while changed:
        changed = False
        for names in given.values():
            mixed = any(n is None or reasons[n] for n in names) or len({four_bits[n].type for n in names if n}) > 1
            for name in names:
                if name is not None and mixed and not reasons[name]:
                    reasons[name], changed = "a launch is given another kind of tensor in its place", True
    return _Uses(reasons, given)


def _is_taken_apart(body: Region, argument: int) -> bool:
    """Whether elementwise ops alone read an argument of an executable, maybe as a view."""
    reached = {body.args[argument]}
    for op in body.ops:
        if any(v in reached for v in op.operands):
            if is_view(op):
                reached.update(op.results)
            elif not isinstance(op, Generic):
                return False
    return not any(y in reached for y in body.yields)


def _on_bytes(body: Region, places: Mapping[int, tuple[Halves, TensorType]]) -> Region:
    """The body of an executable whose arguments at `places` are bytes."""
    args, ops, env = list(body.args), list[Op](), dict[Value, Value]()
    for i, (halves, type) in places.items():
        args[i] = Value(halves.type(type), body.args[i].hint)
        ops += halves.taken_apart(args[i], type)
        env[body.args[i]] = ops[-1].result
    ops += [op.with_operands([env.get(v, v) for v in op.operands]) for op in body.ops]
    return Region(tuple(args), tuple(ops), body.yields)
