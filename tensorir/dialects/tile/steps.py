"""The steps: what each kernel computes along its loops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tensorir.dialects.linalg.reduce import ReductionKind
from tensorir.dialects.tile.step import Step
from tensorir.encoding.resolver import RhsOrder
from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dtype import f32
from tensorir.ir.op import Trait, attribute, op
from tensorir.ir.scalar import ScalarBody, ScalarValue, const
from tensorir.ir.types import Type

MAX_CONTRACTED = 1 << 15
"""Positions of all summed loops of a contract step together."""


@op("tile.map", Trait.PURE)
class Map(Step):
    """One scalar body per out, evaluated at each position of the loops on one element per input and, if a body has
    more arguments, on the current elements of the outs. All bodies are evaluated before anything is written.

    The first `sequential` loops run in order, so that bodies that read the outs fold along them; all other loops are
    parallel. An index in a body is the position of that loop plus `starts[loop]`."""

    bodies: tuple[ScalarBody, ...] = attribute()
    sequential: int = attribute(default=0)
    starts: AffineMap | None = attribute(default=None)

    @property
    def outs_count(self) -> int:
        return len(self.bodies)

    def infer_types(self) -> Sequence[Type]:
        types = tuple(v.type.dtype for v in self.buffers)
        if not 1 <= len(self.bodies) <= len(self.buffers):
            raise InferError(f"{len(self.bodies)} bodies for {len(self.buffers)} buffers: one per out, at least one")
        for body, out in zip(self.bodies, self.outs, strict=True):
            if body.args not in (types, types[: len(self.inputs)]):
                raise InferError(f"a body takes ({', '.join(map(str, body.args))})")
            if body.result.dtype != out.type.dtype:
                raise InferError(f"a body gives {body.result.dtype}, its out is {out.type}")
        return Step.infer_types(self)

    def verify(self) -> Iterator[str]:
        yield from Step.verify(self)
        if not 0 <= self.sequential <= self.loops_count:
            yield f"{self.sequential} sequential loops of {self.loops_count}"
        read = {d for body in self.bodies for d in body.iteration_dims}
        if read and (self.starts is None or max(read) >= len(self.starts.results)):
            yield "a body reads the index of a loop that has no start"


@op("tile.copy", Trait.PURE)
class Copy(Step):
    """Each element of the out is that of the input: a relayout."""

    def infer_types(self) -> Sequence[Type]:
        _counts(self, 1)
        if self.inputs[0].type.dtype != self.outs[0].type.dtype:
            raise InferError(f"the input is {self.inputs[0].type}, the out {self.outs[0].type}")
        return Step.infer_types(self)


@op("tile.fill", Trait.PURE)
class Fill(Step):
    """Each element of the out is `value`."""

    value: ScalarValue = attribute()

    def infer_types(self) -> Sequence[Type]:
        _counts(self, 0)
        const(self.value, self.outs[0].type.dtype)
        return Step.infer_types(self)


@op("tile.mmt4d", Trait.PURE)
class Mmt4d(Step):
    """`linalg.mmt4d` on tiles of lhs and rhs. The last six loops are m1, n1, k1, m0, n0, k0; the ones before are batch
    loops. Tiles are contiguous, and so are the k1 tiles of a row or panel. `rows` (None: all): how many rows of all m1
    tiles together are computed, from the unit dims; the other rows of the last tile are not written."""

    rhs_order: RhsOrder = attribute(default="kn")
    accumulate: bool = attribute(default=False)
    kernel: str = attribute(default="")
    rows: AffineMap | None = attribute(default=None)

    def infer_types(self) -> Sequence[Type]:
        _counts(self, 2)
        if self.loops_count < 6:
            raise InferError(f"needs the six loops of mmt4d, got {self.loops_count}")
        if self.rows is not None and (self.rows.num_dims, len(self.rows.results)) != (self.shape.num_dims, 1):
            raise InferError(f"rows {self.rows}: one size from the unit dims")
        return Step.infer_types(self)


@op("tile.mmt4d_map", Trait.PURE)
class Mmt4dMap(Step):
    """`tile.mmt4d` of f32 whose right side is not in memory: `body` computes each element of it from one element per
    input. Buffers: lhs, inputs …, out. The last loops are m1, n1, `depth` loops of k1, m0, n0, k0; the inputs don't
    move along m1 and m0. lhs, out and `rows` as for `tile.mmt4d`; along the loops of k1 the tiles of lhs are
    neighbours."""

    body: ScalarBody = attribute()
    depth: int = attribute(default=1)
    rhs_order: RhsOrder = attribute(default="kn")
    kernel: str = attribute(default="")
    rows: AffineMap | None = attribute(default=None)

    def infer_types(self) -> Sequence[Type]:
        if len(self.buffers) < 2:
            raise InferError(f"needs lhs, inputs and one out, got {len(self.buffers)} buffers")
        if self.depth < 1 or self.loops_count < 5 + self.depth:
            raise InferError(f"needs the loops of mmt4d, {self.depth} of them of k1, got {self.loops_count}")
        if self.rows is not None and (self.rows.num_dims, len(self.rows.results)) != (self.shape.num_dims, 1):
            raise InferError(f"rows {self.rows}: one size from the unit dims")
        if other := [v.type for v in (self.inputs[0], self.outs[0]) if v.type.dtype != f32]:
            raise InferError(f"lhs and out are f32, one is {other[0]}")
        types = tuple(v.type.dtype for v in self.inputs[1:])
        if (self.body.args, self.body.result.dtype) != (types, f32):
            raise InferError(f"the body takes ({', '.join(map(str, types))}) and gives f32")
        return Step.infer_types(self)

    def verify(self) -> Iterator[str]:
        yield from Step.verify(self)
        if self.body.iteration_dims or self.body.may_fail:
            yield "the body reads an index, or may fail"


@op("tile.matmul", Trait.PURE)
class Matmul(Step):
    """`out[m, n] = Σ_k lhs[m, k] · rhs[k, n]` in f32, with the sums of `tile.mmt4d`, of operands that are not packed.
    The last three loops are m, n, k; the ones before are batch loops. Neighbours along k of lhs lie side by side, and
    so do those of rhs along n or along k."""

    def infer_types(self) -> Sequence[Type]:
        _counts(self, 2)
        if self.loops_count < 3:
            raise InferError(f"needs the loops m, n and k, got {self.loops_count}")
        if other := [v.type for v in self.buffers if v.type.dtype != f32]:
            raise InferError(f"the operands are f32, one is {other[0]}")
        return Step.infer_types(self)


@op("tile.contract", Trait.PURE)
class Contract(Step):
    """`out[m, n1, n0] = Σ_k lhs[m, k] · rhs[k, n1, n0]` in f32, with the sums of `tile.mmt4d`, of operands that are
    read and written where they lie, such as windows of an image. The last loops are m, n1, n0 and `depth` loops of k;
    the ones before are batch loops. Along n0 neighbours of rhs lie side by side, and it has one stride along all loops
    of k, in their order. There are at most MAX_CONTRACTED positions of k."""

    depth: int = attribute()

    def infer_types(self) -> Sequence[Type]:
        _counts(self, 2)
        if self.depth < 1 or self.loops_count < 3 + self.depth:
            raise InferError(f"needs the loops m, n1, n0 and {self.depth} of k, got {self.loops_count}")
        if other := [v.type for v in self.buffers if v.type.dtype != f32]:
            raise InferError(f"the operands are f32, one is {other[0]}")
        return Step.infer_types(self)


class _Packing(Step):
    """The last four loops are o0, o1, t0, t1: element (o0·T0 + t0, o1·T1 + t1) of a plain matrix of `extents` rows and
    columns is element (o0, o1, t0, t1) of its packed form. Loops before are batch loops."""

    __slots__ = ()

    extents: AffineMap

    def infer_types(self) -> Sequence[Type]:
        _counts(self, 1)
        if self.loops_count < 4:
            raise InferError(f"needs the four loops of a packed matrix, got {self.loops_count}")
        if self.extents.num_dims != self.shape.num_dims or len(self.extents.results) != 2:
            raise InferError(f"extents {self.extents}: two sizes from the unit dims")
        return Step.infer_types(self)


@op("tile.pack", Trait.PURE)
class Pack(_Packing):
    """Plain to packed; packed elements beyond the extents are `padding`."""

    extents: AffineMap = attribute()
    padding: ScalarValue = attribute(default=0)


@op("tile.unpack", Trait.PURE)
class Unpack(_Packing):
    """Packed to plain; elements beyond the extents are dropped."""

    extents: AffineMap = attribute()


class _Rows(Step):
    """The last `rows` loops, as one row-major axis, are a row; `extent` (None: all) is how many of its positions are
    valid. The other loops are parallel."""

    __slots__ = ()

    rows: int
    extent: AffineMap | None

    def infer_types(self) -> Sequence[Type]:
        if not 0 <= self.rows <= self.loops_count:
            raise InferError(f"{self.rows} row loops of {self.loops_count}")
        if self.extent is not None and (self.extent.num_dims, len(self.extent.results)) != (self.shape.num_dims, 1):
            raise InferError(f"extent {self.extent}: one size from the unit dims")
        return Step.infer_types(self)


@op("tile.reduce", Trait.PURE)
class Reduce(_Rows):
    """`linalg.reduce` of each row; the stride of the out along the row loops is 0."""

    kind: ReductionKind = attribute()
    rows: int = attribute()
    extent: AffineMap | None = attribute(default=None)


@op("tile.softmax", Trait.PURE)
class Softmax(_Rows):
    """`linalg.softmax` of each row."""

    rows: int = attribute()
    extent: AffineMap | None = attribute(default=None)


@op("tile.layer_norm", Trait.PURE)
class LayerNorm(_Rows):
    """`linalg.layer_norm` of each row; inputs are source, scale, bias."""

    rows: int = attribute()
    epsilon: float = attribute()
    extent: AffineMap | None = attribute(default=None)


@op("tile.rms_norm", Trait.PURE)
class RmsNorm(_Rows):
    """`linalg.rms_norm` of each row; inputs are source, scale."""

    rows: int = attribute()
    epsilon: float = attribute()
    extent: AffineMap | None = attribute(default=None)


@op("tile.gather", Trait.PURE)
class Gather(Step):
    """`out = source[Σ index_j · strides[j] + position]`: inputs are the source and one tensor of integers per index.

    `tables` gives, from the unit dims, for each index the stride in the source and the number of valid indices. An
    index outside is an error when run."""

    tables: AffineMap = attribute()

    def infer_types(self) -> Sequence[Type]:
        if len(self.buffers) < 3:
            raise InferError("needs a source, indices, and one out")
        if len(self.tables.results) != 2 * (len(self.inputs) - 1):
            raise InferError(f"tables {self.tables}: a stride and a size per index")
        return Step.infer_types(self)


def _counts(step: Step, inputs: int) -> None:
    if len(step.buffers) != inputs + 1:
        raise InferError(f"needs {inputs} inputs and one out, got {len(step.buffers)} buffers")
