from __future__ import annotations

import pytest

from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.linalg import Transpose
from tensorir.dialects.tensor import Cast
from tensorir.encoding.layout import Layout
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import f32
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.rewrite.greedy import greedy
from tensorir.rewrite.pattern import Refused, RegionView, Replacement, Rewrite, index, pattern
from tensorir.rewrite.trace import Trace

SQUARE = TensorType((4, 4), f32)
LAYOUT = Layout((0,), (2,), (0, 1))


@pattern(UnsetEncoding)
def fold(op: UnsetEncoding, view: RegionView) -> Rewrite:
    """unset(set(x)) == x"""
    match view.def_of(op.source):
        case SetEncoding(source=x):
            return x
        case _:
            return None


def set_unset_chain(pairs: int) -> Region:
    b = RegionBuilder()
    value = b.arg(SQUARE, "x")
    for _ in range(pairs):
        value = b.add(UnsetEncoding(b.add(SetEncoding(value, LAYOUT)).result)).result
    return b.finish([value])


def test_folds_everything_and_yields_the_argument() -> None:
    after = greedy(set_unset_chain(5), index([fold]))
    assert not after.ops
    assert after.yields == after.args


def test_returns_the_same_object_when_nothing_changes() -> None:
    b = RegionBuilder()
    x = b.arg(SQUARE)
    region = b.finish([b.add(Transpose(x, (1, 0))).result])
    assert greedy(region, index([fold])) is region


def test_erases_dead_pure_ops_and_what_only_they_needed() -> None:
    b = RegionBuilder()
    x = b.arg(SQUARE)
    b.add(Transpose(b.add(Transpose(x, (1, 0))).result, (1, 0)))
    assert not greedy(b.finish([x]), index([])).ops


def test_input_region_is_untouched() -> None:
    region = set_unset_chain(3)
    before = [(o, o.operands) for o in region.ops]
    greedy(region, index([fold]))
    assert [(o, o.operands) for o in region.ops] == before


def test_new_ops_stand_before_what_they_replace() -> None:
    @pattern(Transpose)
    def double(op: Transpose, view: RegionView) -> Rewrite:
        """transpose(x) == transpose(cast(cast(x)))"""
        if view.def_of(op.source) is not None:
            return None
        one = Cast(op.source, op.source.type.shape)
        two = Cast(one.result, op.source.type.shape)
        new = Transpose(two.result, op.permutation)
        return Replacement((one, two, new), new.results)

    b = RegionBuilder()
    x = b.arg(SQUARE)
    region = b.finish([b.add(Transpose(x, (1, 0))).result])
    after = greedy(region, index([double]))
    assert [type(o) for o in after.ops] == [Cast, Cast, Transpose]
    defined = set(after.args)
    for op in after.ops:
        assert set(op.operands) <= defined
        defined.update(op.results)


def test_patterns_that_feed_each_other_end_in_an_error_naming_them() -> None:
    @pattern(Transpose)
    def again(op: Transpose, view: RegionView) -> Rewrite:
        """transpose(x) == transpose(x)"""
        return Transpose(op.source, op.permutation)

    b = RegionBuilder()
    x = b.arg(SQUARE)
    with pytest.raises(TensorIRError, match=r"does not end[\s\S]*again"):
        greedy(b.finish([b.add(Transpose(x, (1, 0))).result]), index([again]))


def test_replacing_by_another_type_is_refused() -> None:
    @pattern(Transpose)
    def wrong(op: Transpose, view: RegionView) -> Rewrite:
        """transpose(x) == x, which is false"""
        return op.source

    b = RegionBuilder()
    x = b.arg(TensorType((2, 3), f32))
    with pytest.raises(TensorIRError, match="replaced tensor<3x2xf32> by tensor<2x3xf32>"):
        greedy(b.finish([b.add(Transpose(x, (1, 0))).result]), index([wrong]))


def test_a_pattern_without_a_law_is_refused() -> None:
    with pytest.raises(ValueError, match="law"):

        @pattern(Transpose)
        def silent(op: Transpose, view: RegionView) -> Rewrite:
            return None


def test_trace_counts_and_keeps_each_refusal_once() -> None:
    @pattern(Transpose)
    def refuse(op: Transpose, view: RegionView) -> Rewrite:
        """transpose(x) == ?"""
        return Refused("because", "source")

    b = RegionBuilder()
    x = b.arg(SQUARE)
    region = b.finish([b.add(Transpose(x, (1, 0))).result])
    trace = Trace(timed=True)
    greedy(region, index([refuse]), trace)
    greedy(region, index([refuse]), trace)
    stats = trace.patterns["refuse"]
    assert (stats.tried, stats.applied, stats.refused) == (2, 0, 2)
    assert stats.seconds > 0
    assert [(p.name, r.reason) for _, p, r in trace.refusals] == [("refuse", "because")]


def test_patterns_see_users_and_yields_as_they_are_now() -> None:
    seen: list[tuple[int, bool]] = []

    @pattern(Transpose)
    def look(op: Transpose, view: RegionView) -> Rewrite:
        """transpose(x) == transpose(x), after a look around"""
        seen.append((len(view.users_of(op.result)), view.is_yielded(op.result)))
        return None

    b = RegionBuilder()
    x = b.arg(SQUARE)
    first = b.add(Transpose(x, (1, 0))).result
    set_ = b.add(SetEncoding(first, LAYOUT)).result
    back = b.add(UnsetEncoding(set_)).result  # folds to `first`
    second = b.add(Transpose(back, (1, 0))).result
    greedy(b.finish([second, back]), index([fold, look]))
    assert seen[0] == (1, False)  # read by set, not yet yielded
    assert seen[-1] == (0, True)  # the second one
    assert greedy(b.finish([second, back]), index([fold])).yields == (second, first)


def test_a_limit_leaves_what_comes_after_it() -> None:
    """The first rewrites are done as without a limit; the trace names the last one."""
    b = RegionBuilder()
    x = b.arg(SQUARE)
    for _ in range(3):
        x = b.add(UnsetEncoding(b.add(SetEncoding(x, LAYOUT)).result)).result
    region = b.finish([x])
    unlimited = Trace()
    assert not greedy(region, index([fold]), unlimited).ops and unlimited.applied == 3
    for limit in range(4):
        trace = Trace(limit=limit)
        made = greedy(region, index([fold]), trace)
        assert len(made.ops) == 2 * (3 - limit)
        assert trace.applied == limit
        assert (trace.last is None) == (limit == 0)
        assert trace.last is None or (type(trace.last[0]), trace.last[1]) == (UnsetEncoding, fold)
