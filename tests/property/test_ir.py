"""Laws of the model: fingerprints and isomorphism, sizes, layouts, encodings."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import evolve
from hypothesis import assume, given, note
from hypothesis import strategies as st

from tensorir.dialects.linalg import Transpose
from tensorir.dialects.packing import Pack, Unpack
from tensorir.encoding.encoding import Contraction, Encoding
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import IDENTITY, Declined, Tiles, layout_for, operand_layout
from tensorir.encoding.views import Collapsed, Expanded, Projected, Transposed
from tensorir.interp import Context, apply_op
from tensorir.ir.dims import Dim, ceildiv, divisible, evaluate, floordiv, mod, substitute
from tensorir.ir.dtype import f32, f64
from tensorir.ir.isomorphism import fingerprint, isomorphic
from tensorir.ir.module import Function, Module
from tensorir.ir.region import Region, clone
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.targets.answers import Answers
from tensorir.targets.device import Device
from tensorir.testing.strategies import contractions, dims, encodings, layouts, programs
from tensorir.text import print_module

VALUES = {"M": 5, "N": 16, "S": 33}


# -- fingerprint equal ⇔ isomorphic


def rebuilt(module: Module) -> Module:
    """The same program of other objects, with other names for private symbols and values."""
    return Module([evolve(f, body=clone(f.body)) for f in module.functions], module.globals, module.executables)


def mutated(module: Module, data: st.DataObject) -> Module:
    """The program with one small thing changed."""
    body = module.functions[0].body
    kind = data.draw(st.sampled_from(["yields", "drop op", "swap operands", "swap ops"]))
    ops = list(body.ops)
    yields = list(body.yields)
    at = data.draw(st.integers(0, max(len(ops) - 1, 0)))
    match kind:
        case "yields":
            yields = [*yields, data.draw(st.sampled_from([*body.args, *yields]))]
        case "drop op" if ops:
            gone = set(ops[at].results)
            keep = [o for o in ops if o is not ops[at]]
            assume(not any(v in gone for o in keep for v in o.operands) and not any(y in gone for y in yields))
            ops = keep
        case "swap operands" if ops and len(ops[at].operands) > 1:
            ops[at] = ops[at].with_operands(ops[at].operands[::-1])
        case "swap ops" if len(ops) > 1:
            i = data.draw(st.integers(0, len(ops) - 2))
            ops[i], ops[i + 1] = ops[i + 1], ops[i]
        case _:
            pass
    return Module([Function("main", Region(body.args, tuple(ops), tuple(yields)))], module.globals)


@given(programs())
def test_a_rebuilt_program_is_isomorphic_and_has_the_same_fingerprint(module: Module) -> None:
    other = rebuilt(module)
    assert isomorphic(module, other)
    assert fingerprint(module) == fingerprint(other)


@given(programs(), st.data())
def test_fingerprints_are_equal_exactly_if_programs_are_isomorphic(module: Module, data: st.DataObject) -> None:
    other = mutated(module, data)
    note(print_module(other))
    assert isomorphic(module, other) == (fingerprint(module) == fingerprint(other))


@given(programs(max_ops=4), programs(max_ops=4))
def test_the_same_for_independent_programs(a: Module, b: Module) -> None:
    assert isomorphic(a, b) == (fingerprint(a) == fingerprint(b))


# -- sizes


@given(dims(), dims(), st.integers(1, 20))
def test_arithmetic_on_sizes_is_arithmetic(a: Dim, b: Dim, k: int) -> None:
    x, y = evaluate(a, VALUES), evaluate(b, VALUES)
    assert evaluate(a + b, VALUES) == x + y
    assert evaluate(a - b, VALUES) == x - y
    assert evaluate(a * b, VALUES) == x * y
    assert evaluate(ceildiv(a, k), VALUES) == -(-x // k)
    assert evaluate(floordiv(a, k), VALUES) == x // k
    assert evaluate(mod(a, k), VALUES) == x % k


@given(dims(), dims())
def test_sizes_have_one_normal_form(a: Dim, b: Dim) -> None:
    assert a + b == b + a
    assert a * b == b * a
    assert a - a == 0
    assert (a + b) - b == a
    assert hash(a + b) == hash(b + a)


@given(dims(), st.integers(1, 20))
def test_what_is_called_divisible_is(a: Dim, k: int) -> None:
    if divisible(a, k):
        assert evaluate(a, VALUES) % k == 0


@given(dims(), dims())
def test_substitution_commutes_with_evaluation(a: Dim, b: Dim) -> None:
    inner = evaluate(b, VALUES)
    assert evaluate(substitute(a, {"M": b}), VALUES) == evaluate(a, {**VALUES, "M": inner})


# -- layouts: an algebra of index maps


def packed(array: npt.NDArray[Any], layout: Layout) -> npt.NDArray[Any]:
    source = Value(TensorType(array.shape, f64))
    op = Pack(source, layout.inner_dims, layout.inner_tiles, layout.outer_perm, -1.0)
    return apply_op(op, (array,), Context(Module(), {}))[0]


@st.composite
def tensors(draw: st.DrawFn) -> tuple[npt.NDArray[Any], Layout]:
    """An array of different numbers, and a layout for it."""
    shape = draw(st.lists(st.sampled_from([1, 2, 3, 4, 8, 16, 17]), min_size=1, max_size=4))
    assume(np.prod(shape) <= 4096)
    return np.arange(np.prod(shape), dtype=np.float64).reshape(shape), draw(layouts(len(shape)))


@given(tensors())
def test_unpack_undoes_pack(case: tuple[npt.NDArray[Any], Layout]) -> None:
    array, layout = case
    stored = packed(array, layout)
    assert stored.shape == layout.packed_shape(array.shape)
    shape = tuple(array.shape)
    op = Unpack(Value(TensorType(stored.shape, f64)), layout.inner_dims, layout.inner_tiles, layout.outer_perm, shape)
    np.testing.assert_array_equal(apply_op(op, (stored,), Context(Module(), {}))[0], array)


@given(tensors())
def test_every_element_lies_where_the_layout_says(case: tuple[npt.NDArray[Any], Layout]) -> None:
    array, layout = case
    stored = packed(array, layout)
    point = tuple(s // 2 for s in array.shape)
    outer = [point[d] // (layout.tile(d) or 1) for d in layout.outer_perm]
    inner = [point[d] % t for d, t in zip(layout.inner_dims, layout.inner_tiles, strict=True)]
    assert stored[tuple(outer + inner)] == array[point]


@given(tensors(), st.data())
def test_a_transposed_layout_stores_the_transposed_tensor_the_same(
    case: tuple[npt.NDArray[Any], Layout], data: st.DataObject
) -> None:
    array, layout = case
    order = tuple(data.draw(st.permutations(range(array.ndim))))
    np.testing.assert_array_equal(packed(array.transpose(order), layout.transposed(order)), packed(array, layout))


@given(tensors(), st.data())
def test_an_expanded_layout_stores_the_same_elements_in_the_same_order(
    case: tuple[npt.NDArray[Any], Layout], data: st.DataObject
) -> None:
    array, layout = case
    at = data.draw(st.integers(0, array.ndim - 1))
    size = array.shape[at]
    part = data.draw(st.sampled_from([p for p in (1, 2, 3, 4, 8, 16) if size % p == 0]))
    split = (*array.shape[:at], size // part, part, *array.shape[at + 1 :])
    groups = (*((d,) for d in range(at)), (at, at + 1), *((d + 1,) for d in range(at + 1, array.ndim)))
    expanded = layout.expanded(Expanded(groups, split))
    tile = layout.tile(at)
    assert (expanded is not None) == (tile is None or part % tile == 0)
    if expanded is not None:
        np.testing.assert_array_equal(
            packed(array.reshape(split), expanded).reshape(-1), packed(array, layout).reshape(-1)
        )


@given(tensors(), st.data())
def test_a_collapsed_layout_is_undone_by_expanding_it(
    case: tuple[npt.NDArray[Any], Layout], data: st.DataObject
) -> None:
    array, layout = case
    assume(array.ndim > 1)
    at = data.draw(st.integers(0, array.ndim - 2))
    groups = (*((d,) for d in range(at)), (at, at + 1), *((d,) for d in range(at + 2, array.ndim)))
    collapsed = layout.collapsed(Collapsed(groups, tuple(array.shape)))
    if collapsed is None:
        return
    merged = array.reshape((*array.shape[:at], -1, *array.shape[at + 2 :]))
    back = collapsed.expanded(Expanded(groups, tuple(array.shape)))
    assert back is not None
    assert back.same_tiles(layout)
    np.testing.assert_array_equal(packed(array, back).reshape(-1), packed(merged, collapsed).reshape(-1))


@given(tensors(), st.data())
def test_a_projected_layout_stores_what_is_broadcast(
    case: tuple[npt.NDArray[Any], Layout], data: st.DataObject
) -> None:
    """A vector stored by the projection of a layout lines up with the tensor along that dim."""
    array, layout = case
    d = data.draw(st.integers(0, array.ndim - 1))
    vector = np.arange(array.shape[d], dtype=np.float64)
    shape = [1] * array.ndim
    shape[d] = -1
    spread = np.broadcast_to(vector.reshape(shape), array.shape)
    part = layout.projected((d,))
    small = packed(vector, part)
    dims = [layout.outer_position(d)] + ([layout.inner_position(d)] if layout.tile(d) else [])
    stored = packed(np.ascontiguousarray(spread), layout)
    index = tuple(slice(None) if i in dims else 0 for i in range(stored.ndim))
    np.testing.assert_array_equal(stored[index].reshape(-1), small.reshape(-1))


@given(tensors())
def test_a_pack_is_a_view_exactly_if_it_moves_nothing(case: tuple[npt.NDArray[Any], Layout]) -> None:
    array, layout = case
    moves_nothing = np.array_equal(packed(array, layout).reshape(-1), array.reshape(-1))
    assert layout.is_view(array.shape) == moves_nothing


# -- encodings and resolvers


@given(encodings(), st.data())
def test_views_that_undo_each_other_vanish(encoding: Encoding, data: st.DataObject) -> None:
    rank = encoding.rank
    order = tuple(data.draw(st.permutations(range(rank))))
    back = tuple(np.argsort(order).tolist())
    assert encoding.through(Transposed(order)).through(Transposed(back)) in (
        encoding,
        encoding.through(Transposed(tuple(range(rank)))),
    )


@given(contractions(), st.sampled_from(["cpu", "reference"]))
def test_a_resolver_answers_all_operands_of_a_contraction_alike(contraction: Contraction, device: str) -> None:
    choice = Answers(Device(device)).choice(contraction)
    answers = [layout_for(Encoding(contraction, role), choice) for role in ("lhs", "rhs", "result")]
    assert all(a is IDENTITY for a in answers) or all(isinstance(a, Layout) for a in answers)
    assert isinstance(choice, Declined) == (answers[0] is IDENTITY)
    if isinstance(choice, Tiles):
        lhs, rhs, result = (operand_layout(Encoding(contraction, r), choice) for r in ("lhs", "rhs", "result"))
        assert sorted(lhs.inner_tiles) == sorted((choice.m0, choice.k0))
        assert sorted(rhs.inner_tiles) == sorted((choice.n0, choice.k0))
        assert result.inner_tiles == (choice.m0, choice.n0)


def test_projection_then_projection_is_one_projection() -> None:
    layout = Layout((0, 2), (8, 16), (0, 1, 2))
    assert layout.projected((2, 0)).projected((1,)) == layout.projected((0,))
    view = Projected((2,))
    assert layout.through(view) == Layout((0,), (16,), (0,))


def test_types_of_ops_on_views_agree_with_numpy() -> None:
    x = Value(TensorType((2, 3, 5), f32))
    assert Transpose(x, (2, 0, 1)).result.type.shape == np.zeros((2, 3, 5)).transpose(2, 0, 1).shape
