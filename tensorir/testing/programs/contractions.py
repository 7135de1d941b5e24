"""Steps that multiply."""

from __future__ import annotations

from math import prod

from hypothesis import strategies as st

from tensorir.dialects.linalg import Contract
from tensorir.ir.affine import select
from tensorir.ir.dtype import bf16, f32, i8, i32, i64
from tensorir.ir.types import TensorType
from tensorir.testing.programs.step import step
from tensorir.testing.programs.values import DATA_BOUND, EXACT, SIZES
from tensorir.testing.programs.writer import Writer

KINDS = {
    1: ((0, 0, 1),),
    2: ((0, 1, 1),) * 4 + ((0, 0, 2), (1, 0, 1)),
    3: ((1, 1, 1),) * 9 + ((0, 2, 1),) * 3 + ((0, 1, 2), (1, 0, 2), (2, 0, 1)),
    4: ((2, 1, 1), (1, 2, 1), (1, 1, 2), (0, 2, 2), (0, 3, 1)),
}
"""By the rank of lhs: how many of its dims are batch, M and K dims."""


@step(6)
def contract(w: Writer) -> None:
    """A matmul, matvec or dot, with up to two dims of each kind."""
    lhs = w.pick(lambda v: 1 <= v.type.rank <= 4 and v.type.dtype != i64)
    if lhs is None:
        return
    dtype = i32 if lhs.type.dtype == i8 else f32 if lhs.type.dtype == bf16 else lhs.type.dtype
    rank, shape = lhs.type.rank, lhs.type.shape
    batch, rows, summed = w.draw(st.sampled_from(KINDS[rank]))
    kinds = [f"{kind}{i}" for kind, count in zip("bmk", (batch, rows, summed), strict=True) for i in range(count)]
    lhs_labels = w.draw(st.permutations(kinds))
    size = dict(zip(lhs_labels, shape, strict=True))
    known = {x: s for x, s in size.items() if isinstance(s, int)}
    if not all(x in known for x in kinds if x[0] in "bk"):
        return
    for i in range(w.draw(st.sampled_from((0, 1, 1, 1, 1, 2))) if rank > 1 else w.draw(st.integers(0, 1))):
        size[f"n{i}"] = known[f"n{i}"] = w.draw(st.sampled_from(SIZES))
    rhs_labels = w.draw(st.permutations([x for x in size if x[0] in "bkn"]))
    rhs_shape = tuple(known[x] for x in rhs_labels)
    rhs_type = TensorType(rhs_shape, lhs.type.dtype)
    rhs = w.pick(lambda v: v.type == rhs_type) if w.draw(st.booleans()) else None
    if rhs is None or (rhs is lhs and lhs_labels == rhs_labels):  # MLIR has no other form for a sum of squares
        rhs = w.weight(rhs_shape, lhs.type.dtype)
    count = prod(known[x] for x in kinds if x[0] == "k")
    limit = EXACT[dtype] // (DATA_BOUND * max(count, 1))
    lhs, rhs = w.within(lhs, max(limit, 1)), w.within(rhs, DATA_BOUND)
    out = w.draw(st.permutations([x for x in size if x[0] in "bmn"]))
    letters = [*out, *(x for x in size if x[0] == "k")]
    a, b, c = (select(len(letters), (letters.index(x) for x in part)) for part in (lhs_labels, rhs_labels, out))
    bound = w.bounds[lhs] * w.bounds[rhs] * max(count, 1)
    made = w.add(Contract(lhs, rhs, (), (a, b, c), dtype), bound)
    if w.draw(st.integers(0, 3)) == 0:
        init = w.within(w.pick(lambda v: v.type == made.type) or made, max(EXACT[dtype] - bound, 1))
        if w.bounds[init] + bound <= EXACT[dtype]:
            w.add(Contract(lhs, rhs, (init,), (a, b, c), dtype), bound + w.bounds[init])
