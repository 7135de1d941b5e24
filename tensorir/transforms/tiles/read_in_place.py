"""Products of few rows whose other side would be packed in the same launch read it as it is."""

from __future__ import annotations

from tensorir.dialects.linalg import Contract
from tensorir.dialects.packing import BatchMmt4d, Mmt4d, Pack, Unpack
from tensorir.ir.affine import select
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.transforms.tiles.matmuls import few_rows


def read_in_place(region: Region) -> Region:
    """unpack(mmt4d(pack(a), pack(b))) == contract(a, b), where the packs add zeros alone.

    Only for few rows or columns, and if one side is packed here from an argument. The other side is unpacked where it
    is not packed here."""
    producers = {r: op for op in region.ops for r in op.results}
    readers: dict[Value, list[Op]] = {}
    for op in region.ops:
        for v in op.operands:
            readers.setdefault(v, []).append(op)
    made: dict[Op, tuple[Op, ...]] = {}
    for op in region.ops:
        if isinstance(op, Mmt4d | BatchMmt4d) and op.result not in region.yields:
            match readers.get(op.result, []):
                case [Unpack() as unpack]:
                    if found := _as_contraction(op, unpack, producers, region):
                        made[unpack] = found
                case _:
                    pass
    if not made:
        return region
    ops: list[Op] = []
    env: dict[Value, Value] = {}
    for op in region.ops:
        new = [o.with_operands([env.get(v, v) for v in o.operands]) for o in made[op][:-1]] if op in made else []
        moved = {a: b.result for a, b in zip((o.result for o in made[op][:-1]), new, strict=True)} if op in made else {}
        last = made[op][-1] if op in made else op
        last = last.with_operands([moved.get(v, env.get(v, v)) for v in last.operands])
        ops += [*new, last]
        env.update(zip(op.results, last.results, strict=True))
    yields = tuple(env.get(y, y) for y in region.yields)
    needed, kept = set(yields), list[Op]()
    for op in reversed(ops):
        if any(r in needed for r in op.results):
            needed.update(op.operands)
            kept.append(op)
    return Region(region.args, tuple(reversed(kept)), yields)


def _as_contraction(
    op: Mmt4d | BatchMmt4d, unpack: Unpack, producers: dict[Value, Op], region: Region
) -> tuple[Op, ...] | None:
    """Returns what computes the unpacked result; its last op has it."""
    if op.init:
        return None
    batch = 1 if isinstance(op, BatchMmt4d) else 0
    m, n, k = batch, batch + 1, batch + 2
    order = unpack.outer_dims_perm
    out = {d: unpack.shape[at] for d, at in zip((*range(batch), m, n), order, strict=True)}
    packs: list[Pack | None] = []
    for value in (op.lhs, op.rhs):
        producer = producers.get(value)
        packs.append(producer if isinstance(producer, Pack) and producer.padding == 0 else None)
    from_args = [p for p in packs if p is not None and p.source in region.args]
    if not from_args:
        return None
    depth = from_args[0].source.type.shape[from_args[0].outer_dims_perm[batch + 1]]
    sizes = {**out, k: depth}
    before: list[Op] = []
    values: list[Value] = []
    loops: list[list[int]] = []
    for value, pack, row in ((op.lhs, packs[0], m), (op.rhs, packs[1], n)):
        dims = [*range(batch), row, k]
        if pack is None:
            tiles = value.type.shape[-2:]
            if value is op.rhs and op.rhs_order == "kn":
                tiles = tiles[::-1]
            t0, t1 = tiles
            shape = tuple(sizes[d] for d in dims)
            if not isinstance(t0, int) or not isinstance(t1, int):
                return None
            inner = ((batch, batch + 1), (t0, t1))
            if value is op.rhs and op.rhs_order == "kn":
                inner = ((batch + 1, batch), (t1, t0))
            before.append(Unpack(value, inner[0], inner[1], tuple(range(batch + 2)), shape, loc=op.loc))
            values.append(before[-1].result)
            loops.append(dims)
            continue
        along = [0] * len(dims)
        for d, at in zip(dims, pack.outer_dims_perm, strict=True):
            along[at] = d
        if tuple(sizes[d] for d in along) != pack.source.type.shape:
            return None
        values.append(pack.source)
        loops.append(along)
    along = [0] * len(order)
    for d, at in zip((*range(batch), m, n), order, strict=True):
        along[at] = d
    maps = (select(k + 1, loops[0]), select(k + 1, loops[1]), select(k + 1, along))
    made = Contract(values[0], values[1], (), maps, op.dtype, loc=op.loc)
    found = few_rows(made)
    if found is None or packs[0 if found.swapped else 1] not in from_args:
        return None  # the side that is not few
    return (*before, made)
