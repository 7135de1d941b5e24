"""Steps of control flow: branches, loops that count, and loops that end early."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from tensorir.dialects.control import For, If, While
from tensorir.dialects.linalg import Generic, Reduce
from tensorir.dialects.tensor import Constant
from tensorir.ir.affine import identity
from tensorir.ir.dense import Dense
from tensorir.ir.dims import Dim
from tensorir.ir.dtype import DType, f32, i8, i32, i64
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.scalar import Scalar, ScalarBody, apply, arg, const
from tensorir.ir.value import Value
from tensorir.testing.programs import contractions, elementwise, moves, rows
from tensorir.testing.programs.step import Step, step
from tensorir.testing.programs.values import DATA_BOUND
from tensorir.testing.programs.writer import Writer

MOST_OPS = 4
MOST_ITERATIONS = 5


class InnerWriter(Writer):
    """Writes a region that takes values of the program around it, which are bounded and rounded as there. Weights are
    those of the program. `taken`: the value outside of each argument."""

    def __init__(self, outer: Writer, taken: list[Value]) -> None:
        super().__init__(outer.draw)
        self.globals, self.functions, self.symbolic = outer.globals, outer.functions, outer.symbolic
        self.outer = outer
        self.taken: list[Value] = []
        for value in taken:
            self.take(value)

    def take(self, value: Value) -> Value:
        """Appends an argument for a value of the program."""
        self.taken.append(value)
        made = self.b.arg(value.type, value.hint)
        self.bounds[made] = self.outer.bounds[value]
        if value in self.outer.rounded:
            self.rounded.add(made)
        return made

    def argument(self, shape: tuple[Dim, ...], dtype: DType) -> Value:
        """A new argument of the program, which the region takes too."""
        return self.take(self.outer.argument(shape, dtype))

    def some_ops(self) -> None:
        """Writes a few steps."""
        for _ in range(self.draw(st.integers(0, MOST_OPS))):
            self.draw(st.sampled_from(_inside())).write(self)

    def like(self, value: Value) -> Value:
        """Returns a value of the region of the type of `value`, a value outside, of its bound and as exact."""
        exact = value not in self.outer.rounded
        found = [v for v in self.bounds if v.type == value.type and not (exact and v in self.rounded)]
        return self.within(self.draw(st.sampled_from(found)), self.outer.bounds[value])


def _inside() -> tuple[Step, ...]:
    """The steps of which regions are made: also branches and loops, but no transfers to devices."""
    families = (contractions, elementwise, moves)
    plain = (s for family in families for s in vars(family).values() if isinstance(s, Step) and s.name != "transfer")
    return (*plain, *rows.row_steps(), branch, while_, for_)


def _carried(w: Writer) -> list[Value]:
    """One or two values of small elements."""
    found = (w.pick() for _ in range(w.draw(st.integers(1, 2))))
    return list(dict.fromkeys(w.within(v, DATA_BOUND) for v in found if v is not None))


def _add(w: Writer, op: Op, like: list[Value]) -> None:
    """Appends a branch or a loop, whose results are bounded and rounded as these values are."""
    w.b.add(op)
    for made, value in zip(op.results, like, strict=True):
        w.bounds[made] = w.bounds[value]
        if value in w.rounded:
            w.rounded.add(made)


def _scalar(w: Writer, body: Scalar, *operands: Value) -> Value:
    types = tuple(v.type.dtype for v in operands)
    return w.b.add(Generic(operands, (identity(0),) * (len(operands) + 1), ScalarBody(types, body))).result


def _literal(w: Writer, number: int, dtype: DType) -> Value:
    return w.b.add(Constant(Dense(np.array(number, dtype.numpy)))).result


def _region(writer: InnerWriter, yields: list[Value], taken: list[Value]) -> Region:
    """The region that takes all of `taken`, of which the first are those that it has taken itself."""
    for value in taken[len(writer.taken) :]:
        writer.take(value)
    return writer.b.finish(yields)


@step()
def branch(w: Writer) -> None:
    """A branch on the largest element of a value, which is exact: rounding must not decide it."""
    asked = w.pick_exact(lambda v: v.type.rank > 0 and v.type.dtype in (f32, i32, i8) and v.type.is_static)
    taken = _carried(w)
    if asked is None or not taken or asked.type.elements == 0:
        return
    largest = w.b.add(Reduce(asked, "max", tuple(range(asked.type.rank)))).result
    t = largest.type.dtype
    condition = _scalar(w, apply("gt", arg(0, t), const(w.draw(st.integers(-1, 3)), t)), largest)
    then = InnerWriter(w, taken)
    then.some_ops()
    first = [then.like(v) for v in taken]
    otherwise = InnerWriter(w, then.taken)
    otherwise.some_ops()
    second = [otherwise.like(v) for v in taken]
    inputs = otherwise.taken
    regions = _region(then, first, inputs), _region(otherwise, second, inputs)
    _add(w, If(condition, tuple(inputs), *regions), taken)


@step()
def while_(w: Writer) -> None:
    """A loop that counts down, and may end earlier because of what it carries."""
    carried = _carried(w)
    if not carried:
        return
    count = _literal(w, w.draw(st.integers(0, MOST_ITERATIONS)), i32)
    w.bounds[count] = MOST_ITERATIONS
    inputs = [count, *carried]
    condition = InnerWriter(w, inputs)
    args = [*condition.bounds]
    goes_on = _scalar(condition, apply("gt", arg(0, i32), const(0, i32)), args[0])
    early = [
        a
        for a, v in zip(args[1:], carried, strict=True)
        if v not in w.rounded and v.type.is_static and v.type.elements != 0 and v.type.rank
    ]
    if early and w.draw(st.booleans()):
        largest = condition.b.add(Reduce(early[0], "max", tuple(range(early[0].type.rank)))).result
        t = largest.type.dtype
        below = _scalar(condition, apply("lt", arg(0, t), const(w.draw(st.integers(0, 3)), t)), largest)
        goes_on = _scalar(condition, apply("and", arg(0, below.type.dtype), arg(1, below.type.dtype)), goes_on, below)
    body = InnerWriter(w, inputs)
    less = _scalar(body, apply("sub", arg(0, i32), const(1, i32)), next(iter(body.bounds)))
    body.some_ops()
    yields = [less, *(body.like(v) for v in carried)]
    taken = body.taken
    regions = _region(condition, [goes_on], taken), _region(body, yields, taken)
    _add(w, While(tuple(taken), *regions), inputs)


@step()
def for_(w: Writer) -> None:
    """A loop over an index, with bounds of any sign; its body may use the index."""
    carried = _carried(w)
    if not carried:
        return
    t = w.draw(st.sampled_from([i64, i32, i8]))
    step = w.draw(st.integers(1, 3))
    lower = w.draw(st.integers(-3, 3))
    upper = lower + w.draw(st.integers(-1, step * MOST_ITERATIONS))
    bounds = [_literal(w, n, t) for n in (lower, upper, step)]
    w.bounds.update(dict.fromkeys(bounds, max(abs(lower), abs(upper), step)))
    body = InnerWriter(w, [bounds[1], *carried])
    body.some_ops()
    yields = [body.like(v) for v in carried]
    taken = body.taken
    _add(w, For(bounds[0], bounds[1], bounds[2], tuple(taken[1:]), _region(body, yields, taken)), carried)
