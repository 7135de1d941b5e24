"""Steps that multiply."""

from __future__ import annotations

from hypothesis import strategies as st

from tensorir.dialects.linalg import Contract
from tensorir.ir.affine import select
from tensorir.ir.dtype import bf16, f32, i8, i32, i64
from tensorir.ir.types import TensorType
from tensorir.testing.programs.step import step
from tensorir.testing.programs.values import DATA_BOUND, EXACT, SIZES
from tensorir.testing.programs.writer import Writer


@step(6)
def contract(w: Writer) -> None:
    lhs = w.pick(lambda v: v.type.rank in (1, 2, 3) and v.type.dtype != i64)
    if lhs is None:
        return
    rank = lhs.type.rank
    batch = 1 if rank == 3 else 0
    dtype = i32 if lhs.type.dtype == i8 else f32 if lhs.type.dtype == bf16 else lhs.type.dtype
    dims = w.draw(st.permutations(range(rank)))  # which dim of lhs is batch, M, K
    shape = lhs.type.shape
    k = shape[dims[-1]]
    if not isinstance(k, int) or (batch and not isinstance(shape[dims[0]], int)):
        return
    wide = w.draw(st.booleans()) or batch == 1
    n = w.draw(st.sampled_from(SIZES))
    batch_size = [s for s in (shape[dims[0]],) if batch and isinstance(s, int)]
    rhs_labels, rhs_shape = ["k", *(["n"] if wide else [])], [k, *([n] if wide else [])]
    if batch:
        rhs_labels, rhs_shape = ["b", *rhs_labels], [*batch_size, *rhs_shape]
    order = w.draw(st.permutations(range(len(rhs_labels))))
    rhs_type = TensorType(tuple(rhs_shape[i] for i in order), lhs.type.dtype)
    rhs = w.pick(lambda v: v.type == rhs_type) if w.draw(st.booleans()) else None
    rhs = rhs if rhs is not None else w.weight(tuple(rhs_shape[i] for i in order), lhs.type.dtype)
    limit = EXACT[dtype] // (DATA_BOUND * max(k, 1))
    lhs, rhs = w.within(lhs, max(limit, 1)), w.within(rhs, DATA_BOUND)
    lhs_labels = [""] * rank
    for label, d in zip((["b"] if batch else []) + (["m"] if rank > 1 else []) + ["k"], dims, strict=True):
        lhs_labels[d] = label
    out = [x for x in ("b", "m", "n") if x in lhs_labels or x in rhs_labels]
    out = w.draw(st.permutations(out))
    letters = list(dict.fromkeys([*out, "k"]))
    labels = (lhs_labels, [rhs_labels[i] for i in order], out)
    a, b, c = (select(len(letters), (letters.index(x) for x in part)) for part in labels)
    bound = w.bounds[lhs] * w.bounds[rhs] * max(k, 1)
    made = w.add(Contract(lhs, rhs, (), (a, b, c), dtype), bound)
    if w.draw(st.integers(0, 3)) == 0:
        init = w.within(w.pick(lambda v: v.type == made.type) or made, max(EXACT[dtype] - bound, 1))
        if w.bounds[init] + bound <= EXACT[dtype]:
            w.add(Contract(lhs, rhs, (init,), (a, b, c), dtype), bound + w.bounds[init])
