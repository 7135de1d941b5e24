"""The C kernels, their table and their calls. Imports nothing else of tensorir."""

from tensorir.native.arrays.calls import mmt4d, pack, unpack
from tensorir.native.table import Features, Kernel, RhsOrder, cpu_features, kernels, select_mmt4d

__all__ = ["Features", "Kernel", "RhsOrder", "cpu_features", "kernels", "mmt4d", "pack", "select_mmt4d", "unpack"]
