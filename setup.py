"""Builds the C kernels: one static library per instruction set, one cffi module.

Everything else about the project is in pyproject.toml. Each library has its own
compiler flags, because a file built for AVX-512 must not leak such code into one
that runs before the CPU was asked what it can do.
"""

import os
import platform
from pathlib import Path
from typing import Any

from setuptools import setup

FLAGS = [
    *("-std=c11", "-O3", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra"),
    # Kernels call nothing of the C library; without this gcc turns loops into calls of memset and memcpy.
    "-fno-tree-loop-distribute-patterns",
    # For those who work on the kernels; a new compiler's warning must not break anyone else's build.
    *(["-Werror"] if os.environ.get("TENSORIR_WERROR") == "1" else []),
]
AVX2 = ["-mavx2", "-mfma", "-mf16c"]
AVX512 = [*AVX2, "-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx512cd"]

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
    found = [library("tir_dispatch", ["kernels/dispatch.c", "kernels/cpu.c"], [])]
    if platform.machine().lower() in ("x86_64", "amd64"):
        found += [
            library("tir_avx512", ["kernels/x86_64/mmt4d_avx512.c", "kernels/x86_64/copy_avx512.c"], AVX512),
            library("tir_avx2", ["kernels/x86_64/mmt4d_avx2.c", "kernels/x86_64/copy_avx2.c"], AVX2),
        ]
    generic = ["mmt4d_loops.c", "copy_loops.c", "mmt4d_generic.c", "copy_generic.c"]
    found += [
        library("tir_generic", [f"kernels/generic/{name}" for name in generic], []),
        library("tir_ref", ["kernels/ref/mmt4d_ref.c", "kernels/ref/copy_ref.c"], []),
    ]
    return found


setup(
    libraries=libraries(),
    cffi_modules=["tensorir/native/build_kernels.py:ffibuilder"],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
