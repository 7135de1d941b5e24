"""linalg: structured computations. Each says its iteration space by affine maps or by named dims."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal, get_args

from attrs import evolve

from tensorir.dialects.tensor import check_axis, check_permutation
from tensorir.encoding.encoding import NARROW
from tensorir.encoding.encoding import Contraction as ContractionSpace
from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, product, symbols_of
from tensorir.ir.dtype import DType
from tensorir.ir.op import Op, Trait, attribute, op, operand, operand_list
from tensorir.ir.scalar import SCALAR_FNS, ScalarBody, ScalarValue, const
from tensorir.ir.types import TensorType, Type, TypeEncoding
from tensorir.ir.value import Value

ReductionKind = Literal["add", "mul", "max", "min", "maxnum", "minnum", "and", "or", "xor"]


def iteration_sizes(maps: Sequence[AffineMap], types: Sequence[Type]) -> dict[int, Dim]:
    """The size of each iteration dim, from the operands that it indexes directly.

    Raises InferError where a map does not fit its operand or two operands give a dim different sizes."""
    sizes: dict[int, Dim] = {}
    for i, (map, type) in enumerate(zip(maps, types, strict=True)):
        if len(map.results) != type.rank:
            raise InferError(f"map {i} {map} has {len(map.results)} results for {type}")
        if map.num_dims != maps[0].num_dims:
            raise InferError(f"map {i} has {map.num_dims} dims, map 0 has {maps[0].num_dims}")
        for dim, size, result in zip(map.dims, type.shape, map.results, strict=True):
            if dim is None:
                for name in sorted(symbols_of(result) - {f"d{d}" for d in range(map.num_dims)}):
                    raise InferError(f"map {i} {map} uses {name}, which is none of its {map.num_dims} dims")
                continue
            if dim >= map.num_dims:
                raise InferError(f"map {i} {map} uses d{dim} of {map.num_dims} dims")
            if sizes.setdefault(dim, size) != size:
                raise InferError(
                    f"d{dim} has size {sizes[dim]} in an earlier operand and {size} in operand {i} ({type})"
                )
    return sizes


def check_iteration_dims(body: ScalarBody, num_dims: int) -> None:
    """Raises InferError if the body reads the index of an iteration dim that there is not."""
    if beyond := [d for d in sorted(body.iteration_dims) if not 0 <= d < num_dims]:
        raise InferError(f"the body reads the index of d{beyond[0]}, there are {num_dims} iteration dims")


def outside_reads(op: Op, values: Sequence[Value], maps: Sequence[AffineMap], shape: Sequence[Dim]) -> Iterator[str]:
    """One message per dim of an operand that an iteration of known sizes reads outside of."""
    for i, (value, map) in enumerate(zip(values, maps, strict=False)):
        for d, (extent, plain) in enumerate(zip(value.type.shape, map.dims, strict=True)):
            if plain is not None or not isinstance(extent, int) or (reach := map.reach(d, shape)) is None:
                continue
            first, last = reach
            if first < 0 or last >= extent:
                yield f"{op.operand_name(i)}: {map} reads {first} … {last} of dim {d}, which has the size {extent}"


@op("linalg.fill", Trait.PURE | Trait.CONSTANT)
class Fill(Op):
    """A tensor of one value."""

    value: ScalarValue = attribute()
    type: Type = attribute()

    def infer_types(self) -> Sequence[Type]:
        const(self.value, self.type.dtype)
        return (self.type,)


@op("linalg.generic", Trait.PURE)
class Generic(Op):
    """Elementwise over an iteration space: all dims parallel. The last map is the result's, a permutation.

    `body` takes one element per input. Reductions are `linalg.reduce` and `linalg.contract`."""

    inputs: tuple[Value, ...] = operand_list()
    maps: tuple[AffineMap, ...] = attribute()
    body: ScalarBody = attribute()
    shape: tuple[Dim, ...] = attribute(default=())
    """Sizes of the iteration dims; may be left () when the inputs determine all of them."""
    encoding: TypeEncoding | None = attribute(default=None)

    def verify(self) -> Iterator[str]:
        yield from outside_reads(self, self.inputs, self.maps, self.iteration_shape)

    def infer_types(self) -> Sequence[Type]:
        if len(self.maps) != len(self.inputs) + 1:
            raise InferError(f"{len(self.maps)} maps for {len(self.inputs)} inputs and one result")
        types = tuple(v.type for v in self.inputs)
        if self.body.args != tuple(t.dtype for t in types):
            raise InferError(f"the body takes ({', '.join(map(str, self.body.args))})")
        out = self.maps[-1]
        if not out.is_permutation:
            raise InferError(f"the result's map {out} must be a permutation")
        check_iteration_dims(self.body, out.num_dims)
        sizes = iteration_sizes(self.maps[:-1], types) if self.inputs else {}
        if self.inputs and out.num_dims != self.maps[0].num_dims:
            raise InferError(f"the result's map has {out.num_dims} dims, map 0 has {self.maps[0].num_dims}")
        if self.shape:
            if len(self.shape) != out.num_dims:
                raise InferError(f"shape has {len(self.shape)} sizes for {out.num_dims} iteration dims")
            for d, size in sizes.items():
                if self.shape[d] != size:
                    raise InferError(f"d{d} has size {size} in an input, {self.shape[d]} in shape")
            sizes = dict(enumerate(self.shape))
        if missing := [d for d in range(out.num_dims) if d not in sizes]:
            raise InferError(f"no input gives the size of d{missing[0]}; state shape")
        shape = tuple(sizes[d] for d in out.positions())
        return (TensorType(shape, self.body.result.dtype, self.encoding),)

    @property
    def iteration_shape(self) -> tuple[Dim, ...]:
        """The size of each iteration dim."""
        shape = self.results[0].type.shape
        by_dim = dict(zip(self.maps[-1].positions(), shape, strict=True))
        return tuple(by_dim[d] for d in range(len(shape)))


@op("linalg.fold", Trait.PURE)
class Fold(Op):
    """A reduction with any scalar body and any number of results: linalg.generic with reduction iterators.

    `tensors` are inputs, then one initial tensor per result; `maps` has one map per operand. Those of the initial
    tensors are projected permutations; the iteration dims that they lack are reduced, in row-major order:
    `result[r] = bodies[r](elements of the inputs, current values of all results)` for each position, starting from
    the initial tensors. What one combiner can say is `linalg.reduce`, products that are summed `linalg.contract`."""

    tensors: tuple[Value, ...] = operand_list()
    maps: tuple[AffineMap, ...] = attribute()
    bodies: tuple[ScalarBody, ...] = attribute()
    shape: tuple[Dim, ...] = attribute(default=())
    """Sizes of the iteration dims; may be left () when the operands determine all of them."""

    @property
    def inputs(self) -> tuple[Value, ...]:
        return self.tensors[: len(self.tensors) - len(self.bodies)]

    @property
    def inits(self) -> tuple[Value, ...]:
        return self.tensors[len(self.tensors) - len(self.bodies) :]

    @property
    def result_maps(self) -> tuple[AffineMap, ...]:
        return self.maps[len(self.maps) - len(self.bodies) :]

    @property
    def reduced(self) -> tuple[int, ...]:
        """Iteration dims that the results lack."""
        kept = {d for m in self.result_maps for d in m.dims}
        return tuple(d for d in range(self.maps[0].num_dims) if d not in kept)

    def infer_types(self) -> Sequence[Type]:
        if not self.bodies or len(self.tensors) < len(self.bodies):
            raise InferError(f"{len(self.bodies)} bodies for {len(self.tensors)} operands: one per initial tensor")
        if len(self.maps) != len(self.tensors):
            raise InferError(f"{len(self.maps)} maps for {len(self.tensors)} operands")
        types = tuple(v.type for v in self.tensors)
        parallel = {d for d in self.result_maps[0].dims if d is not None}
        for i, out in enumerate(self.result_maps):
            if not out.is_projected_permutation or set(out.dims) != parallel:
                raise InferError(f"the map {out} of init {i} must be a permutation of the parallel dims")
        for body, init in zip(self.bodies, self.inits, strict=True):
            if body.args != tuple(t.dtype for t in types):
                raise InferError(f"a body takes ({', '.join(map(str, body.args))})")
            if body.result.dtype != init.type.dtype:
                raise InferError(f"a body gives {body.result.dtype}, its init is {init.type}")
            check_iteration_dims(body, self.maps[0].num_dims)
        self.iteration_shape(iteration_sizes(self.maps, types))
        return tuple(v.type for v in self.inits)

    def verify(self) -> Iterator[str]:
        yield from outside_reads(self, self.inputs, self.maps, self.iteration_shape())

    def iteration_shape(self, sizes: dict[int, Dim] | None = None) -> tuple[Dim, ...]:
        """The size of each iteration dim. Raises InferError for one that is not determined, or in two ways."""
        sizes = iteration_sizes(self.maps, tuple(v.type for v in self.tensors)) if sizes is None else sizes
        count = self.maps[0].num_dims
        if self.shape:
            if len(self.shape) != count:
                raise InferError(f"shape has {len(self.shape)} sizes for {count} iteration dims")
            for d, size in sizes.items():
                if self.shape[d] != size:
                    raise InferError(f"d{d} has size {size} in an operand, {self.shape[d]} in shape")
            return self.shape
        if missing := [d for d in range(count) if d not in sizes]:
            raise InferError(f"no operand gives the size of d{missing[0]}; state shape")
        return tuple(sizes[d] for d in range(count))


@op("linalg.contract", Trait.PURE | Trait.CONTRACTION)
class Contract(Op):
    """`result = init + Σ lhs·rhs` over the dims that the result lacks, in the element type `dtype`.

    Maps are projected permutations (linalg.contract). `init` is empty or one tensor of the result's type.
    Operands are converted to `dtype` before they are multiplied."""

    lhs: Value = operand()
    rhs: Value = operand()
    init: tuple[Value, ...] = operand_list()
    maps: tuple[AffineMap, AffineMap, AffineMap] = attribute()
    dtype: DType = attribute()
    encoding: TypeEncoding | None = attribute(default=None)

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

    def sizes(self) -> dict[int, Dim]:
        """The size of each iteration dim."""
        return iteration_sizes(self.maps[:2], (self.lhs.type, self.rhs.type))

    def space(self) -> ContractionSpace:
        """The iteration space as encodings name it: of the sizes only narrow M and N, all that tiles depend on."""
        types = (self.lhs.type.dtype, self.rhs.type.dtype, self.dtype)
        wide = ContractionSpace(self.maps, types, (None,) * self.maps[0].num_dims)
        sizes, parallel = self.sizes(), (*wide.m, *wide.n)
        kept = (sizes[d] if d in parallel else None for d in range(self.maps[0].num_dims))
        return evolve(wide, narrow=tuple(s if isinstance(s, int) and s <= NARROW else None for s in kept))


def neutral_element(kind: ReductionKind, dtype: DType) -> ScalarValue:
    """What changes nothing when it is combined with an element: the result of reducing none."""
    if dtype.is_float:
        floats = {"add": 0.0, "mul": 1.0, "max": -math.inf, "min": math.inf, "maxnum": math.nan, "minnum": math.nan}
        return floats[kind]
    if dtype.kind == "bool":
        return kind in ("mul", "and", "min")
    signed = dtype.kind == "signed"
    low, high = (-(1 << (dtype.bits - 1)) if signed else 0), (1 << (dtype.bits - signed)) - 1
    ones = -1 if signed else high
    return {"add": 0, "or": 0, "xor": 0, "mul": 1, "and": ones, "max": low, "min": high}[kind]


@op("linalg.reduce", Trait.PURE)
class Reduce(Op):
    """Combines all elements along `dims`, which vanish. An empty reduction gives the neutral element.

    `max` and `min` propagate NaN; `maxnum` and `minnum` skip it, and NaN is their neutral element."""

    source: Value = operand()
    kind: ReductionKind = attribute()
    dims: tuple[int, ...] = attribute()

    def infer_types(self) -> Sequence[Type]:
        type = self.source.type
        if self.kind not in get_args(ReductionKind):
            raise InferError(f"unknown kind {self.kind!r}; known: {', '.join(get_args(ReductionKind))}")
        domain = SCALAR_FNS[self.kind].domain
        if domain not in ("any", "float" if type.dtype.is_float else "integer"):
            raise InferError(f"{self.kind} takes {domain} elements, got {type.dtype}")
        for d in self.dims:
            check_axis(d, type.rank, "dim")
        if len(set(self.dims)) != len(self.dims):
            raise InferError(f"dims {list(self.dims)} has a dim twice")
        return (type.with_encoding(None).with_shape(tuple(s for d, s in enumerate(type.shape) if d not in self.dims)),)


@op("linalg.transpose", Trait.PURE | Trait.VIEW)
class Transpose(Op):
    """Dim i of the result is dim `permutation[i]` of the source."""

    source: Value = operand()
    permutation: tuple[int, ...] = attribute()
    encoding: TypeEncoding | None = attribute(default=None)

    def infer_types(self) -> Sequence[Type]:
        type = self.source.type
        check_permutation(self.permutation, type.rank, "permutation")
        return (TensorType(tuple(type.shape[p] for p in self.permutation), type.dtype, self.encoding),)


@op("linalg.broadcast", Trait.PURE)
class Broadcast(Op):
    """`shape` is the result's; `dims` are the result's dims that the source lacks (linalg.broadcast)."""

    source: Value = operand()
    dims: tuple[int, ...] = attribute()
    shape: tuple[Dim, ...] = attribute()

    def infer_types(self) -> Sequence[Type]:
        type = self.source.type
        kept = tuple(s for d, s in enumerate(self.shape) if d not in self.dims)
        if kept != type.shape or any(not 0 <= d < len(self.shape) for d in self.dims):
            raise InferError(f"{type} plus dims {list(self.dims)} is not [{', '.join(map(str, self.shape))}]")
        return (TensorType(self.shape, type.dtype),)


@op("linalg.softmax", Trait.PURE)
class Softmax(Op):
    """exp(x − max) / Σ exp(x − max) along `dims` taken as one row-major axis.

    `extent` (None: all) is how many positions of that axis are valid: the others are padding, never read, and
    zero in the result. With a packed source, `dims` are the outer and the inner dim of one logical axis."""

    source: Value = operand()
    dims: tuple[int, ...] = attribute()
    extent: Dim | None = attribute(default=None)
    encoding: TypeEncoding | None = attribute(default=None)

    def infer_types(self) -> Sequence[Type]:
        type = self.source.type
        _check_axis_dims(type, self.dims, self.extent)
        if not type.dtype.is_float:
            raise InferError(f"needs a float type, got {type.dtype}")
        return (type.with_encoding(self.encoding),)


@op("linalg.layer_norm", Trait.PURE)
class LayerNorm(Op):
    """(x − mean) / sqrt(variance + epsilon) · scale + bias along `dims` taken as one row-major axis.

    `scale` and `bias` have the sizes of `dims`. `extent` as in softmax."""

    source: Value = operand()
    scale: Value = operand()
    bias: Value = operand()
    dims: tuple[int, ...] = attribute()
    epsilon: float = attribute()
    extent: Dim | None = attribute(default=None)
    encoding: TypeEncoding | None = attribute(default=None)

    def infer_types(self) -> Sequence[Type]:
        type = self.source.type
        _check_axis_dims(type, self.dims, self.extent)
        if not type.dtype.is_float:
            raise InferError(f"needs a float type, got {type.dtype}")
        sizes = tuple(type.shape[d] for d in self.dims)
        for name in ("scale", "bias"):
            other: Type = getattr(self, name).type
            if other.shape != sizes or other.dtype != type.dtype:
                raise InferError(f"{name} is {other}, should be [{', '.join(map(str, sizes))}] of {type.dtype}")
        return (type.with_encoding(self.encoding),)


@op("linalg.zero_padding", Trait.PURE)
class ZeroPadding(Op):
    """Zero where the row-major position along `dims` is `extent` or more; the source elsewhere."""

    source: Value = operand()
    dims: tuple[int, ...] = attribute()
    extent: Dim = attribute()

    def infer_types(self) -> Sequence[Type]:
        _check_axis_dims(self.source.type, self.dims, self.extent)
        return (self.source.type,)


def _check_axis_dims(type: Type, dims: tuple[int, ...], extent: Dim | None) -> None:
    if not dims or len(set(dims)) != len(dims):
        raise InferError(f"dims {list(dims)} must be one or more different dims")
    for d in dims:
        check_axis(d, type.rank, "dim")
    positions = product(type.shape[d] for d in dims)
    if isinstance(extent, int) and isinstance(positions, int) and not 0 <= extent <= positions:
        raise InferError(f"extent {extent} is outside 0 … {positions}")
