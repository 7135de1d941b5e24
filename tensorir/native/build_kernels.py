"""The cffi builder of `tensorir.native._kernels`, which setup.py uses.

It reads the declarations from the C header itself, so the two can't differ.
"""

import os
from pathlib import Path

from cffi import FFI

ROOT = Path(__file__).resolve().parents[2]
KERNELS = ROOT / "kernels"
HEADER = KERNELS / "include" / "tensorir_kernels.h"


def declarations(header: str) -> str:
    """The part of the header between its two cffi marks."""
    begin, end = "/* cffi: begin */", "/* cffi: end */"
    if header.count(begin) != 1 or header.count(end) != 1:
        raise ValueError(f"{HEADER}: expected one '{begin}' and one '{end}'")
    return header.split(begin)[1].split(end)[0]


def relative(path: Path) -> str:
    """Setuptools wants paths relative to the project, which is where it runs."""
    return os.path.relpath(path)


ffibuilder = FFI()
ffibuilder.cdef(declarations(HEADER.read_text(encoding="utf-8")))
ffibuilder.set_source(
    "tensorir.native._kernels",
    '#include "tensorir_kernels.h"',
    include_dirs=[relative(HEADER.parent)],
    # The module is linked from libraries that setuptools doesn't track, so all their files are named here.
    depends=sorted(relative(path) for path in KERNELS.rglob("*") if path.suffix in (".c", ".h", ".inc")),
)
