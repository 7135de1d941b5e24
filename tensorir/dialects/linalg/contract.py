"""linalg.contract: products summed over the dims that the result lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from attrs import evolve

from tensorir.dialects.linalg.decomposing import Decomposer
from tensorir.dialects.linalg.structured import accumulation_type, iteration_sizes
from tensorir.encoding.encoding import NARROW, ContractionSpace, Encoding
from tensorir.encoding.resolver import Tiles, operand_layout
from tensorir.ir.affine import AffineMap
from tensorir.ir.decomposition import Decomposition
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dtype import DType
from tensorir.ir.loops import Loops
from tensorir.ir.op import Op, Trait, attribute, op, operand, operand_list
from tensorir.ir.scalar import ScalarBody, apply, arg, cast
from tensorir.ir.types import TensorType, Type, TypeEncoding
from tensorir.ir.value import Value


def product_loops(
    maps: tuple[AffineMap, AffineMap, AffineMap], factors: tuple[Value, Value], init: tuple[Value, ...], dtype: DType
) -> Loops:
    """`result = init + Σ lhs·rhs`: the factors are converted to the accumulation type of `dtype`; for bools the result
    is whether any pair is true."""
    sizes = iteration_sizes(maps[:2], tuple(v.type for v in factors))
    lhs, rhs = factors
    body = _product_body(lhs.type.dtype, rhs.type.dtype, dtype)
    shape = tuple(sizes[d] for d in range(len(sizes)))
    return Loops(shape, factors, maps[:2], maps[2:], (body,), init or (0,))


@cache
def _product_body(lhs: DType, rhs: DType, dtype: DType) -> ScalarBody:
    total = accumulation_type(dtype)
    types = (lhs, rhs, total)
    multiply, add = ("and", "or") if dtype.kind == "bool" else ("mul", "add")
    pair = apply(multiply, *(cast(arg(i, t), total) for i, t in enumerate(types[:2])))
    return ScalarBody(types, apply(add, arg(2, total), pair))


@op("linalg.contract", Trait.PURE | Trait.CONTRACTION)
class Contract(Op):
    """`result = init + Σ lhs·rhs` over the dims that the result lacks, in the element type `dtype`.

    Maps are projected permutations (linalg.contract). `init` is empty or one tensor of the result's type.
    Operands are converted to `dtype` before they are multiplied. `tiles` and `kernel` are the device's choices for
    this contraction; its result then has the layout that follows from the tiles."""

    lhs: Value = operand()
    rhs: Value = operand()
    init: tuple[Value, ...] = operand_list()
    maps: tuple[AffineMap, AffineMap, AffineMap] = attribute()
    dtype: DType = attribute()
    encoding: TypeEncoding | None = attribute(default=None)
    tiles: Tiles | None = attribute(default=None)
    kernel: str = attribute(default="")

    def verify(self) -> Iterator[str]:
        if self.tiles is None:
            if self.kernel:
                yield f"the kernel {self.kernel!r} was chosen without tiles"
            return
        space = self.space()
        missing = [name for name, dims in (("M", space.m), ("N", space.n), ("K", space.k)) if not dims]
        if missing:
            yield f"tiles {self.tiles} need an M, an N and a K dim, but it has no {missing[0]}"
        elif self.encoding != (wanted := operand_layout(Encoding(space, "result"), self.tiles)):
            yield f"with tiles {self.tiles} the result has the layout {wanted}, got {self.encoding}"

    def infer_types(self) -> Sequence[Type]:
        if len(self.maps) != 3 or len(self.init) > 1:
            raise InferError(f"needs 3 maps and at most one init, got {len(self.maps)} and {len(self.init)}")
        for i, map in enumerate(self.maps):
            if not map.is_projected_permutation:
                raise InferError(f"map {i} {map} is not a projected permutation")
        sizes = iteration_sizes(self.maps[:2], (self.lhs.type, self.rhs.type))
        if self.maps[2].num_dims != self.maps[0].num_dims:
            raise InferError(f"map 2 has {self.maps[2].num_dims} dims, map 0 has {self.maps[0].num_dims}")
        missing = [d for d in range(self.maps[0].num_dims) if d not in sizes]
        if missing:
            raise InferError(f"d{missing[0]} indexes neither lhs nor rhs")
        type = TensorType(tuple(sizes[d] for d in self.maps[2].positions()), self.dtype, self.encoding)
        if self.init and self.init[0].type != type:
            raise InferError(f"init is {self.init[0].type}, the result {type}")
        return (type,)

    def loops(self) -> Loops:
        return product_loops(self.maps, (self.lhs, self.rhs), self.init, self.dtype)

    def decomposition(self) -> Decomposition | None:
        """16-bit floats are summed in f32."""
        total = accumulation_type(self.dtype)
        if total == self.dtype:
            return None
        w = Decomposer(self)
        lhs, rhs, *init = w.operands
        made = w.add(Contract(lhs, rhs, tuple(w.convert(v, total) for v in init), self.maps, total))
        return w.finish(w.convert(made, self.dtype))

    def space(self) -> ContractionSpace:
        """Returns the iteration space for encodings, with only the narrow sizes of M and N, because tiles depend on no
        others."""
        types = (self.lhs.type.dtype, self.rhs.type.dtype, self.dtype)
        wide = ContractionSpace(self.maps, types, (None,) * self.maps[0].num_dims)
        sizes = iteration_sizes(self.maps[:2], (self.lhs.type, self.rhs.type))
        parallel = (*wide.m, *wide.n)
        kept = (sizes[d] if d in parallel else None for d in range(self.maps[0].num_dims))
        return evolve(wide, narrow=tuple(s if isinstance(s, int) and s <= NARROW else None for s in kept))
