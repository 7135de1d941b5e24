"""MLIR text in and out: linalg on tensors, with func, arith, math, tensor and what IREE adds to them."""
