"""lower-to-tiles: turns the body of each executable into a tile program."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import combinations
from typing import ClassVar

from attrs import evolve, frozen

from tensorir.analysis.movement import is_windows
from tensorir.dialects.linalg import Contract, Generic
from tensorir.dialects.tensor import Constant, Pad
from tensorir.dialects.tile import Grid, Slice
from tensorir.ir.affine import identity
from tensorir.ir.dims import Dim
from tensorir.ir.known import NOTHING, Known
from tensorir.ir.module import Executable, Module
from tensorir.ir.op import Op, Trait
from tensorir.ir.region import Region
from tensorir.ir.scalar import ScalarBody, arg
from tensorir.ir.sizes import free_sizes
from tensorir.ir.value import Value
from tensorir.passes.decisions import Refuse
from tensorir.passes.levels import NO_DISPATCHES, Level
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.targets.device import Device
from tensorir.transforms.tiles.access import Access, UnfitError, row_major, strided
from tensorir.transforms.tiles.blocks import Cut, chosen_units
from tensorir.transforms.tiles.cut_into_slices import cut_into_slices
from tensorir.transforms.tiles.emitter import Emitter, MadeSide
from tensorir.transforms.tiles.fuse_elementwise import fuse_elementwise
from tensorir.transforms.tiles.lower_ops import LOWERINGS
from tensorir.transforms.tiles.made_sides import made_sides
from tensorir.transforms.tiles.matmuls import wide_units
from tensorir.transforms.tiles.read_in_place import read_in_place
from tensorir.transforms.tiles.storage import VIEWS, homes, in_place_operands, is_view, reshaped_outside, viewed
from tensorir.transforms.tiles.unit_dims import are_followed
from tensorir.transforms.tiles.valid_rows import packed_rows


@frozen
class LowerToTiles(Pass):
    """Law: interp(lower(m)) == interp(m), bit for bit; every unit writes its own elements. An executable of which some
    op has no steps has one grid for each other op, keeps that op, and a remark says why."""

    name: ClassVar[str] = "lower-to-tiles"
    requires: ClassVar[tuple[Level, ...]] = (NO_DISPATCHES,)

    def run(self, module: Module, ctx: PassContext) -> Module:
        refuse = ctx.decisions.of(self.name)

        def lowered(executable: Executable) -> Executable:
            device = ctx.device(executable.target)
            if not device.runs_tiles or any(isinstance(o, Grid) for o in executable.body.ops):
                return executable
            return executable.with_region(lower_region(executable.body, device, refuse, executable.known))

        return module.replace(executables=[lowered(e) for e in module.executables])


def lower_region(region: Region, device: Device, refuse: Refuse, known: Known = NOTHING) -> Region:
    """Returns the region as one grid, or, if some op has no steps, each op that has some as a grid of its own.

    So an op always runs by the same steps, whatever else is in its launch. What is returned needs the sizes that the
    region needs, because launches state them: where steps don't mention all, such as that of a cast of which only some
    elements are used, ops are lowered one by one, since grids mention the types of their results."""
    sizes = free_sizes(region)
    whole = _computed_yields(_prepared(region))
    lowered = next(filter(None, (_as_one_grid(whole, device, known, stores_all=s) for s in (False, True))), None)
    if lowered is None or free_sizes(lowered) != sizes:
        lowered = _op_by_op(_computed_yields(region), device, refuse, known)
    return lowered if free_sizes(lowered) == sizes else region


def _prepared(region: Region) -> Region:
    """The region with other ops that compute the same bits with less memory."""
    return fuse_elementwise(cut_into_slices(read_in_place(region)))


def _as_one_grid(region: Region, device: Device, known: Known, *, stores_all: bool) -> Region | None:
    try:
        return _Lowering(region, device, known, stores_all=stores_all).lowered()
    except _RefusedError:
        return None


def lower_strided(
    region: Region, tiled: Region, device: Device, inputs: Mapping[int, Slice], known: Known = NOTHING
) -> Region | str:
    """Returns a region like `tiled`, which `lower_region` made of `region` with these facts: as many grids, but their
    steps read the arguments of these numbers where `inputs` says that they lie, instead of row-major. If some op can't,
    returns which one and why.

    Law: for such arguments it gives the same results as `tiled` for row-major ones, bit for bit."""
    lying = {region.args[i]: slice for i, slice in inputs.items()}
    grids = [op for op in tiled.ops if isinstance(op, Grid)]
    if len(grids) == 1 and all(isinstance(op, Grid | Constant) for op in tiled.ops):
        try:
            return _Lowering(_computed_yields(_prepared(region)), device, known, lying).lowered()
        except _RefusedError as e:
            return f"{e.op.NAME}: {e}"
    reasons: list[str] = []

    def refuse(op: Op, rule: str, reason: str, operand: str = "") -> None:
        reasons.append(f"{op.NAME}: {reason}")

    lowered = _op_by_op(_computed_yields(region), device, refuse, known, lying)
    python = [op for op in lowered.ops if not isinstance(op, Grid) and any(v in lying for v in op.operands)]
    if python or [type(op) for op in lowered.ops] != [type(op) for op in tiled.ops]:
        return next(iter(reasons), "its ops run in Python")
    return lowered


def _op_by_op(
    region: Region, device: Device, refuse: Refuse, known: Known, lying: Mapping[Value, Slice] | None = None
) -> Region:
    env: dict[Value, Value] = {a: a for a in region.args}
    ops: list[Op] = []
    for op in region.ops:
        made = _alone(op, [env[v] for v in op.operands], device, refuse, known, lying or {})
        ops += made
        env.update(zip(op.results, made[-1].results, strict=True))
    return evolve(region, ops=tuple(ops), yields=tuple(env[y] for y in region.yields))


def _alone(
    op: Op, operands: Sequence[Value], device: Device, refuse: Refuse, known: Known, lying: Mapping[Value, Slice]
) -> list[Op]:
    """Returns the op on `operands` as a grid, or as it is if it has no steps."""
    if isinstance(op, Constant):
        return [op]
    args = {v: Value(v.type, v.hint) for v in operands}
    inside = op.with_operands([args[v] for v in operands])
    here = {args[v]: lying[v] for v in args if v in lying}
    try:
        alone = _computed_yields(Region(tuple(args.values()), (inside,), inside.results))
        lowered = _Lowering(alone, device, known, here).lowered()
    except _RefusedError as e:
        refuse(op, "no-steps", f"{e}: it runs in Python")
        return [op.with_operands(operands)]
    outside = {inner: outer for outer, inner in args.items()}
    (grid,) = lowered.ops
    return [grid.with_operands([outside[v] for v in grid.operands])]


class _RefusedError(Exception):
    def __init__(self, op: Op, reason: str) -> None:
        super().__init__(reason)
        self.op = op


def _computed_yields(region: Region) -> Region:
    """Returns the region with each yield computed by an op of its own: what is an argument, a view of one, or yielded
    twice is copied."""
    whole = _whole_values(region)
    ops, yields = list(region.ops), list[Value]()
    for y in region.yields:
        if y in whole or y in yields:
            dims = identity(y.type.rank)
            body = ScalarBody((y.type.dtype,), arg(0, y.type.dtype))
            ops.append(Generic((y,), (dims, dims), body, y.type.shape))
            y = ops[-1].result
        yields.append(y)
    return region if len(ops) == len(region.ops) else Region(region.args, tuple(ops), tuple(yields))


def _whole_values(region: Region) -> set[Value]:
    """The values that exist outside of units: arguments, literals, and views of these."""
    whole = set(region.args)
    for op in region.ops:
        if isinstance(op, Constant) or _is_whole_view(op, whole, region.yields):
            whole.update(op.results)
    return whole


def _is_whole_view(op: Op, whole: Container[Value], yields: Sequence[Value]) -> bool:
    """Whether the op is a view of a whole value; a yielded one of elements that are copied is not, so that it may be
    the op that computes a yield."""
    return is_view(op) and op.operands[0] in whole and (isinstance(op, VIEWS) or op.result not in yields)


def _subsets(count: int) -> Iterator[tuple[int, ...]]:
    """The subsets of 0 … count − 1, larger ones and those of earlier numbers first."""
    for size in range(count, -1, -1):
        yield from combinations(range(count), size)


class _Lowering:
    """The state of one region. `known`: facts about sizes. `lying`: where the arguments lie that are not row-major.
    `stores_all`: right sides of products that an op computes are stored in memory of the unit."""

    def __init__(
        self,
        region: Region,
        device: Device,
        known: Known,
        lying: Mapping[Value, Slice] | None = None,
        *,
        stores_all: bool = False,
    ) -> None:
        self.types = tuple(y.type for y in region.yields)
        region = reshaped_outside(region, _whole_values(region))
        self.region, self.device, self.known, self.stores_all = region, device, known, stores_all
        self.lying = lying or {}
        self.constants = [op for op in region.ops if isinstance(op, Constant)]
        self.outside = (*region.args, *(c.result for c in self.constants))
        results = (Value(type, y.hint) for type, y in zip(self.types, region.yields, strict=True))
        self.inner = [*(Value(v.type, v.hint) for v in self.outside), *results]
        self.ops = [op for op in region.ops if not isinstance(op, Constant)]
        self.views = {r for op in region.ops if isinstance(op, VIEWS) or self._is_windows(op) for r in op.results}

    def lowered(self) -> Region:
        inputs = self.inner[: len(self.outside)]
        whole = {
            v: strided(a, v.type.shape, self.lying[v]) if v in self.lying else row_major(a, v.type.shape)
            for v, a in zip(self.outside, inputs, strict=True)
        }
        for op in self.ops:
            if _is_whole_view(op, whole, self.region.yields):
                try:
                    whole[op.result] = viewed(op, whole[op.operands[0]], op.result.type.shape)
                except UnfitError as e:
                    raise _RefusedError(op, str(e)) from None
        made = {} if self.stores_all else made_sides(self.ops, self.region.yields, whole)
        computing = [op for op in self.ops if not any(r in whole or r in made for r in op.results)]
        for op in computing:
            if type(op) not in LOWERINGS and not isinstance(op, VIEWS):
                raise _RefusedError(op, f"{op.NAME} has no steps")
        cuts = chosen_units(computing, self.region.yields, whole, made)
        if (product := next((op for op in computing if isinstance(op, Contract)), None)) is not None:
            cuts = wide_units(product, cuts, self.known)
        refused: _RefusedError | None = None
        for kept in _subsets(len(cuts)):
            chosen = [cuts[k] for k in kept]
            if chosen and not are_followed(computing, [c.unit for c in chosen]):
                continue
            try:
                return self._with_units(chosen, computing, whole, made)
            except _RefusedError as e:
                refused = e
        assert refused is not None  # there is at least the empty subset
        raise refused

    def _with_units(
        self, cuts: Sequence[Cut], computing: Sequence[Op], whole: dict[Value, Access], made: Mapping[Value, MadeSide]
    ) -> Region:
        units = [c.unit for c in cuts]
        e = Emitter(self.device, units, [c.block for c in cuts], whole)
        e.made, e.packed_rows, e.known = made, packed_rows(self.region), self.known
        e.inside = {op.result: op.source.type.shape for op in computing if isinstance(op, Pad)}
        self._place(e, computing)
        for op in computing:
            try:
                self._lower(e, op)
            except UnfitError as problem:
                raise _RefusedError(op, str(problem)) from None
        args = tuple(self.inner)
        results = args[len(self.outside) :]
        body = Region(args, tuple(e.steps), tuple(e.latest.get(r, r) for r in results))
        region = self.region
        contraction = next((o for o in region.ops if o.is_(Trait.CONTRACTION)), region.ops[-1])
        grid = Grid(
            self.outside,
            body,
            self.types,
            tuple(u.total for u in units),
            tuple(u.granule for u in units),
            tuple(c.block for c in cuts),
            tuple(c.least for c in cuts),
            loc=contraction.loc,
        )
        return evolve(region, ops=(*self.constants, grid), yields=grid.results)

    def _place(self, e: Emitter, computing: Sequence[Op]) -> None:
        """Places the yields, and what becomes one in place, in the results of the grid."""
        places: dict[Value, Access] = {}
        for y, inner in zip(self.region.yields, self.inner[len(self.outside) :], strict=True):
            places[y] = e.within(row_major(inner, y.type.shape), e.value_pieces(y))

        def shape_of(value: Value) -> Sequence[Dim]:
            return [p.size for p in e.value_pieces(value)]

        found = homes(computing, places, e.whole, shape_of)
        # What is padded in memory of the unit is made where its padded form lies.
        padded = [op.result for op in computing if isinstance(op, Pad) and op.result not in found]
        if padded:
            places |= {v: e.scratch(v) for v in padded}
            found = homes(computing, places, e.whole, shape_of)
        while (apart := self._read_apart(e, computing, found)) is not None and apart not in places:
            places[apart] = e.scratch(apart)
            found = homes(computing, places, e.whole, shape_of)
        e.accesses.update(found)

    def _read_apart(self, e: Emitter, computing: Sequence[Op], found: Mapping[Value, Access]) -> Value | None:
        """Returns the first value that must be row-major in memory of the unit, because the elements that a view of it
        takes together would lie apart. `found`: where values lie that have a place."""
        lies = {**e.accesses, **found}
        for op in computing:
            if not isinstance(op, VIEWS):
                continue
            source, sizes = op.operands[0], [p.size for p in e.value_pieces(op.result)]
            if source not in lies:
                lies[source] = row_major(source, [p.size for p in e.value_pieces(source)])
            try:
                lies.setdefault(op.result, viewed(op, lies[source], sizes))
            except UnfitError:
                return source
        return None

    def _is_windows(self, op: Op) -> bool:
        """Whether readers can read windows of a value instead of the op's result, also if a unit computes that
        value."""
        return is_windows(op) and op.result not in self.region.yields

    def _lower(self, e: Emitter, op: Op) -> None:
        if isinstance(op, VIEWS) or self._is_windows(op):
            pieces = e.value_pieces(op.result)
            here = viewed(op, e.accesses[op.operands[0]], [p.size for p in pieces])
            e.copy(here, e.accesses.setdefault(op.result, here), pieces)
            return
        for result in op.results:
            if result not in e.accesses:
                e.accesses[result] = self._in_place(e, op) or e.scratch(result)
        e.attributed(op)
        LOWERINGS[type(op)](e, op, *(e.accesses[r] for r in op.results))

    def _in_place(self, e: Emitter, op: Op) -> Access | None:
        """Returns the memory of an operand that nobody reads afterwards, if the op can work in place."""
        kept = (*e.whole, *self.region.yields, *self.views)
        free = (v for v in in_place_operands(op) if v not in kept and self._readers(v) == 1)
        source = next(free, None)
        return e.accesses[source] if source is not None else None

    def _readers(self, value: Value) -> int:
        return sum(v is value for o in self.ops for v in o.operands)
