"""linalg: structured computations. Each op defines its iteration space by affine maps or by named dims."""

from tensorir.dialects.linalg.contract import Contract, ContractionSpace
from tensorir.dialects.linalg.moves import Broadcast, Fill, Transpose
from tensorir.dialects.linalg.reduce import Reduce, ReductionKind, neutral_element
from tensorir.dialects.linalg.rows import LayerNorm, RowOp, Softmax, ZeroPadding
from tensorir.dialects.linalg.structured import Fold, Generic, iteration_sizes

__all__ = [
    "Broadcast",
    "Contract",
    "ContractionSpace",
    "Fill",
    "Fold",
    "Generic",
    "LayerNorm",
    "Reduce",
    "ReductionKind",
    "RowOp",
    "Softmax",
    "Transpose",
    "ZeroPadding",
    "iteration_sizes",
    "neutral_element",
]
