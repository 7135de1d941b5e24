"""Builds the C kernels: one static library per instruction set, one cffi module.

Everything else about the project is in pyproject.toml. Each library has its own
compiler flags, because a file built for AVX-512 must not leak such code into one
that runs before the CPU was asked what it can do.

The environment's CC and CFLAGS choose the compiler and add flags, as for every
extension; -O0, -O1 or -Og among them takes the place of -O3, other levels do not.
Objects are built again when the compiler, its version or a flag changes. As many
libraries are built at once as there are cores.
"""

# setuptools' commands have no types:
# pyright: basic

import os
import platform
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from setuptools import setup
from setuptools.command.build_clib import build_clib
from setuptools.command.build_ext import build_ext

FLAGS = [
    *([] if {"-O0", "-O1", "-Og"} & set(os.environ.get("CFLAGS", "").split()) else ["-O3"]),
    *("-std=c11", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra"),
    # Products are fused with sums only where a kernel says so: the bits of a result are part of its meaning.
    "-ffp-contract=off",
    # Kernels call nothing of the C library; without these, loops become calls of memset and memcpy.
    "-fno-builtin",
    # A square root is one instruction, not a call that may set errno.
    "-fno-math-errno",
    # Nobody reads the flags that floating-point exceptions set; rounding to whole numbers is then vectorised.
    "-fno-trapping-math",
    # For those who work on the kernels; a new compiler's warning must not break anyone else's build.
    *(["-Werror"] if os.environ.get("TENSORIR_WERROR") == "1" else []),
]
FLAGS_OF_SOME_COMPILERS = ["-fno-tree-loop-distribute-patterns"]  # gcc's part of -fno-builtin
AVX2 = ["-mavx2", "-mfma", "-mf16c"]
AVX512 = [*AVX2, "-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx512cd", "-mprefer-vector-width=512"]

HEADERS = sorted(str(path) for pattern in ("*.h", "*.inc") for path in Path("kernels").rglob(pattern))


def library(name: str, sources: list[str], flags: list[str]) -> tuple[str, Any]:
    return name, {
        "sources": sources,
        "include_dirs": ["kernels/include", "kernels"],
        "cflags": [*FLAGS, *flags],
        "obj_deps": {"": HEADERS},
    }


def libraries() -> list[tuple[str, Any]]:
    """In the order in which the linker needs them: who calls, before who is called."""
    steps = [
        "steps/steps.c",
        "steps/moves.c",
        "steps/moves_gather.c",
        "steps/moves_pack.c",
        "steps/rows.c",
        "steps/mmt4d.c",
        "steps/matmul.c",
        "steps/contract.c",
        "steps/mmt4d_map.c",
        "steps/mmt4d_map_moved.c",
        "steps/mmt4d_map_widened.c",
        "steps/widened.c",
        "vector/map.c",
        "vector/map_code.c",
        "vector/map_loops.c",
        "vector/math.c",
    ]
    execute = ["image", "rules", "values", "arena", "frame", "access"]
    execute += ["unit", "run", "profile", "pool", "calibrate", "checksum", "content_hash", "mapping"]
    found = [
        library("tir_execute", [f"kernels/execute/{name}.c" for name in execute], ["-pthread"]),
        library("tir_steps", [f"kernels/{name}" for name in steps], []),
        library("tir_dispatch", ["kernels/dispatch.c", "kernels/cpu.c"], []),
    ]
    ops = ["mmt4d", "matmul", "contract", "copy", "calibrate", "math", "rows", "blocks"]
    if platform.machine().lower() in ("x86_64", "amd64"):
        found += [
            library(f"tir_{isa}", [f"kernels/x86_64/{op}_{isa}.c" for op in (*ops, "widened")], flags)
            for isa, flags in (("avx512", AVX512), ("avx2", AVX2))
        ]
    generic = ["mmt4d_loops.c", "copy_loops.c", *(f"{op}_generic.c" for op in ops)]
    found += [
        library("tir_generic", [f"kernels/generic/{name}" for name in generic], []),
        library("tir_ref", ["kernels/ref/mmt4d_ref.c", "kernels/ref/copy_ref.c"], []),
    ]
    return found


def knows(command: list[str], flag: str) -> bool:
    """Whether a compiler takes a flag, found out by trying."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "empty.c")
        source.write_text("int tir_empty;\n", encoding="utf-8")
        tried = [*command, "-Werror", flag, "-c", str(source), "-o", str(source.with_suffix(".o"))]
        return subprocess.run(tried, capture_output=True, check=False).returncode == 0


def version(command: list[str]) -> str:
    """What a compiler says of itself; the program may have others before it, such as ccache."""
    program = [word for word in command if not word.startswith("-")]
    return subprocess.run([*program, "--version"], capture_output=True, text=True, check=False).stdout


class BuildLibraries(build_clib):
    """Chooses the flags that this compiler knows, and builds again whatever another one built.

    A file beside the objects says how they were built. It is written only when that changes,
    and everything that is built depends on it.
    """

    def recipe(self) -> Path:
        return Path(self.build_temp, "tensorir-recipe.txt")

    def build_libraries(self, libraries: list[tuple[str, Any]]) -> None:
        command: list[str] = self.compiler.compiler_so
        known = [flag for flag in FLAGS_OF_SOME_COMPILERS if knows(command, flag)]
        lines = [version(command), " ".join(command), " ".join(self.compiler.linker_so)]
        for name, info in libraries:
            info["cflags"] = [*info["cflags"], *known]
            info["obj_deps"] = {"": [*HEADERS, str(self.recipe())]}
            lines.append(f"{name}: {' '.join([*info['cflags'], *info['sources']])}")
        text = "\n".join(lines)
        if not self.recipe().is_file() or self.recipe().read_text(encoding="utf-8") != text:
            self.recipe().parent.mkdir(parents=True, exist_ok=True)
            self.recipe().write_text(text, encoding="utf-8")
            # A library keeps what it once was given, also when that is no longer part of it.
            for name, _ in libraries:
                Path(self.compiler.library_filename(name, output_dir=self.build_clib)).unlink(missing_ok=True)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda one: super(BuildLibraries, self).build_libraries([one]), libraries))


class BuildModule(build_ext):
    """Builds the libraries first, also when only the module was asked for, and links again when they changed."""

    def run(self) -> None:
        self.run_command("build_clib")
        libraries: Any = self.get_finalized_command("build_clib")
        recipe = str(libraries.recipe())
        for extension in self.distribution.ext_modules or []:
            extension.depends = [*extension.depends, recipe]
        super().run()


setup(
    libraries=libraries(),
    cffi_modules=["tensorir/native/build_kernels.py:ffibuilder"],
    cmdclass={"build_clib": BuildLibraries, "build_ext": BuildModule},
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
