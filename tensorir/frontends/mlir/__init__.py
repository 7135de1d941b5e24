"""MLIR text in and out: linalg on tensors, with func, arith, math, tensor and what IREE adds to them."""

from tensorir.frontends.mlir.files import load_parameters, print_mlir, save
from tensorir.frontends.mlir.reading import load, parse

__all__ = ["load", "load_parameters", "parse", "print_mlir", "save"]
