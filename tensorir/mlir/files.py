"""Programs as MLIR text and in files. Weights that are left out of the text are in a safetensors file beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.location import Location
from tensorir.ir.module import Module
from tensorir.mlir.writer.dialect import Dialect, check_dialect
from tensorir.mlir.writer.module import module_text
from tensorir.mlir.writer.weights import Weights, WeightsKind, check_weights
from tensorir.text.npy import NpzArrays
from tensorir.text.safetensors import safetensors_arrays
from tensorir.text.stored import StoredArray

SCOPE = "model"
"""The scope of weights that are left out of the text: `#flow.parameter.named<"model"::"name">`."""


def print_mlir(
    module: Module, *, dialect: Dialect = "current", weights: WeightsKind = "inline", scope: str = SCOPE
) -> str:
    """Prints a program as MLIR text, at any stage that standard dialects can express.

    The stages: the input; encoded (up to dispatches that are not specialized yet); materialized. Dispatches,
    executables and initializers are written in place. `dialect`: "current" for the tools of IREE 3.13, "llvm19" for
    those of LLVM 19 (upstream dialects only). `weights`: "inline" as resources at the end of the text, "external" by
    name only (`save` writes them into a file as well). Unsigned integers become signless ones.

    Raises TensorIRError for an invalid program, and, with its location, for anything that has no MLIR form."""
    check_dialect(dialect)
    check_weights(weights)
    return "".join(module_text(module, Weights(dialect, weights, scope)))


def save(
    module: Module,
    path: str | Path,
    *,
    dialect: Dialect = "current",
    weights: WeightsKind = "inline",
    scope: str = SCOPE,
) -> None:
    """Writes `print_mlir` to `path`; with external weights also `path` with the suffix .safetensors, if there are any.

    Raises TensorIRError as `print_mlir` does, and if the file needs safetensors and it is not installed."""
    check_dialect(dialect)
    check_weights(weights)
    data = Weights(dialect, weights, scope)
    pieces = list(module_text(module, data))
    path = Path(path)
    save_file = _safetensors_writer() if data.external else None
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces)
    if save_file is not None:
        save_file(dict(data.external), str(path.with_suffix(".safetensors")))


def load_parameters(path: str | Path) -> Mapping[str, StoredArray]:
    """Returns the arrays of a .safetensors or .npz file by name; each is read only when it is bound.

    Raises TensorIRError for another suffix and for a malformed file."""
    readers: Mapping[str, Callable[[Path], Mapping[str, StoredArray]]]
    readers = {".safetensors": safetensors_arrays, ".npz": NpzArrays}
    path = Path(path)
    if path.suffix not in readers:
        raise TensorIRError("parameters are read from .safetensors or .npz files", Location(str(path)))
    return readers[path.suffix](path)


def _safetensors_writer() -> Callable[..., Any]:
    try:
        return import_module("safetensors.numpy").save_file
    except ImportError:
        raise TensorIRError("safetensors is not installed: pip install 'tensorir[mlir]'") from None
