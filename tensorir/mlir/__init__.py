"""Reads and writes MLIR text: linalg on tensors, with func, arith, math, tensor and the ops that IREE adds to them."""

from tensorir.mlir.files import load_parameters, print_mlir, save
from tensorir.mlir.reading import load, parse

__all__ = ["load", "load_parameters", "parse", "print_mlir", "save"]
