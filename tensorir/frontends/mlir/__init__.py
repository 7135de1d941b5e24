"""MLIR text in and out: linalg on tensors, with func, arith, math, tensor and what IREE adds to them."""

from tensorir.frontends.mlir.reading import load, parse

__all__ = ["load", "parse"]
