"""Converts the region of a structured op to scalar expressions, one per yielded value.

A value that a body captures from outside becomes a literal or an additional operand of rank 0; `tensor.extract` becomes
an additional operand that is gathered before (see `extracts`)."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, field

from tensorir.dialects.func import Assert
from tensorir.dialects.tensor import DimOp
from tensorir.ir.affine import AffineMap
from tensorir.ir.diagnostic import InferError, ParseError, TensorIRError
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import i1, i64
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, const, iteration_index
from tensorir.ir.value import Value
from tensorir.mlir.expansions import contract
from tensorir.mlir.importer.attributes import integer, string
from tensorir.mlir.importer.definitions import error
from tensorir.mlir.importer.linalg.extracts import Extract, computed, extracted
from tensorir.mlir.importer.scalars.pairs import pair_op
from tensorir.mlir.importer.scalars.table import scalar_op
from tensorir.mlir.importer.scalars.trees import args_of
from tensorir.mlir.importer.scope import Scope
from tensorir.mlir.importer.types import element_type
from tensorir.mlir.importer.typing import check_types
from tensorir.mlir.syntax import Block, Operation, RankedTensor, SSAValue, Type


@define(eq=False)
class Body:
    """A body being converted: expressions over `arg(i)`, which is operand i, for the operands so far."""

    scope: Scope
    sizes: tuple[Dim, ...]
    operands: list[Value]
    maps: list[AffineMap]
    outs: range
    """The numbers of the operands that are also results, whose elements change while dims are reduced."""
    reduces: bool
    reads_where: Scalar | None = None
    """Where a tensor.extract reads, if not everywhere: elsewhere its positions may be outside of the tensor, and what
    it gives is not used."""
    known: dict[SSAValue, Scalar] = field(factory=dict[SSAValue, Scalar])

    def read(self, block: Block, end: str, types: Sequence[Type]) -> tuple[Scalar, ...]:
        """Returns the expressions that the terminator `end` yields, which must be of `types`. Raises ParseError at an
        op of the body that can't be converted."""
        for op in block.ops:
            if op.name == end:
                if (yielded := [v.type for v in op.operands]) != list(types):
                    wanted, given = (", ".join(map(str, t)) or "nothing" for t in (types, yielded))
                    raise error(op, f"must yield {wanted}, yields {given}")
                return tuple(contract(self.scalar(v)) for v in op.operands)
            try:
                self._op(op)
            except ParseError:
                raise
            except InferError as e:
                raise error(op, str(e)) from None
            except TensorIRError as e:
                raise error(op, e.diagnostics[0].message) from None
        raise InferError(f"its region has no {end}")

    def scalar(self, v: SSAValue) -> Scalar:
        """Returns the expression of a value of the body or of one from outside."""
        found = self.known.get(v)
        if found is None:
            found = self.known[v] = self._captured(v)
        return found

    def operand(self, value: Value, map: AffineMap) -> Scalar:
        """Adds an operand."""
        self.operands.append(value)
        self.maps.append(map)
        return arg(len(self.operands) - 1, value.type.dtype)

    def size(self, dim: Dim) -> Scalar:
        """Returns a size as an i64."""
        if isinstance(dim, int):
            return const(dim, i64)
        return self.operand(self.scope.size_tensor(dim), AffineMap(len(self.sizes), ()))

    def _captured(self, v: SSAValue) -> Scalar:
        if isinstance(v.type, RankedTensor):
            raise InferError(f"{v.name} is a tensor, a scalar is needed here")
        literal = self.scope.constant(v)
        if literal is not None:
            return const(literal, element_type(v.type))
        return self.operand(self.scope.tensor(v), AffineMap(len(self.sizes), ()))

    def _op(self, op: Operation) -> None:
        check_types(op)
        if op.name == "scf.if":
            self._branch(op)
            return
        if op.regions:
            raise InferError("loops are not supported in a body; use a loop around the op, or a reduction")
        if op.name == "cf.assert":
            self._assert(op)
            return
        found = self._elements(op)
        if len(op.results) != len(found):
            raise InferError(f"gives {len(op.results)} results, should give {len(found)}")
        for result, element in zip(op.results, found, strict=True):
            if element_type(result.type) != element.dtype:
                raise InferError(f"gives {element.dtype}, its result is {result.type}")
            self.known[result] = element

    def _branch(self, op: Operation) -> None:
        """Both regions are computed, and a select takes the results of one. Raises InferError for what may fail in
        them."""
        if len(op.regions) != 2 or not all(op.regions):
            raise InferError("needs both regions in a body")
        condition, types = self.scalar(op.operands[0]), [r.type for r in op.results]
        for (block,) in op.regions:
            for inner in block.ops:
                if inner.name in ("tensor.extract", "cf.assert"):
                    raise error(inner, "in a branch of a body it may fail where the branch is not taken")
        sides = [self.read(block, "scf.yield", types) for (block,) in op.regions]
        if any(ScalarBody((), side).may_fail for made in sides for side in made):
            raise InferError("a division of integers in a branch of a body may fail where the branch is not taken")
        for result, then, otherwise in zip(op.results, *sides, strict=True):
            self.known[result] = apply("select", condition, then, otherwise)

    def _elements(self, op: Operation) -> tuple[Scalar, ...]:
        if op.name == "linalg.index":
            dim = integer(op, "dim")
            if not 0 <= dim < len(self.sizes):
                raise InferError(f"dim {dim} does not exist, there are {len(self.sizes)} iteration dims")
            return (iteration_index(dim),)
        if op.name == "tensor.extract":
            return (self._extract(op),)
        if op.name == "tensor.dim":
            return (self._dim(op),)
        operands = [self.scalar(v) for v in op.operands]
        if (pair := pair_op(op.name, operands)) is not None:
            return pair
        made = scalar_op(op, operands)
        if made is None:
            raise InferError("is not supported in the body of a structured op")
        return (made,)

    def _assert(self, op: Operation) -> None:
        """An assertion of all elements before the op of the body; of a total that changes nothing can be said."""
        condition = self.scalar(op.operands[0])
        if self.reduces and any(n in self.outs for n in args_of(condition)):
            self.scope.remark(op, "dropped", "an assertion of a total while it is reduced is not checked")
            return
        if self.reads_where is not None:
            condition = apply("or", condition, apply("xor", self.reads_where, const(True, i1)))
        if condition is const(True, i1):
            return
        value = computed(condition, self.operands, self.maps, self.sizes, self.scope)
        self.scope.add(Assert(value, string(op, "msg"), loc=op.loc))

    def _dim(self, op: Operation) -> Scalar:
        source, position = op.operands
        value, at = self.scope.tensor(source), self.scalar(position)
        index = int(at.value) if at.fn == "const" else -1
        if not 0 <= index < value.type.rank:
            raise InferError(f"needs a constant dim of {value.type}")
        size = value.type.shape[index]
        if isinstance(size, int):
            return const(size, element_type(op.results[0].type))
        made = self.scope.add(DimOp(value, index, loc=op.loc)).result
        return self.operand(made, AffineMap(len(self.sizes), ()))

    def _extract(self, op: Operation) -> Scalar:
        source, *positions = op.operands
        where = [self.scalar(v) for v in positions]
        if self.reduces and any(n in self.outs for n in args_of(*where)):
            raise InferError("a position that depends on the accumulator of a reduction is not supported")
        if self.reads_where is not None:
            where = [apply("select", self.reads_where, w, const(0, w.dtype)) for w in where]
        table = self.scope.tensor(source)
        if table.type.rank != len(where):
            raise InferError(f"{len(where)} positions for {table.type}")
        found: Extract = extracted(table, where, self.operands, self.maps, self.sizes, self.scope)
        return self.operand(found.value, found.map)
