"""The declarations that cffi reads are the header's own, and the stub knows them all."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tensorir.native.table as table
from tensorir.native import build_kernels
from tensorir.native._kernels import ffi, lib

STUB = Path(table.__file__).with_name("_kernels.pyi")


def stub_names(name: str) -> set[str]:
    """What a class of the stub declares."""
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    (found,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
    functions = {node.name for node in found.body if isinstance(node, ast.FunctionDef)}
    return functions | {ast.unparse(node.target) for node in found.body if isinstance(node, ast.AnnAssign)}


def test_the_stub_lists_what_the_library_has() -> None:
    assert stub_names("Lib") == set(dir(lib))


@pytest.mark.parametrize(
    ("struct", "classes"),
    [
        ("tir_mmt4d_params", ["Mmt4dParams"]),
        ("tir_pack_params", ["CopyParams", "PackParams"]),
        ("tir_unpack_params", ["CopyParams", "UnpackParams"]),
        ("tir_kernel_info", ["KernelInfo"]),
        ("tir_step", ["Step"]),
        ("tir_fault", ["Fault"]),
    ],
)
def test_the_stub_lists_the_fields_of_a_struct(struct: str, classes: list[str]) -> None:
    fields = {name for name, _ in ffi.typeof(struct).fields}
    assert set[str]().union(*map(stub_names, classes)) - {"__getitem__"} == fields


def test_a_header_has_one_part_for_cffi(tmp_path: Path) -> None:
    header = tmp_path / "x.h"

    def declarations(text: str) -> str:
        header.write_text(text, encoding="utf-8")
        return build_kernels.declarations(header)

    begin, end = "/* cffi: begin */", "/* cffi: end */"
    assert declarations(f"#include <x.h>\n{begin}int f(void);{end}\n#endif") == "int f(void);"
    for wrong in ("int f(void);", begin, end, f"{begin}{end}{begin}", f"{begin}{end}{end}"):
        with pytest.raises(ValueError, match="expected one"):
            declarations(wrong)
