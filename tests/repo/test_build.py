"""The kernels build with gcc and with every clang found here, and again when the compiler or a flag changes."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.repo.kernels_alone import functions_of_others

ROOT = Path(__file__).parents[2]
GCC = shutil.which("gcc")
CLANGS = [name for name in ("clang", *(f"clang-{number}" for number in range(14, 30))) if shutil.which(name)]
NO_CLANG = pytest.param("clang", marks=pytest.mark.skip(reason="clang is not installed"))

needs_gcc = pytest.mark.skipif(GCC is None, reason="gcc is not installed")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The files that a build needs, in a folder of their own."""
    pytest.importorskip("setuptools", reason="the kernels are built by setuptools")
    shutil.copytree(ROOT / "kernels", tmp_path / "kernels")
    (tmp_path / "tensorir" / "native").mkdir(parents=True)
    for name in ("setup.py", "tensorir/native/build_kernels.py"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


FAST = "-O0"
"""Builds in a tenth of the time: these are tests of what is built when. `make clang` and `make wheel-test` look at what
kernels built with the usual flags call."""


def build(project: Path, compiler: str, flags: str = FAST) -> dict[str, int]:
    """Builds in place. Gives for each file that a compiler or linker wrote, when that was."""
    environment = {name: value for name, value in os.environ.items() if name not in ("CFLAGS", "LDFLAGS", "LDSHARED")}
    ran = subprocess.run(
        [sys.executable, "setup.py", "-q", "build_ext", "--inplace"],
        cwd=project,
        env=environment | {"CC": compiler, "CFLAGS": flags, "TENSORIR_WERROR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    built = [path for suffix in ("o", "so") for path in project.rglob(f"*.{suffix}")]
    assert {path.name for path in built} > {"dispatch.o", "mmt4d_ref.o", "_kernels.abi3.so"}
    return {str(path.relative_to(project)): path.stat().st_mtime_ns for path in built}


def compilers(project: Path) -> set[str]:
    """Which compilers wrote the objects: each leaves its name in them."""
    marks = {b"clang version": "clang", b"GCC: (": "gcc"}
    return {
        name
        for path in project.rglob("*.o")
        if "kernels" in path.parts
        for mark, name in marks.items()
        if mark in path.read_bytes()
    }


def module(project: Path) -> ModuleType:
    """The module just built; not the one of this process."""
    path = project / "tensorir" / "native" / "_kernels.abi3.so"
    spec = importlib.util.spec_from_file_location("_kernels", path)
    assert spec is not None
    assert spec.loader is not None
    return importlib.util.module_from_spec(spec)


def multiply(built: ModuleType, side: int) -> tuple[int, list[float]]:
    """Twos times threes, in one square tile: the status, and the result over zeros."""
    params = built.ffi.new("tir_mmt4d_params *")
    operands = [built.ffi.new("float[]", [value] * side**2) for value in (2, 3, 0)]
    params.lhs, params.rhs, params.out = operands
    for name in ("batch", "m1", "n1", "k1"):
        setattr(params, name, 1)
    params.m0 = params.n0 = params.k0 = side
    params.lhs_type = params.rhs_type = params.out_type = built.lib.TIR_TYPE_f32
    params.rhs_order = built.lib.TIR_ORDER_kn
    status = built.lib.tir_mmt4d(params)
    assert built.lib.tir_mmt4d_kernel(params) == -status or status == 0
    return status, list(operands[2])


def check_module(project: Path) -> None:
    """The module computes."""
    built = module(project)
    assert multiply(built, 4) == (built.lib.TIR_STATUS_OK, [24.0] * 16)
    assert multiply(built, 3) == (built.lib.TIR_STATUS_OK, [18.0] * 9)


@needs_gcc
def test_gcc_builds_and_a_changed_flag_builds_again(project: Path) -> None:
    first = build(project, "gcc")
    assert compilers(project) == {"gcc"}
    check_module(project)
    assert build(project, "gcc") == first, "nothing changed, and something was built"
    changed = build(project, "gcc", f"{FAST} -fno-inline")
    assert changed.keys() == first.keys()
    assert not {path for path in first if changed[path] == first[path]}, "built with the old flags"


@needs_gcc
def test_a_product_that_no_line_computes_is_refused(project: Path) -> None:
    """A table without the line that takes every tile; today's has one, so nobody sees this status."""
    table = project / "kernels" / "table" / "mmt4d.inc"
    text = table.read_text(encoding="utf-8")
    line = "TIR_MMT4D_ANY(f32, f32, f32, ref)\n"
    assert line in text
    table.write_text(text.replace(line, ""), encoding="utf-8")
    build(project, "gcc")
    built = module(project)
    assert multiply(built, 4) == (built.lib.TIR_STATUS_OK, [24.0] * 16)
    assert multiply(built, 3) == (built.lib.TIR_STATUS_NO_KERNEL, [0.0] * 9)


@needs_gcc
def test_a_source_that_is_gone_leaves_its_library(project: Path) -> None:
    build(project, "gcc")
    (project / "kernels" / "cpu.c").rename(project / "kernels" / "machine.c")
    setup = project / "setup.py"
    setup.write_text(setup.read_text(encoding="utf-8").replace("kernels/cpu.c", "kernels/machine.c"), encoding="utf-8")
    build(project, "gcc")
    (archive,) = project.rglob("libtir_dispatch.a")
    members = subprocess.run(["ar", "t", archive], capture_output=True, text=True, check=True).stdout.split()
    assert sorted(members) == ["dispatch.o", "machine.o"]


@pytest.mark.parametrize("clang", CLANGS or [NO_CLANG])
def test_clang_builds_over_what_gcc_built(project: Path, clang: str) -> None:
    before = build(project, "gcc") if GCC else {}
    after = build(project, clang)
    assert compilers(project) == {"clang"}
    assert not {path for path in before if after[path] == before[path]}, "built with the old compiler"
    check_module(project)


@needs_gcc
@pytest.mark.skipif(shutil.which("nm") is None, reason="nm is not installed")
@pytest.mark.parametrize("called", ["memcpy", "tir_other"])
def test_what_kernels_call_is_seen(tmp_path: Path, called: str) -> None:
    (tmp_path / "one.c").write_text(f"void {called}(void); void tir_one(void) {{ {called}(); }}")
    subprocess.run(["gcc", "-c", "-fno-builtin", "one.c"], cwd=tmp_path, check=True)
    for name in ("one", "two", "three", "four", "execute"):
        subprocess.run(["ar", "rcs", f"libtir_{name}.a", "one.o"], cwd=tmp_path, check=True)
    assert functions_of_others(tmp_path) == {called} - {"tir_other"}
