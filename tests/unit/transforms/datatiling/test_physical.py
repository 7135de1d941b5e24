"""Which ops have a packed form, and when it can't be used. What the forms are is shown in
tests/filetests/materialize-encodings."""

from __future__ import annotations

import pytest

from tensorir.dialects.linalg import Contract, Generic, LayerNorm, Reduce, Softmax, Transpose
from tensorir.dialects.linalg.rows import RmsNorm
from tensorir.dialects.tensor import (
    Cast,
    CollapseShape,
    Concat,
    ExpandShape,
    ExtractSlice,
    Gather,
    GatherNd,
    InsertSlice,
    Pad,
)
from tensorir.encoding.layout import Layout
from tensorir.ir.affine import AffineMap, identity, select
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import DType, f32, i32, i64
from tensorir.ir.op import Op
from tensorir.ir.scalar import ScalarBody, apply, arg, cast, iteration_index
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.transforms.datatiling.packed import Emitter, Packed
from tensorir.transforms.datatiling.physical import form_of

LAST = Layout((1,), (8,), (0, 1))
BOTH = Layout((0, 1), (4, 8), (0, 1))
MATMUL = (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1)))


def v(*shape: Dim, dtype: DType = f32) -> Value:
    return Value(TensorType(shape, dtype))


def packed(x: Value, layout: Layout | None) -> Packed:
    type = x.type if layout is None else layout.packed_type(x.type)
    return Packed(Value(type), x.type.shape, layout)


def generic(body: ScalarBody, *maps: AffineMap, dtype: DType = f32) -> Generic:
    return Generic(tuple(v(4, 10, dtype=dtype) for _ in maps[1:]), maps, body)


A, B = arg(0, f32), arg(1, f32)
DIVIDED = ScalarBody((i32, i32), apply("div", arg(0, i32), arg(1, i32)))
POSITION = ScalarBody((f32,), apply("add", A, cast(iteration_index(0), f32)))


def made(op: Op, layout: Layout, *stored: Layout | None) -> Packed | None:
    form = form_of(op)
    assert form is not None
    emit = Emitter()
    found = form(op, [packed(x, at) for x, at in zip(op.operands, stored, strict=True)], layout, emit)
    if found is None:
        assert not emit.ops, "what is refused writes nothing"
    else:
        assert found.layout == layout
        assert found.shape == op.results[0].type.shape
        assert found.value.type.shape == layout.packed_shape(found.shape)
    return found


@pytest.mark.parametrize(
    ("op", "has"),
    [
        (Contract(v(4, 10), v(10, 4), (), MATMUL, f32), True),
        (Softmax(v(4, 10), (1,)), True),
        (LayerNorm(v(4, 10), v(10), v(10), (1,), 1e-5), True),
        (RmsNorm(v(4, 10), v(10), (1,), 1e-5), True),
        (Reduce(v(4, 10), "add", (1,)), True),
        (Transpose(v(4, 10), (1, 0)), True),
        (ExpandShape(v(4, 10), ((0,), (1, 2)), (4, 2, 5)), True),
        (CollapseShape(v(4, 10), ((0, 1),)), True),
        (Concat((v(4, 10), v(4, 10)), 0), True),
        (ExtractSlice(v(4, 10), (0, 4), (4, 6), (1, 1)), True),
        (Pad(v(4, 10), (0, 0), (1, 0)), True),
        (Gather(v(4, 10), v(3, dtype=i64)), True),
        (InsertSlice(v(2, 10), v(4, 10), (1, 0), (1, 1)), True),
        (GatherNd(v(4, 10), (v(3, dtype=i64), v(3, dtype=i64))), False),
        (Cast(v(4, 10), (4, 10)), False),
    ],
    ids=lambda p: p.NAME if isinstance(p, Op) else str(p),
)
def test_ops_with_a_packed_form(op: Op, has: bool) -> None:
    assert (form_of(op) is not None) == has


def test_a_contraction_without_tiles_is_row_major() -> None:
    assert made(Contract(v(4, 10), v(10, 4), (), MATMUL, f32), BOTH, None, None) is None


@pytest.mark.parametrize(
    ("op", "form"),
    [
        (generic(ScalarBody((f32,), apply("exp", A)), identity(2), identity(2)), True),
        (generic(ScalarBody((f32,), apply("exp", A)), select(2, (1, 0)), identity(2)), False),
        (generic(POSITION, identity(2), identity(2)), False),
        (generic(DIVIDED, identity(2), identity(2), identity(2), dtype=i32), False),
        (generic(ScalarBody((f32, f32), apply("div", A, B)), identity(2), identity(2), identity(2)), True),
    ],
    ids=["exp", "transposed", "position", "integer division", "float division"],
)
def test_bodies_that_tiles_may_run(op: Generic, form: bool) -> None:
    if op.maps[0] != identity(2):
        op = Generic((v(10, 4),), op.maps, op.body)
        form = True  # an input in another order is stored in another order
    assert (made(op, LAST, *(None for _ in op.inputs)) is not None) == form


@pytest.mark.parametrize("dims", [(1,), (2,), (1, 2)])
@pytest.mark.parametrize(("rows", "columns"), [(4, 16), (4, 10), (3, 10)])
def test_a_reduction_of_several_dims_must_not_be_padded(dims: tuple[int, ...], rows: int, columns: int) -> None:
    """The extent says where one axis ends; of two padded ones each would need its own."""
    layout = Layout((1, 2), (4, 8), (0, 1, 2))
    op = Reduce(v(2, rows, columns), "add", dims)
    left = layout.projected(tuple(d for d in range(3) if d not in dims))
    form = form_of(op)
    assert form is not None
    emit = Emitter()
    found = form(op, [packed(op.operands[0], layout)], left, emit)
    padded = [size for d, size, tile in ((1, rows, 4), (2, columns, 8)) if size % tile and d in dims]
    assert (found is not None) == (not padded or len(dims) == 1)
    if found is not None:
        (reduced,) = [o for o in emit.ops if isinstance(o, Reduce)]
        assert reduced.extent == (padded[0] if padded else None)
