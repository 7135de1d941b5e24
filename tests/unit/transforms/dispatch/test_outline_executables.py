"""outline-executables: equal launches share one executable, whatever their sizes are called."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tensorir.api import compile
from tensorir.dialects.flow import Dispatch, Launch
from tensorir.dialects.registry import OPS
from tensorir.interp import interpret
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.module import Executable, Function, Module
from tensorir.ir.region import Region
from tensorir.ir.verify import verify
from tensorir.passes.pass_ import PassContext
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.testing.equivalence import assert_equivalent
from tensorir.text import parse
from tensorir.transforms.dispatch.form_dispatches import FormDispatches
from tensorir.transforms.dispatch.outline_executables import OutlineExecutables
from tests.support.graphs import Graph
from tests.support.targets import DEVICES

TWICE = """
func @main(%x: tensor<[M]x3xf32>, %y: tensor<[N]x3xf32>) -> (tensor<[M]x3xf32>, tensor<[N]x3xf32>) {
  %0 = linalg.softmax %x {dims = [1]} : (tensor<[M]x3xf32>) -> tensor<[M]x3xf32>
  %1 = linalg.softmax %y {dims = [1]} : (tensor<[N]x3xf32>) -> tensor<[N]x3xf32>
  return %0, %1 : tensor<[M]x3xf32>, tensor<[N]x3xf32>
}
func @other(%z: tensor<[A]x3xf32>) -> (tensor<[A]x3xf32>) {
  %0 = linalg.softmax %z {dims = [1]} : (tensor<[A]x3xf32>) -> tensor<[A]x3xf32>
  return %0 : tensor<[A]x3xf32>
}
"""


def outlined(text: str) -> Module:
    return run_passes(parse(text, OPS), (FormDispatches(), OutlineExecutables()))


def launches(module: Module) -> list[Launch]:
    return [op for op in module.walk() if isinstance(op, Launch)]


def test_launches_that_differ_in_the_names_of_sizes_share_an_executable() -> None:
    module = outlined(TWICE)
    (executable,) = module.executables
    assert [op.executable for op in launches(module)] == [executable.name] * 3
    assert [op.sizes for op in launches(module)] == [()] * 3


@pytest.mark.parametrize("tiling", ["late", "off"])
def test_each_launch_runs_under_its_own_sizes(tiling: str) -> None:
    module = parse(TWICE, OPS)
    x, y = (np.arange(3 * n, dtype=np.float32).reshape(n, 3) for n in (2, 5))
    expected = interpret(module, "main", [x, y])
    for given, wanted in zip(compile(module, data_tiling=tiling)(x, y, function="main"), expected, strict=True):
        np.testing.assert_allclose(given, wanted, rtol=1e-6)
    for given, wanted in zip(interpret(outlined(TWICE), "main", [x, y]), expected, strict=True):
        np.testing.assert_array_equal(given, wanted)


def contract(result: str, lhs: str, size: str) -> str:
    maps = "maps = [(d0, d1, d2) -> (d0, d2), (d0, d1, d2) -> (d2, d1), (d0, d1, d2) -> (d0, d1)]"
    types = f"(tensor<[{size}]x8xf32>, tensor<8x8xf32>) -> tensor<[{size}]x8xf32>"
    return f"  %{result} = linalg.contract %{lhs}, %w {{{maps}, dtype = f32}} : {types}\n"


PACKED = f"""
func @main(%x: tensor<[A]x8xf32>, %y: tensor<[B]x8xf32>, %w: tensor<8x8xf32>)
    -> (tensor<[A]x8xf32>, tensor<[B]x8xf32>) {{
{contract("0", "x", "A")}{contract("1", "0", "A")}{contract("2", "y", "B")}{contract("3", "2", "B")}
  return %1, %3 : tensor<[A]x8xf32>, tensor<[B]x8xf32>
}}
"""


def test_sizes_that_only_stand_in_packed_types_are_said_by_the_launch() -> None:
    module = parse(PACKED, OPS)
    program = compile(module, DEVICES[0])
    used = launches(program.module)
    per_executable = {op.executable: [o.sizes for o in used if o.executable == op.executable] for op in used}
    assert all(len(sizes) % 2 == 0 for sizes in per_executable.values())
    assert any(sizes != [()] * len(sizes) for sizes in per_executable.values())
    x, y = (np.arange(8 * n, dtype=np.float32).reshape(n, 8) % 5 for n in (3, 19))
    w = np.arange(64, dtype=np.float32).reshape(8, 8) % 3
    for given, left in zip(program(x, y, w), (x, y), strict=True):
        np.testing.assert_array_equal(given, left @ w @ w)


def test_bodies_that_relate_their_sizes_otherwise_stay_apart() -> None:
    text = """
func @main(%x: tensor<[M]x[N]xf32>, %y: tensor<[N]x[N]xf32>) -> (tensor<[M]x[N]xf32>, tensor<[N]x[N]xf32>) {
  %0 = linalg.softmax %x {dims = [1]} : (tensor<[M]x[N]xf32>) -> tensor<[M]x[N]xf32>
  %1 = linalg.softmax %y {dims = [1]} : (tensor<[N]x[N]xf32>) -> tensor<[N]x[N]xf32>
  return %0, %1 : tensor<[M]x[N]xf32>, tensor<[N]x[N]xf32>
}
"""
    assert len(outlined(text).executables) == 2


def test_a_size_of_a_launch_that_is_negative_is_refused_at_its_place() -> None:
    text = """
executable @e target("cpu") () -> (tensor<[S]xf32>) {
  %0 = linalg.fill {value = 0.0, type = tensor<[S]xf32>} : () -> tensor<[S]xf32>
  yield %0 : tensor<[S]xf32>
}
func @main(%y: tensor<[M]xf32>) -> (tensor<[M + -4]xf32>) {
  %0 = flow.launch {executable = @e, types = [tensor<[M + -4]xf32>], sizes = [M + -4]} : () -> tensor<[M + -4]xf32>
  return %0 : tensor<[M + -4]xf32>
}
"""
    module = parse(text, OPS, file="n.tir")
    program = compile(module)

    def runs(size: int) -> list[Any]:
        y = np.zeros(size, np.float32)
        return [lambda: interpret(module, "main", [y])[0], lambda: program(y)]

    for run in runs(6):
        np.testing.assert_array_equal(run(), np.zeros(2, np.float32))
    for run in runs(3):
        with pytest.raises(TensorIRError, match=r"n\.tir:7:3: error: flow\.launch: the size M \+ -4 is -1"):
            run()


def test_a_whole_pipeline_has_as_many_executables_as_different_launches() -> None:
    compiled = run_passes(parse(TWICE, OPS), pipeline("late").passes)
    assert len(compiled.executables) == 1


def elementwise_body(*fns: str, size: int = 4) -> Region:
    g = Graph()
    value = g.arg(size)
    for fn in fns:
        value = g.elementwise(fn, value)
    return g.b.finish([value])


def product_body() -> Region:
    g = Graph()
    a, b = g.arg(4, 4), g.arg(4, 4)
    return g.b.finish([g.elementwise("exp", g.matmul(a, b))])


def program(*bodies: tuple[Region, str], executables: tuple[Executable, ...] = ()) -> Module:
    """Each body as a dispatch of its own on (body, device), all results returned."""
    g = Graph()
    results = [
        g.b.add(Dispatch(tuple(g.b.arg(a.type) for a in body.args), body, device)).result for body, device in bodies
    ]
    return Module((Function("main", g.b.finish(results)),), executables=executables)


def shared(module: Module) -> Module:
    verify(module)
    after = OutlineExecutables().run(module, PassContext())
    verify(after)
    assert not any(isinstance(op, Dispatch) for op in after.walk())
    assert OutlineExecutables().run(after, PassContext()) is after
    assert_equivalent(module, after)
    return after


def names_launched(module: Module) -> list[str]:
    return [op.executable for op in module.functions[0].body.ops if isinstance(op, Launch)]


def test_equal_bodies_are_one_executable() -> None:
    after = shared(program(*[(elementwise_body("exp", "neg"), "cpu") for _ in range(3)]))
    assert [e.name for e in after.executables] == ["generic_0"]
    assert names_launched(after) == ["generic_0"] * 3


@pytest.mark.parametrize(
    "other",
    [elementwise_body("neg", "exp"), elementwise_body("exp"), elementwise_body("exp", "neg", size=5)],
    ids=["order", "length", "shape"],
)
def test_other_bodies_are_others(other: Region) -> None:
    after = shared(program((elementwise_body("exp", "neg"), "cpu"), (other, "cpu")))
    assert names_launched(after) == ["generic_0", "generic_1"]


def test_devices_do_not_share() -> None:
    body = elementwise_body("exp")
    after = shared(program((body, "cpu"), (body, "reference"), (body, "cpu")))
    assert [(e.name, e.target) for e in after.executables] == [("generic_0", "cpu"), ("generic_1", "reference")]
    assert names_launched(after) == ["generic_0", "generic_1", "generic_0"]


def test_an_executable_is_named_after_its_contraction() -> None:
    after = shared(program((product_body(), "cpu")))
    assert [e.name for e in after.executables] == ["contract_0"]


def test_names_that_are_taken_stay_with_whom_they_belong() -> None:
    mine = Executable("generic_0", "cpu", elementwise_body("neg"))
    after = shared(program((elementwise_body("exp"), "cpu"), executables=(mine,)))
    assert after.executables[0] is mine
    assert names_launched(after) == ["generic_1"]


def test_the_place_and_the_names_of_results_stay() -> None:
    module = program((elementwise_body("exp"), "cpu"))
    (dispatch,) = module.functions[0].body.ops
    (launch,) = shared(module).functions[0].body.ops
    assert launch.loc is dispatch.loc
    assert launch.results == dispatch.results
