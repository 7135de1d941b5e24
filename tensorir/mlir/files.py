"""Programs as MLIR text, and in files: weights that are left out of the text are in a safetensors file beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.module import Module
from tensorir.mlir.writer.dialect import Dialect, check_dialect
from tensorir.mlir.writer.module import module_text
from tensorir.mlir.writer.weights import Weights, WeightsKind, check_weights

Array = npt.NDArray[Any]

SCOPE = "model"
"""The scope of weights that are left out of the text: `#flow.parameter.named<"model"::"name">`."""


def print_mlir(
    module: Module, *, dialect: Dialect = "current", weights: WeightsKind = "inline", scope: str = SCOPE
) -> str:
    """A program as MLIR text, from any stage that standard dialects can say.

    The stages: the input; encoded (up to dispatches that are not specialized yet); materialized. Dispatches,
    executables and initializers are written in place. `dialect`: "current" for the tools of IREE 3.13, "llvm19" for
    those of LLVM 19 (upstream dialects only). `weights`: "inline" as resources at the end of the text, "external" by
    name only (`save` writes them into a file as well). Unsigned integers become signless ones.

    Raises TensorIRError for an invalid program, and with the location of what has no MLIR form."""
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

    Raises TensorIRError as `print_mlir`, and if the file is to be written but safetensors is not installed."""
    check_dialect(dialect)
    check_weights(weights)
    data = Weights(dialect, weights, scope)
    pieces = list(module_text(module, data))
    path = Path(path)
    save_file = _safetensors("save_file") if data.external else None
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces)
    if save_file is not None:
        save_file(dict(data.external), str(path.with_suffix(".safetensors")))


def load_parameters(path: str | Path) -> dict[str, Array]:
    """The arrays of a .safetensors or .npz file by name.

    Raises TensorIRError for another suffix, a file that can't be read, and where safetensors is not installed."""
    path = Path(path)
    if path.suffix not in (".safetensors", ".npz"):
        raise TensorIRError(f"{path}: parameters are read from .safetensors or .npz files")
    try:
        if path.suffix == ".safetensors":
            return dict(cast("Mapping[str, Array]", _safetensors("load_file")(str(path))))
        with np.load(path, allow_pickle=False) as found:
            return {name: np.asarray(found[name]) for name in found.files}
    except TensorIRError:
        raise
    except Exception as e:  # whatever the two libraries raise for a file that is none of theirs
        raise TensorIRError(f"{path}: can't read parameters: {e}") from None


def _safetensors(function: str) -> Callable[..., Any]:
    try:
        return getattr(import_module("safetensors.numpy"), function)
    except ImportError:
        raise TensorIRError("safetensors is not installed: pip install 'tensorir[mlir]'") from None
