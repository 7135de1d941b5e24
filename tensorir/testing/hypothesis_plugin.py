"""The entry point `hypothesis`: makes `st.from_type(Module)` and the like work in every project.

Hypothesis calls it whenever it is imported, in projects that use nothing of tensorir as well. So it loads nothing: a
type gets its strategy when the module that defines it is imported, and strategies are made when they are asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

_STRATEGIES = {
    "tensorir.ir.affine": ("AffineMap", "affine_maps"),
    "tensorir.ir.dtype": ("DType", "dtypes"),
    "tensorir.ir.module": ("Module", "programs"),
    "tensorir.ir.types": ("TensorType", "tensor_types"),
}
"""Module → its type, and the function of `tensorir.testing.strategies` that draws it."""


def register() -> None:
    """Called by hypothesis when it is imported."""
    for name in _STRATEGIES:
        if name in sys.modules:
            _register(sys.modules[name])
    if not any(isinstance(finder, _Waiting) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Waiting())


def _register(module: ModuleType) -> None:
    from hypothesis import strategies as st  # loaded already: it has called `register`

    type_name, strategy = _STRATEGIES[module.__name__]

    def drawn(_: type[Any]) -> st.SearchStrategy[Any]:
        return getattr(import_module("tensorir.testing.strategies"), strategy)()

    st.register_type_strategy(getattr(module, type_name), drawn)


class _Waiting(MetaPathFinder):
    """Finds the modules of `_STRATEGIES` where they are, and registers their types once they have run."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in _STRATEGIES:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return None
        run = spec.loader.exec_module

        def run_and_register(module: ModuleType) -> None:
            run(module)
            _register(module)

        spec.loader.exec_module = run_and_register  # of this spec's loader alone
        return spec
