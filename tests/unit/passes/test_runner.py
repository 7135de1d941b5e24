from __future__ import annotations

import gc
from pathlib import Path
from typing import ClassVar

import pytest
from attrs import frozen

from tensorir.dialects.linalg import Transpose
from tensorir.dialects.registry import OPS
from tensorir.ir.diagnostic import TensorIRError, VerifyError
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.location import Location
from tensorir.ir.module import Function, Module
from tensorir.ir.region import Region
from tensorir.passes.pass_ import Pass, PassContext, device_option
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.targets.device import Device
from tensorir.text import parse
from tests.support.graphs import GRAPHS, matmul, mlp


@frozen
class Crash(Pass):
    """Raises what no pass should."""

    name: ClassVar[str] = "crash"

    def run(self, module: Module, ctx: PassContext) -> Module:
        raise IndexError("list index out of range")


@frozen
class Break(Pass):
    """Returns a module that does not verify."""

    name: ClassVar[str] = "break"

    def run(self, module: Module, ctx: PassContext) -> Module:
        body = module.functions[0].body
        return Module([Function("main", Region(body.args, (), body.yields))])


def test_snapshots_come_after_each_pass_in_order() -> None:
    seen: list[str] = []
    passes = pipeline("late").passes
    run_passes(mlp(), passes, snapshot=lambda p, m: seen.append(p.name))
    assert seen == [p.name for p in passes]


@pytest.mark.parametrize(
    ("bad", "message"),
    [(Crash(), "pass crash crashed: IndexError"), (Break(), "pass break left an invalid module")],
)
def test_a_crash_leaves_a_file_that_reproduces_it(bad: Pass, message: str, tmp_path: Path) -> None:
    module = matmul()
    with pytest.raises(TensorIRError, match=message) as e:
        run_passes(module, (bad,), reproducers=tmp_path)
    (file,) = tmp_path.iterdir()
    assert f"reproducer: {file}" in str(e.value)
    text = file.read_text("utf-8")
    assert text.startswith(f"// tensorir opt {file.name} -p {bad.name}\n")
    assert isomorphic(parse(text, OPS), module)


@frozen
class CrashOnDevice(Crash):
    """Raises what no pass should, for a device."""

    name: ClassVar[str] = "crash-on-device"
    device: str = device_option("the device")


def test_a_reproducer_says_which_device_it_was_whatever_the_program_calls_it(tmp_path: Path) -> None:
    here = Device("cpu", name="here", features="none")
    with pytest.raises(TensorIRError, match="crash-on-device crashed"):
        run_passes(matmul(), (CrashOnDevice(device="here"),), PassContext(devices={"here": here}), reproducers=tmp_path)
    (file,) = tmp_path.iterdir()
    line = file.read_text("utf-8").splitlines()[0]
    assert line == f"// tensorir opt {file.name} -p 'crash-on-device{{device=cpu{{features=none}}}}'"


def test_devices_are_known_before_the_first_pass_runs() -> None:
    with pytest.raises(TensorIRError, match="unknown device 'tpu'"):
        run_passes(matmul(), (Crash(), CrashOnDevice(device="tpu")))


@frozen
class Refuse(Pass):
    """Finds the user's program wrong, or has no memory left."""

    name: ClassVar[str] = "refuse"
    error: ClassVar[Exception] = TensorIRError("the device has no such tile", Location("user.tir", 3))

    def run(self, module: Module, ctx: PassContext) -> Module:
        raise self.error


@frozen
class NoMemory(Refuse):
    """As when a constant does not fit."""

    error: ClassVar[Exception] = MemoryError("Unable to allocate 3 TiB")


@pytest.mark.parametrize("p", [Refuse(), NoMemory()])
def test_what_a_pass_refuses_goes_through_and_leaves_no_file(p: Refuse, tmp_path: Path) -> None:
    with pytest.raises((TensorIRError, MemoryError)) as e:
        run_passes(matmul(), (p,), reproducers=tmp_path)
    assert e.value is p.error
    assert not list(tmp_path.iterdir())


def test_a_reproducer_that_can_t_be_written_hides_nothing(tmp_path: Path) -> None:
    message = "pass crash crashed: IndexError: list index out of range; there is no reproducer: .*no such folder"
    with pytest.raises(TensorIRError, match=message):
        run_passes(matmul(), (Crash(),), reproducers=tmp_path / "no such folder")


def test_an_invalid_input_is_refused_before_any_pass() -> None:
    with pytest.raises(VerifyError):
        run_passes(Break().run(matmul(), PassContext()), (Crash(),))


def test_the_garbage_collector_is_as_it_was() -> None:
    assert gc.isenabled()
    run_passes(matmul(), ())
    assert gc.isenabled()
    gc.disable()
    try:
        run_passes(matmul(), ())
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_refusals_become_remarks_with_pass_op_rule_and_operand() -> None:
    ctx = PassContext()
    run_passes(GRAPHS["matvec"](), pipeline("late").passes, ctx)
    (declined,) = [r for r in ctx.remarks if r.rule == "declined"]
    assert (declined.pass_name, declined.op) == ("specialize-encodings", "linalg.contract")
    assert "cpu: mmt4d needs a dim N, this one has none" in str(declined)


def test_patterns_are_timed() -> None:
    ctx = PassContext(timed=True)
    run_passes(GRAPHS["reshape between"](), pipeline("late").passes, ctx)
    stats = ctx.traces["canonicalize"].patterns
    assert stats
    assert all(s.seconds > 0 for s in stats.values() if s.tried)


def test_modules_that_need_nothing_come_back_as_they_are() -> None:
    module = Module([Function("main", Region((), (), ()))])
    assert run_passes(module, pipeline("late").passes) is module
    assert Transpose.__doc__
