"""Types that follow from other types."""

from __future__ import annotations

from tensorir.frontends.mlir.syntax import RankedTensor, ScalarType, Type

I1 = ScalarType("i1")
I32 = ScalarType("i32")
I64 = ScalarType("i64")
INDEX = ScalarType("index")


def element_of(type: Type) -> Type:
    """The element type of a tensor, any other type itself."""
    return type.element if isinstance(type, RankedTensor) else type


def same_shape(type: Type, element: Type) -> Type | None:
    """`type` with another element type. None unless it is a scalar or a ranked tensor."""
    match type:
        case RankedTensor(shape, _, encoding):
            return RankedTensor(shape, element, encoding)
        case ScalarType():
            return element
        case _:
            return None
