"""Types of values: tensors with symbolic sizes and, after data-tiling has set one, an encoding."""

from __future__ import annotations

from functools import cached_property

from attrs import evolve, field, frozen

from tensorir.ir.dims import Dim, product, symbols_of
from tensorir.ir.dtype import DType


class TypeEncoding:
    """Base of the classes that may be in the encoding slot of a tensor type (see the `encoding` package).

    Subclasses are frozen attrs classes compared by content.
    """

    __slots__ = ()

    @property
    def rank(self) -> int:
        """The rank of the tensors to which it applies."""
        raise NotImplementedError(type(self).__name__)  # a subclass that forgot: a bug


@frozen(cache_hash=True)
class TensorType:
    """`tensor<2x[S]xf32, #encoding>`. A rank-0 tensor is a scalar. `shape` is the *logical* shape."""

    shape: tuple[Dim, ...]
    dtype: DType
    encoding: TypeEncoding | None = field(default=None)

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def elements(self) -> Dim:
        """The number of elements, which is the product of all dims."""
        return product(self.shape)

    @property
    def is_static(self) -> bool:
        return all(isinstance(d, int) for d in self.shape)

    @cached_property
    def symbols(self) -> frozenset[str]:
        return frozenset[str]().union(*(symbols_of(d) for d in self.shape))

    def with_encoding(self, encoding: TypeEncoding | None) -> TensorType:
        return self if encoding == self.encoding else evolve(self, encoding=encoding)

    def with_shape(self, shape: tuple[Dim, ...]) -> TensorType:
        return evolve(self, shape=shape)

    def __str__(self) -> str:
        dims = "".join(f"{d}x" if isinstance(d, int) else f"[{d}]x" for d in self.shape)
        encoding = f", {self.encoding}" if self.encoding is not None else ""
        return f"tensor<{dims}{self.dtype}{encoding}>"


Type = TensorType
