from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tensorir.api import compile
from tensorir.dialects.encode import SetEncoding, UnsetEncoding
from tensorir.dialects.func import Call
from tensorir.dialects.linalg import Contract
from tensorir.encoding.encoding import ContractionSpace, Encoding, Role
from tensorir.ir.affine import select
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dtype import f32
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Function, Module
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.verify import verify
from tensorir.passes.pass_ import PassContext
from tensorir.passes.runner import LevelError, run_passes
from tensorir.testing.equivalence import assert_equivalent
from tensorir.transforms.datatiling.row_major_boundaries import RowMajorBoundaries
from tensorir.transforms.simplify.cse import CommonSubexpressions
from tensorir.transforms.simplify.inline_calls import InlineCalls

MAPS = (select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1)))
SPACE = ContractionSpace(MAPS, (f32, f32, f32), (None,) * 3)


def encoded(role: Role, *shape: int) -> TensorType:
    return TensorType(shape, f32, Encoding(SPACE, role))


def given_and_wanted_encoded() -> Region:
    """A contraction whose left side comes encoded, and whose result goes encoded, twice and beside an argument."""
    b = RegionBuilder()
    lhs, w = b.arg(encoded("lhs", 5, 7), "x"), b.arg(TensorType((7, 9), f32), "w")
    rhs = b.add(SetEncoding(w, Encoding(SPACE, "rhs"))).result
    out = b.add(Contract(lhs, rhs, (), MAPS, f32, Encoding(SPACE, "result"))).result
    return b.finish([out, lhs, out])


@pytest.mark.parametrize("device", ["cpu", "reference"])
@pytest.mark.parametrize("tiling", ["late", "off"])
def test_results_have_their_own_shape_on_every_device(device: str, tiling: Any) -> None:
    module = Module([Function("main", given_and_wanted_encoded())])
    program = compile(module, device, tiling, verify_each=True)
    assert_equivalent(module, program)
    (function,) = program.module.functions
    assert [v.type for v in (*function.body.args, *function.body.yields)] == [
        *(TensorType(s, f32) for s in ((5, 7), (7, 9), (5, 9), (5, 7), (5, 9))),
    ]


def test_a_tensor_that_is_only_passed_on_costs_nothing() -> None:
    b = RegionBuilder()
    stored = b.add(SetEncoding(b.arg(TensorType((5, 7), f32), "a"), Encoding(SPACE, "result"))).result
    for body in (b.finish([stored]), Region((arg := RegionBuilder().arg(encoded("lhs", 5, 7)),), (), (arg,))):
        program = compile(Module([Function("main", body)]), "cpu")
        assert (program.stats.dispatches, program.stats.copies) == (0, 0)
        x = np.arange(35, dtype=np.float32).reshape(5, 7)
        np.testing.assert_array_equal(program(x), x)


def test_the_program_inside_is_the_one_that_it_was() -> None:
    before = given_and_wanted_encoded()
    after = RowMajorBoundaries().run(module := Module([Function("main", before)]), PassContext())
    verify(after)
    ops = after.functions[0].body.ops
    assert [type(o) for o in ops] == [SetEncoding, SetEncoding, Contract, UnsetEncoding, UnsetEncoding]
    assert ops[1:3] == before.ops  # the same objects
    assert after.functions[0].body.args[0].hint == "x"
    assert RowMajorBoundaries().run(after, PassContext()) is after
    assert_equivalent(module, after)


def calling(private: bool) -> Module:
    """A function that passes on what it is given to another one, encoded."""
    inner = Function("inner", given_and_wanted_encoded(), private=private)
    b = RegionBuilder()
    args = [b.arg(t, n) for t, n in zip(inner.body.arg_types, "xw", strict=True)]
    call = b.add(Call(tuple(args), "inner", inner.body.yield_types))
    return Module([Function("main", b.finish(call.results)), inner])


def test_what_is_called_is_inlined_first() -> None:
    passes = (InlineCalls(), RowMajorBoundaries())
    apart = run_passes(calling(private=True), (*passes, CommonSubexpressions()))
    plain = Module([Function("main", given_and_wanted_encoded())])
    assert isomorphic(apart, run_passes(plain, passes))
    with pytest.raises(LevelError, match="row-major-boundaries can't take this module: it requires no-calls"):
        run_passes(calling(private=True), (RowMajorBoundaries(),))


def test_a_public_function_that_was_called_is_row_major_too() -> None:
    compiled = compile(calling(private=False), "cpu").module
    types = [v.type for f in compiled.functions for v in (*f.body.args, *f.body.yields)]
    assert len(compiled.functions) == 2
    assert {t.rank for t in types} == {2}
