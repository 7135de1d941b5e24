"""The reference interpreter: one NumPy function per op class. The oracle of all tests.

An encoded tensor is represented by its logical array: encode ops are identities, and only packed ops see physical
arrays.
"""

from tensorir.interp.arguments import bind_arguments, bind_sizes
from tensorir.interp.context import Context
from tensorir.interp.interpreter import IMPLEMENTATIONS, apply_op, interpret

__all__ = ["IMPLEMENTATIONS", "Context", "apply_op", "bind_arguments", "bind_sizes", "interpret"]
