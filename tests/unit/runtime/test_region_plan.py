"""A region as steps over slots: when a slot dies, whose memory is counted, and under which sizes an executable runs."""

from __future__ import annotations

import numpy as np
import pytest

from tensorir.dialects.registry import OPS
from tensorir.interp import Context
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.module import Executable, Function, Module
from tensorir.runtime.region_plan import Run, plan_executables, plan_region
from tensorir.targets.device import Device
from tensorir.text import parse

ADD = "{maps = [(d0) -> (d0), (d0) -> (d0)], body = (a0: f32) { v0 = add a0, a0; yield v0 }}"

CHAIN = f"""
func @main(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {{
  %0 = linalg.generic %x {ADD} : (tensor<8xf32>) -> tensor<8xf32>
  %1 = linalg.generic %0 {ADD} : (tensor<8xf32>) -> tensor<8xf32>
  %2 = linalg.generic %1 {ADD} : (tensor<8xf32>) -> tensor<8xf32>
  return %2, %x : tensor<8xf32>, tensor<8xf32>
}}
"""

LAUNCHES = f"""
executable @double target("reference") (%x: tensor<[S]xf32>) -> (tensor<[S]xf32>) {{
  %0 = linalg.generic %x {ADD} : (tensor<[S]xf32>) -> tensor<[S]xf32>
  yield %0 : tensor<[S]xf32>
}}

func @main(%x: tensor<[M]xf32>, %y: tensor<3xf32>) -> (tensor<[M]xf32>, tensor<3xf32>) {{
  %0 = flow.launch %x {{executable = @double, types = [tensor<[M]xf32>]}} : (tensor<[M]xf32>) -> tensor<[M]xf32>
  %1 = flow.launch %y {{executable = @double, types = [tensor<3xf32>]}} : (tensor<3xf32>) -> tensor<3xf32>
  return %0, %1 : tensor<[M]xf32>, tensor<3xf32>
}}
"""

REFERENCE = Device("reference")


def module_of(text: str) -> Module:
    return parse(text, OPS)


def test_a_slot_dies_after_its_last_reader_and_yields_and_arguments_never_do() -> None:
    body = module_of(CHAIN).functions[0].body
    plan = plan_region(body, REFERENCE, {})
    assert (plan.arguments, plan.slots, plan.yields) == (1, 4, (3, 0))
    assert [s.dead for s in plan.steps] == [(), (1,), (2,)]


def test_memory_is_counted_while_it_is_held_and_none_is_left() -> None:
    module = module_of(CHAIN)
    plan = plan_region(module.functions[0].body, REFERENCE, {})
    x = np.arange(8, dtype=np.float32)
    run = Run.of(Context(module, {}), (x,))
    doubled, same = plan.run((x,), run)
    np.testing.assert_array_equal(doubled, 8 * x)
    assert same is x
    assert run.peak_bytes == 2 * x.nbytes  # what a step reads and what it writes
    assert run.live_bytes == 0


def test_every_launch_binds_the_sizes_of_its_executable() -> None:
    module = module_of(LAUNCHES)
    plan = plan_region(
        module.lookup(Function, "main").body, REFERENCE, plan_executables(module, {"reference": REFERENCE})
    )
    x, y = np.ones(5, np.float32), np.ones(3, np.float32)
    run = Run.of(Context(module, {"M": 5}), (x, y))
    first, second = plan.run((x, y), run)
    assert (first.shape, second.shape) == ((5,), (3,))
    assert [s.sizes.keys() for s in plan.steps] == [{"S"}, {"S"}]
    assert sorted(dict(bound)["S"] for bound in run.contexts) == [3, 5]


def test_launches_with_the_same_sizes_share_a_context() -> None:
    module = module_of(LAUNCHES)
    plan = plan_region(
        module.lookup(Function, "main").body, REFERENCE, plan_executables(module, {"reference": REFERENCE})
    )
    run = Run.of(Context(module, {"M": 3}), ())
    first, second = (step.inside(run.ctx, run.contexts) for step in plan.steps)
    assert first is second
    assert first.sizes == {"S": 3}


def test_an_executable_of_a_device_that_the_program_lacks_is_refused() -> None:
    module = module_of(LAUNCHES)
    assert module.lookup(Executable, "double").target == "reference"
    with pytest.raises(TensorIRError, match="@double is made for the device 'reference'; the program has: cpu"):
        plan_executables(module, {"cpu": Device("cpu")})
