"""Law L11: a relayout is exact for all layouts, and its inverse undoes it; padding is what layouts say; a layout goes
through a view as the elements do."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import evolve
from hypothesis import HealthCheck, assume, event, given, note, settings
from hypothesis import strategies as st

from tensorir.dialects.packing import Pack
from tensorir.encoding.digits import (
    UNSPECIFIED,
    DigitLayout,
    NotRefinable,
    Relayout,
    as_pack,
    compose,
    filled,
    from_pack,
    inverse,
    refine,
    relayout,
    row_major,
    through,
)
from tensorir.encoding.digits.through import Padded
from tensorir.encoding.layout import Layout
from tensorir.interp import Context, apply_op
from tensorir.interp.relayouts import relaid, windowed
from tensorir.ir.dims import evaluate
from tensorir.ir.dtype import f64
from tensorir.ir.module import Module
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.testing.programs.layouts import digit_layouts
from tensorir.testing.strategies import layouts
from tests.support.digits import (
    POISON,
    as_symbols,
    digit_views,
    holds,
    positions,
    provable,
    shapes,
    stored,
    tensor,
)

Array = npt.NDArray[Any]
NO_SIZES = Context(Module(), {})

law = settings(
    max_examples=settings().max_examples * 3 // 2,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
"""300 examples of each law in CI."""


def run(copy: Relayout, memory: Array, ctx: Context = NO_SIZES) -> Array:
    (source, dest) = ctx.numbers([copy.source_size, copy.dest_size])
    assert memory.size == source
    return relaid(copy, memory.reshape(-1), np.full(dest, POISON), ctx)


@law
@given(st.data())
def test_a_relayout_puts_every_element_where_the_layout_says(data: st.DataObject) -> None:
    shape = data.draw(shapes())
    a, b = data.draw(digit_layouts(shape)), data.draw(digit_layouts(shape))
    x = tensor(shape)
    copy = relayout(a, b, shape)
    if isinstance(copy, NotRefinable):
        event("no common digits")
        return
    made = run(copy, stored(x, a))
    assert holds(made, x, b)
    back = relayout(b, a, shape)
    assert isinstance(back, Relayout), "a refinement has no direction"
    assert holds(run(back, made), x, a)


@law
@given(st.data())
def test_a_relayout_of_unknown_sizes_is_one_of_each_size(data: st.DataObject) -> None:
    shape = data.draw(shapes())
    dims, known, ctx = data.draw(as_symbols(shape))
    a, b = (provable(data.draw(digit_layouts(shape)), dims, known) for _ in range(2))
    note(f"{dims} {known} {ctx.sizes}")
    copy = relayout(a, b, dims, known)
    if isinstance(copy, NotRefinable):
        event("no common digits")
        return
    x = tensor(shape)
    event(f"{len(copy.masks)} masks")
    assert holds(run(copy, stored(x, a), ctx), x, b)
    assert not copy.is_view or holds(stored(x, a), x, b)


@law
@given(st.data())
def test_masks_allow_what_the_nests_without_masks_copy(data: st.DataObject) -> None:
    shape = data.draw(shapes())
    dims, known, ctx = data.draw(as_symbols(shape))
    a, b = (provable(data.draw(digit_layouts(shape)), dims, known) for _ in range(2))
    copy = relayout(a, b, dims, known)
    assume(isinstance(copy, Relayout))
    assert isinstance(copy, Relayout)
    (size, dest_size) = ctx.numbers([copy.source_size, copy.dest_size])
    source, dest = np.arange(size, dtype=np.float64), np.full(dest_size, POISON)
    loops = [ctx.numbers([loop.extent, loop.source, loop.dest]) for loop in copy.loops]
    masks = [ctx.numbers([mask.limit, *mask.weights]) for mask in copy.masks]
    for point in product(*(range(n) for n, _, _ in loops)):
        if all(sum(p * w for p, w in zip(point, weights, strict=True)) < limit for limit, *weights in masks):
            at = sum(p * d for p, (_, _, d) in zip(point, loops, strict=True))
            dest[at] = source[sum(p * s for p, (_, s, _) in zip(point, loops, strict=True))]
    for fill in copy.fills:
        relaid(evolve(copy, copies=(), fills=(fill,)), source, dest, ctx)
    np.testing.assert_array_equal(dest, run(copy, source, ctx))


def least_rank(moved: Array) -> int:
    """The fewest loops that say where the elements of a memory come from, if they are evenly spaced in each."""
    rank = 0
    while moved.size > 1:
        run_length = 1
        for n in range(2, moved.size + 1):
            rows = moved[: moved.size // n * n].reshape(-1, n)
            if moved.size % n == 0 and (np.diff(rows, axis=1) == moved[1] - moved[0]).all():
                run_length = n
        if run_length == 1:
            return rank + 99  # not a nest
        moved, rank = moved.reshape(-1, run_length)[:, 0], rank + 1
    return rank


@law
@given(st.data())
def test_no_nest_has_fewer_loops(data: st.DataObject) -> None:
    shape = data.draw(shapes().filter(lambda s: 0 not in s))
    a, b = data.draw(digit_layouts(shape)), data.draw(digit_layouts(shape))
    copy = relayout(a, b, shape)
    assume(isinstance(copy, Relayout))
    assert isinstance(copy, Relayout)
    size = copy.source_size
    assert isinstance(size, int)
    for box in (c.box for c in copy.copies):
        # Packed together in their order, the elements that a nest writes have the ranks of its destinations.
        extents = tuple(evaluate(loop.extent, {}) for loop in box.loops)
        source, dest = (
            sum(
                (i * evaluate(s, {}) for i, s in zip(np.indices(extents), strides, strict=True)), np.zeros(extents, int)
            )
            for strides in ([loop.source for loop in box.loops], [loop.dest for loop in box.loops])
        )
        assert (np.diff(dest.reshape(-1)) > 0).all(), "the loops are in the order of the destination"
        both = source.reshape(-1) * (10**6) + dest.reshape(-1)
        assert len(box.loops) <= least_rank(both)


@law
@given(st.data())
def test_a_view_is_the_same_memory(data: st.DataObject) -> None:
    shape = data.draw(shapes())
    a = data.draw(digit_layouts(shape))
    b = data.draw(st.just(a) | digit_layouts(shape))
    copy, x = relayout(a, b, shape), tensor(shape)
    same = relayout(a, a, shape)
    assert isinstance(same, Relayout)
    assert same.is_view
    if isinstance(copy, Relayout) and copy.is_view:
        assert holds(stored(x, a), x, b)
    if isinstance(copy, Relayout) and 0 not in shape and UNSPECIFIED not in (*a.padding, *b.padding):
        same_memory = copy.source_size == copy.dest_size and holds(stored(x, a), x, b)
        assert copy.is_view == same_memory


@law
@given(st.data())
def test_refined_layouts_are_the_same_memory_in_common_digits(data: st.DataObject) -> None:
    shape = data.draw(shapes())
    a, b = data.draw(digit_layouts(shape)), data.draw(digit_layouts(shape))
    refined = refine(a, b, shape)
    if isinstance(refined, NotRefinable):
        event("no common digits")
        assert refined.strides
        return
    x = tensor(shape)
    for before, after in zip((a, b), refined, strict=True):
        np.testing.assert_array_equal(stored(x, before).reshape(-1), stored(x, after).reshape(-1))
    for d in range(len(shape)):
        if a.positions(d) and b.positions(d):
            first, second = ({x.stride for x in y.digits if x.dim == d and x.extent != 1} for y in refined)
            assert first == second
    for layout in (a, b):
        simple = layout.simplest(shape)
        assert len(simple.digits) <= len(layout.digits)
        np.testing.assert_array_equal(stored(x, layout).reshape(-1), stored(x, simple).reshape(-1))


@law
@given(st.data())
def test_packing_twice_is_packing_by_the_composition(data: st.DataObject) -> None:
    shape = data.draw(shapes(2))
    outer = data.draw(digit_layouts(shape))
    physical = tuple(n for n in outer.packed_shape(shape) if isinstance(n, int))
    inner = data.draw(digit_layouts(physical))
    both = compose(outer, inner)
    if isinstance(both, NotRefinable):
        event("not composed")
        return
    x = tensor(shape)
    twice = stored(stored(x, outer), inner)
    inside = positions(both, shape)
    assert twice.size == both.storage_size(shape)
    assert holds(np.where(twice == POISON, POISON, twice).reshape(-1), x, both), inside


@law
@given(st.data())
def test_the_inverse_is_row_major_again(data: st.DataObject) -> None:
    shape = data.draw(shapes())
    layout = data.draw(digit_layouts(shape))
    back = inverse(layout)
    assert not isinstance(back, NotRefinable)
    both = compose(layout, back)
    assert not isinstance(both, NotRefinable)
    assert [d.dim for d in both.digits] == sorted(d.dim for d in both.digits)
    x = tensor(shape)
    plain = stored(stored(x, layout), back)
    padded = [c for d in range(len(shape)) if isinstance(c := layout.capacity(d, shape), int)]
    np.testing.assert_array_equal(plain.reshape(padded)[tuple(slice(0, n) for n in shape)], x)


@law
@given(st.data())
def test_a_layout_goes_through_a_view_as_the_elements_do(data: st.DataObject) -> None:
    view, x, result = data.draw(digit_views())
    repeated = [d for d in range(x.ndim) if x.shape[d] > 1 and x.strides[d] == 0]
    layout = data.draw(digit_layouts(x.shape, repeated if data.draw(st.booleans()) else ()))
    found = through(layout, view, x.shape)
    if isinstance(found, NotRefinable):
        event(f"cut: {type(view).__name__}")
        return
    event(f"{type(view).__name__}, {'a view' if found.is_view else 'windows'}")
    memory = stored(x, layout)
    before = memory.reshape([n for n in found.before.packed_shape(x.shape) if isinstance(n, int)])
    value = view.value if isinstance(view, Padded) else POISON
    after = windowed(before, found.windows, value, NO_SIZES)
    assert after.size == found.layout.storage_size(result.shape)
    assert holds(after.reshape(-1), result, found.layout)


@law
@given(st.data())
def test_a_pack_is_digits(data: st.DataObject) -> None:
    shape = data.draw(shapes().filter(lambda s: 0 not in s))
    pack = data.draw(layouts(len(shape))) if shape else Layout((), (), ())
    digits = from_pack(pack, filled(-1.0))
    assert as_pack(digits) == pack
    x = tensor(shape)
    op = Pack(Value(TensorType(shape, f64)), pack.inner_dims, pack.inner_tiles, pack.outer_perm, -1.0)
    (packed,) = apply_op(op, (x,), NO_SIZES)
    assert packed.shape == digits.packed_shape(shape)
    np.testing.assert_array_equal(stored(x, digits), packed)
    assert pack.is_view(shape) == _is_view(digits, shape)


def _is_view(layout: DigitLayout, shape: tuple[int, ...]) -> bool:
    copy = relayout(row_major(len(shape)), layout, shape)
    return isinstance(copy, Relayout) and copy.is_view
