"""The cffi builder of `tensorir.native._kernels`, which setup.py uses.

It reads the declarations from the C headers themselves, so the two can't differ.
"""

import os
from pathlib import Path

from cffi import FFI

ROOT = Path(__file__).resolve().parents[2]
KERNELS = ROOT / "kernels"
HEADERS = tuple(KERNELS / "include" / name for name in ("tensorir_kernels.h", "tensorir_steps.h"))


def declarations(header: Path) -> str:
    """The part of a header between its two cffi marks."""
    text = header.read_text(encoding="utf-8")
    begin, end = "/* cffi: begin */", "/* cffi: end */"
    if text.count(begin) != 1 or text.count(end) != 1:
        raise ValueError(f"{header}: expected one '{begin}' and one '{end}'")
    return text.split(begin)[1].split(end)[0]


def relative(path: Path) -> str:
    """Setuptools wants paths relative to the project, which is where it runs."""
    return os.path.relpath(path)


ffibuilder = FFI()
for header in HEADERS:
    ffibuilder.cdef(declarations(header))
ffibuilder.set_source(
    "tensorir.native._kernels",
    '#include "tensorir_steps.h"',
    include_dirs=[relative(HEADERS[0].parent)],
    extra_link_args=["-pthread"],
    # The module is linked from libraries that setuptools doesn't track, so all their files are named here.
    depends=sorted(relative(path) for path in KERNELS.rglob("*") if path.suffix in (".c", ".h", ".inc")),
)
