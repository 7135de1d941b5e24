"""linalg ops that state an iteration space: operands by affine maps, and a scalar body per position."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, iteration_dims_of, symbols_of
from tensorir.ir.dtype import DType, f32
from tensorir.ir.loops import Loops
from tensorir.ir.op import Op, Trait, attribute, op, operand_list
from tensorir.ir.scalar import ScalarBody
from tensorir.ir.types import TensorType, Type, TypeEncoding
from tensorir.ir.value import Value


def iteration_sizes(maps: Sequence[AffineMap], types: Sequence[Type]) -> dict[int, Dim]:
    """Returns the size of each iteration dim, from the operands that it indexes directly.

    Raises InferError if a map does not fit its operand, or if two operands give a dim different sizes."""
    sizes: dict[int, Dim] = {}
    for i, (map, type) in enumerate(zip(maps, types, strict=True)):
        if len(map.results) != type.rank:
            raise InferError(f"map {i} {map} has {len(map.results)} results for {type}")
        if map.num_dims != maps[0].num_dims:
            raise InferError(f"map {i} has {map.num_dims} dims, map 0 has {maps[0].num_dims}")
        for dim, size, result in zip(map.dims, type.shape, map.results, strict=True):
            if dim is None:
                beyond = [f"d{d}" for d in sorted(iteration_dims_of(result)) if d >= map.num_dims]
                for name in (*sorted(symbols_of(result)), *beyond):
                    raise InferError(f"map {i} {map} uses {name}, which is not one of its {map.num_dims} dims")
                continue
            if dim >= map.num_dims:
                raise InferError(f"map {i} {map} uses d{dim} of {map.num_dims} dims")
            if sizes.setdefault(dim, size) != size:
                raise InferError(
                    f"d{dim} has size {sizes[dim]} in an earlier operand and {size} in operand {i} ({type})"
                )
    return sizes


def _state_once(op: Generic | Fold, sizes: Mapping[int, Dim]) -> None:
    """Drops the attribute `shape` of an op under construction if its operands give all `sizes`: what two ops compute
    is the same, so they are equal, and text that does not say the shape is that of either."""
    if op.shape and len(sizes) == len(op.shape):
        object.__setattr__(op, "shape", ())  # the op is not shared yet


def check_iteration_dims(body: ScalarBody, num_dims: int) -> None:
    """Raises InferError if the body reads the index of an iteration dim that does not exist."""
    if beyond := [d for d in sorted(body.iteration_dims) if not 0 <= d < num_dims]:
        raise InferError(f"the body reads the index of d{beyond[0]}, there are {num_dims} iteration dims")


def outside_reads(op: Op, values: Sequence[Value], maps: Sequence[AffineMap], shape: Sequence[Dim]) -> Iterator[str]:
    """Yields one message per dim of an operand in which an iteration space of known sizes reads outside the operand."""
    for i, (value, map) in enumerate(zip(values, maps, strict=False)):
        for d, (extent, plain) in enumerate(zip(value.type.shape, map.dims, strict=True)):
            if plain is not None or not isinstance(extent, int) or (reach := map.reach(d, shape)) is None:
                continue
            first, last = reach
            if first < 0 or last >= extent:
                yield f"{op.operand_name(i)}: {map} reads {first} … {last} of dim {d}, which has the size {extent}"


def accumulation_type(dtype: DType) -> DType:
    """Returns the type in which sums of `dtype` are computed: f32 for 16-bit floats, which are rounded once at the
    end."""
    return f32 if dtype.is_float and dtype.bits == 16 else dtype


@op("linalg.generic", Trait.PURE)
class Generic(Op):
    """An elementwise computation over an iteration space in which all dims are parallel. The last map is that of the
    result and must be a permutation.

    `body` takes one element per input. Reductions are `linalg.reduce` and `linalg.contract`."""

    inputs: tuple[Value, ...] = operand_list()
    maps: tuple[AffineMap, ...] = attribute()
    body: ScalarBody = attribute()
    shape: tuple[Dim, ...] = attribute(default=())
    """The sizes of the iteration dims; () if the inputs determine all of them."""
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
            _state_once(self, sizes)
            sizes = dict(enumerate(self.shape)) or sizes
        if missing := [d for d in range(out.num_dims) if d not in sizes]:
            raise InferError(f"no input gives the size of d{missing[0]}; state shape")
        shape = tuple(sizes[d] for d in out.positions())
        return (TensorType(shape, self.body.result.dtype, self.encoding),)

    def loops(self) -> Loops:
        return Loops(self.iteration_shape, self.inputs, self.maps[:-1], self.maps[-1:], (self.body,))

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
    the initial tensors. A reduction with one combiner is better expressed by `linalg.reduce`, a sum of products by
    `linalg.contract`."""

    tensors: tuple[Value, ...] = operand_list()
    maps: tuple[AffineMap, ...] = attribute()
    bodies: tuple[ScalarBody, ...] = attribute()
    shape: tuple[Dim, ...] = attribute(default=())
    """The sizes of the iteration dims; () if the operands determine all of them."""

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
        sizes = iteration_sizes(self.maps, types)
        self.iteration_shape(sizes)
        _state_once(self, sizes)
        return tuple(v.type for v in self.inits)

    def verify(self) -> Iterator[str]:
        yield from outside_reads(self, self.inputs, self.maps, self.iteration_shape())

    def loops(self) -> Loops:
        maps = self.maps[: len(self.inputs)]
        return Loops(self.iteration_shape(), self.inputs, maps, self.result_maps, self.bodies, self.inits)

    def iteration_shape(self, sizes: dict[int, Dim] | None = None) -> tuple[Dim, ...]:
        """Returns the size of each iteration dim. Raises InferError for one that is undetermined or has conflicting
        sizes."""
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
