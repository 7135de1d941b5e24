"""linalg.relayout: a tensor in memory, from one layout of digits to another."""

from __future__ import annotations

from collections.abc import Sequence

from tensorir.dialects.linalg.decomposing import Decomposer
from tensorir.dialects.relayout_steps import Add, from_row_major, to_row_major
from tensorir.encoding import digits
from tensorir.encoding.digits import DigitLayout, NotRefinable, Segment
from tensorir.ir.decomposition import Decomposition
from tensorir.ir.diagnostic import InferError
from tensorir.ir.dims import Dim, plain_symbol
from tensorir.ir.op import Op, Trait, attribute, op, operand
from tensorir.ir.relation import Link, Merged, Regrouped, Relation, Same, Split, Whole
from tensorir.ir.scalar import ScalarValue, const
from tensorir.ir.sizes import mentioned_sizes
from tensorir.ir.types import TensorType, Type
from tensorir.ir.value import Value


@op("linalg.relayout", Trait.PURE)
class Relayout(Op):
    """A tensor of `shape` whose memory has the layout `before`, in memory of the layout `after`. Both memories have one
    dim per digit.

    What the padding of the result holds is stated: nothing, or the same value in all dims that have some. That of the
    source holds what `before` says."""

    source: Value = operand()
    before: DigitLayout = attribute()
    after: DigitLayout = attribute()
    shape: tuple[Dim, ...] = attribute()

    def infer_types(self) -> Sequence[Type]:
        type = self.source.type
        self.copy()
        if (memory := self.before.packed_shape(self.shape)) != type.shape:
            raise InferError(f"source is {type}, the memory of the layout before has {list(map(str, memory))}")
        if any(p.kind == "unspecified" for p in self.after.padding):
            raise InferError("the padding of the result is unspecified: name a value for it")
        if len({p for p in self.after.padding if p.kind == "value"}) > 1:
            raise InferError("the padding of the result has several values: name the same for all dims")
        const(self.padding, type.dtype)
        return (TensorType(self.after.packed_shape(self.shape), type.dtype),)

    def copy(self) -> digits.Relayout:
        """Returns what is copied where. Raises InferError if there is no such copy."""
        found = digits.relayout(self.before, self.after, self.shape)
        if isinstance(found, NotRefinable):
            raise InferError(f"{found}; go through row-major, by two relayouts")
        return found

    @property
    def padding(self) -> ScalarValue:
        """The value in the padding of the result, 0 if there is none."""
        return next((p.value for p in self.after.padding if p.kind == "value"), 0)

    def relation(self) -> Relation:
        """Digits that are copied together are linked. Those of dims with padding that is not copied are not cut."""
        segments = digits.segments(self.copy())
        links: list[Link] = [link for segment in segments if (link := _link(segment)) is not None]
        given, made = ({i for i, n in enumerate(v.type.shape) if n != 1} for v in (self.source, self.result))
        rest = sorted(given.difference(*(s.source for s in segments)))
        tied = sorted(made.difference(*(s.dest for s in segments)))
        if rest or tied:
            links.append(Whole(tuple(rest), tuple(tied)))
        return Relation((tuple(range(len(self.after.digits))),), (tuple(links),), moves=(0,))

    def decomposition(self) -> Decomposition | None:
        """Returns the way through row-major, if the source binds the sizes of the tensor."""
        bound = {plain_symbol(d) for d in self.source.type.shape}
        if not set(mentioned_sizes(self.shape)) <= bound:
            return None
        w = Decomposer(self)
        (source,) = w.operands
        return w.finish(self.through_row_major(source, w.add))

    def through_row_major(self, source: Value, add: Add) -> Value:
        """Returns the same by other ops, on `source`, which `add` appends. Of dims that the result does not tell apart,
        one position is taken."""
        shape = tuple(n if self.after.positions(d) else 1 for d, n in enumerate(self.shape))
        return from_row_major(to_row_major(source, self.before, shape, add), self.after, self.padding, add)


def _link(segment: Segment) -> Link | None:
    """How dims of the source are tied to dims of the result, None where these repeat one element."""
    match segment.source, segment.dest:
        case (), _:
            return None
        case (p,), (q,):
            return Same(p, q)
        case (p,), many:
            return Split(p, many)
        case many, (q,):
            return Merged(many, q)
        case many, loops:
            return Regrouped(many, loops)
