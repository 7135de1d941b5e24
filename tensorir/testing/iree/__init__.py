"""IREE as a second opinion: results, and what its materialization makes of the same encoding. Extra `iree`."""

from tensorir.testing.iree.oracle import (
    DataTiling,
    IreeOptions,
    compile_mlir,
    iree_available,
    require_iree,
    run_mlir,
    verify_mlir,
    vm_bytecode,
)

__all__ = [
    "DataTiling",
    "IreeOptions",
    "compile_mlir",
    "iree_available",
    "require_iree",
    "run_mlir",
    "verify_mlir",
    "vm_bytecode",
]
