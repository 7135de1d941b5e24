"""evaluate-initializers: every global holds data afterwards, in any order; what depends on itself is an error."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

import tensorir.runtime.region_plan as region_plan
from tensorir.dialects.flow import GlobalLoad, Launch
from tensorir.dialects.linalg import Transpose
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dense import Dense
from tensorir.ir.diagnostic import TensorIRError, UnsupportedError
from tensorir.ir.dtype import f32
from tensorir.ir.location import Location
from tensorir.ir.module import Executable, Global, Module, Parameter
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.verify import verify
from tensorir.passes.pass_ import PassContext
from tensorir.targets.device import Device
from tensorir.transforms.constants.evaluate_initializers import EvaluateInitializers
from tests.support.graphs import Graph

T = TensorType((2, 2), f32)
W = Global("w", T, Dense(np.arange(4, dtype=np.float32).reshape(2, 2)))


def transposed(name: str, source: str) -> Global:
    b = RegionBuilder()
    value = b.add(Transpose(b.add(GlobalLoad(source, T)).result, (1, 0))).result
    return Global(name, T, b.finish([value]), Location("f.py", 3))


def launched(name: str, executable: str) -> Global:
    b = RegionBuilder()
    value = b.add(Launch((b.add(GlobalLoad("w", T)).result,), executable, (T,))).result
    return Global(name, T, b.finish([value]))


def double(name: str) -> Executable:
    g = Graph()
    x = g.arg(2, 2)
    return Executable(name, "cpu", g.b.finish([g.elementwise("add", x, x)]))


def evaluated(module: Module, ctx: PassContext | None = None) -> dict[str, list[list[float]]]:
    after = EvaluateInitializers().run(module, ctx or PassContext())
    verify(after)
    assert EvaluateInitializers().run(after, PassContext()) is after
    return {g.name: g.value.array.tolist() for g in after.globals if isinstance(g.value, Dense)}


def test_globals_are_evaluated_whatever_their_order() -> None:
    globals = [transposed("b", "a"), transposed("a", "w"), W]
    verify(Module(globals=globals))
    assert evaluated(Module(globals=globals)) == {"a": [[0, 2], [1, 3]], "b": [[0, 1], [2, 3]], "w": [[0, 1], [2, 3]]}


def test_data_alone_is_left_alone() -> None:
    module = Module(globals=[W])
    assert EvaluateInitializers().run(module, PassContext()) is module


def test_each_executable_is_planned_once_for_all_initializers(monkeypatch: pytest.MonkeyPatch) -> None:
    planned: list[Region] = []
    plan = region_plan.plan_region

    def counted(region: Region, device: Device, launches: Mapping[str, region_plan.Launched]) -> region_plan.RegionPlan:
        planned.append(region)
        return plan(region, device, launches)

    monkeypatch.setattr(region_plan, "plan_region", counted)
    names = [f"g{i}" for i in range(20)]
    module = Module(
        globals=[W, *(launched(n, "double_1") for n in names)], executables=[double(f"double_{i}") for i in range(5)]
    )
    assert evaluated(module)["g7"] == [[0, 2], [4, 6]]
    assert len(planned) == 20 + 5


def test_an_initializer_that_needs_itself_is_an_error_at_its_place() -> None:
    with pytest.raises(TensorIRError, match=r"f.py:3: error: the initializer of @a depends on itself: a → b → a"):
        EvaluateInitializers().run(Module(globals=[transposed("a", "b"), transposed("b", "a")]), PassContext())


def test_parameters_without_data_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="p"):
        EvaluateInitializers().run(Module(globals=[Global("p", T, Parameter("s", "key"))]), PassContext())


def test_progress_is_told_once_per_initializer() -> None:
    told: list[tuple[str, int, int]] = []
    ctx = PassContext(progress=lambda what, done, total: told.append((what, done, total)))
    evaluated(Module(globals=[W, transposed("a", "w"), transposed("b", "w")]), ctx)
    assert told == [("evaluating constants", done, 2) for done in (0, 1, 2)]
