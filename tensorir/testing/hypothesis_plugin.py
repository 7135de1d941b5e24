"""The entry point `hypothesis`: makes `st.from_type(Module)` and the like work in every project."""

from __future__ import annotations

from hypothesis import strategies as st


def register() -> None:
    """Called by hypothesis when it is imported. Strategies are made only when they are asked for."""
    from tensorir.ir.affine import AffineMap  # deferred: hypothesis must not pay for what it may not need
    from tensorir.ir.dtype import DType
    from tensorir.ir.module import Module
    from tensorir.ir.types import TensorType

    st.register_type_strategy(DType, lambda _: _strategies().dtypes())
    st.register_type_strategy(TensorType, lambda _: _strategies().tensor_types())
    st.register_type_strategy(AffineMap, lambda _: _strategies().affine_maps())
    st.register_type_strategy(Module, lambda _: _strategies().programs())


def _strategies():  # pyright: ignore[reportUnknownParameterType]
    from tensorir.testing import strategies

    return strategies
