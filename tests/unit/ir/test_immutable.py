"""Copies and pickles of programs: a copy is the program itself, a pickle is isomorphic to it."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from tensorir.api import compile
from tensorir.dialects.flow import Dispatch
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import Diagnostic, TensorIRError, VerifyError
from tensorir.ir.dims import ceildiv, symbol
from tensorir.ir.dtype import bf16, f32
from tensorir.ir.isomorphism import fingerprint, isomorphic
from tensorir.ir.location import Location
from tensorir.ir.module import Function, Module
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.ir.verify import MAX_NESTING, verify
from tensorir.passes.runner import run_passes
from tensorir.pipelines import STAGES, pipeline
from tests.support.graphs import GRAPHS


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", GRAPHS)
def test_modules_are_pickled_at_every_stage(name: str, stage: str) -> None:
    module = run_passes(GRAPHS[name](), pipeline("late", to=stage).passes)
    back = pickle.loads(pickle.dumps(module))
    verify(back)
    assert isomorphic(module, back)
    assert fingerprint(module) == fingerprint(back)
    assert copy.deepcopy(module) is module
    assert copy.copy(module.functions[0].body) is module.functions[0].body


def test_regions_nested_as_deep_as_the_verifier_walks_are_pickled() -> None:
    """Ops of others may have regions within regions; a dispatch stands for them here."""
    type = TensorType((4,), f32)
    value = Value(type)
    region = Region((value,), (), (value,))
    for _ in range(MAX_NESTING):
        outer = Value(type)
        op = Dispatch((outer,), region)
        region = Region((outer,), (op,), op.results)
    module = Module((Function("f", region),))
    assert fingerprint(pickle.loads(pickle.dumps(module))) == fingerprint(module)


def test_symbolic_types_are_equal_after_pickling() -> None:
    """Also in a process where strings hash otherwise: no hash is in the pickle."""
    type = TensorType((symbol("M"), 16 * ceildiv(symbol("N"), 16)), bf16)
    assert hash(type) == hash(back := pickle.loads(pickle.dumps(type)))
    assert back == type
    assert b"_attrs_cached_hash" not in pickle.dumps(type)


def test_pickled_data_is_read_only() -> None:
    data = pickle.loads(pickle.dumps(Dense(np.arange(4, dtype=np.int16))))
    assert data == Dense(np.arange(4, dtype=np.int16))
    with pytest.raises(ValueError, match="read-only"):
        data.array[0] = 1


@pytest.mark.parametrize("device", ["cpu", "reference"])
def test_a_program_can_be_pickled_and_called(device: str) -> None:
    program = compile(GRAPHS["mlp"](), (device,))
    x = np.arange(128 * 256, dtype=np.float32).reshape(128, 256) % 5
    for other in (pickle.loads(pickle.dumps(program)), copy.deepcopy(program)):
        np.testing.assert_array_equal(other(x), program(x))
        assert other.stats.dispatches == program.stats.dispatches


def test_errors_say_the_same_in_another_process() -> None:
    error = VerifyError([Diagnostic("is wrong", Location("a.tir", 3, 1), notes=("here",)), Diagnostic("too")])
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is VerifyError
    assert (str(back), back.diagnostics) == (str(error), error.diagnostics)
    assert str(copy.copy(TensorIRError("no", Location("x")))) == "x: error: no"
