"""Random programs whose arguments have a batch: positions along the symbol S that never meet, so that each is computed
as if it were alone."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from hypothesis import assume
from hypothesis import strategies as st

from tensorir.dialects.linalg import ZeroPadding
from tensorir.dialects.tensor import Size
from tensorir.ir.dims import symbol
from tensorir.ir.dtype import f32
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.testing.programs.steps import STEPS
from tensorir.testing.programs.values import RAGGED
from tensorir.testing.programs.writer import Writer
from tensorir.transforms.tiles.unit_dims import ties_of

BATCH = symbol("S")

_ROW_WISE = ("contract", "bias", "elementwise", "softmax", "layer_norm", "transpose")
"""Steps that keep a batch apart, drawn more often than others."""


def followed(body: Region) -> dict[Value, int]:
    """Returns the values that are computed batch by batch, and which of their dims is the batch."""
    along = {a: a.type.shape.index(BATCH) for a in body.args if BATCH in a.type.shape}
    mixed: set[Value] = set()
    for op in body.ops:
        reached = {} if mixed.intersection(op.operands) else _through(op, along)
        knows = isinstance(op, Size) or any(BATCH in r.type.shape for r in op.results)
        if not reached and (knows or any(v in along or v in mixed for v in op.operands)):
            mixed.update(op.results)
        along |= reached
    return along


def _through(op: Op, along: Mapping[Value, int]) -> dict[Value, int]:
    """Returns the dims of the batch in the results of an op; none if positions of the batch meet in it, or if it knows
    which position is which."""
    at = {(i, along[v]) for i, v in enumerate(op.operands) if v in along}
    loops = op.loops()
    if isinstance(op, ZeroPadding) and any(along.get(op.operands[0]) == dim for dim in op.dims):
        return {}
    for loop, ties in ties_of(op).items():
        tied = {(i, dim) for i, dim, ratio in ties if ratio == Fraction(1)}
        results = {r: dim for i, dim in tied for r in [i - len(op.operands)] if r >= 0}
        numbered = loops is not None and any(
            n.fn == "index" and n.index == loop for body in loops.bodies for n in body.nodes()
        )
        if not at or not at <= tied or len(results) != len(op.results) or numbered:
            continue
        if all(_only_at(r, results[i]) for i, r in enumerate(op.results)):
            return {r: results[i] for i, r in enumerate(op.results)}
    return {}


def _only_at(value: Value, dim: int) -> bool:
    return [i for i, size in enumerate(value.type.shape) if not isinstance(size, int)] == [dim]


@st.composite
def batches(draw: st.DrawFn) -> Module:
    """A module with one function @main. Each of its results has one dim of size S, and so has its first argument; no
    other size is symbolic."""
    writer = Writer(draw)
    writer.symbolic = False
    sizes = [draw(st.sampled_from(RAGGED)) for _ in range(draw(st.integers(1, 2)))]
    writer.argument((BATCH, *sizes), f32)
    for _ in range(draw(st.integers(0, 2))):
        writer.any_argument()
    often = [s for name, s in STEPS.items() for _ in range(s.weight * (4 if name in _ROW_WISE else 1))]
    for _ in range(draw(st.integers(2, 12))):
        draw(st.sampled_from(often)).write(writer)
    return _of_batches(writer)


def _of_batches(w: Writer) -> Module:
    """What is computed batch by batch, of which all is returned that nothing else of it reads."""
    whole = w.b.finish([])
    along = followed(whole)
    read = {v for op in whole.ops if set(op.results) & along.keys() for v in op.operands}
    yields = tuple(v for v in along if v not in whole.args and v not in read)
    assume(yields)
    needed, ops = set(yields), list[Op]()
    for op in reversed(whole.ops):
        if needed & set(op.results):
            ops.append(op)
            needed |= set(op.operands)
    return Module((Function("main", Region(whole.args, tuple(reversed(ops)), yields)), *w.functions), w.globals)
