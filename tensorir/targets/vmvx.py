"""vmvx: the device that runs anywhere. It runs the same tile programs as cpu, by the portable kernels alone, with their
tiles; so it gives the same bits on every machine."""

from __future__ import annotations

from tensorir.native.table import Features
from tensorir.targets.costs import CPU_COSTS
from tensorir.targets.cpu import COSTS, OWN_MEMORY, CpuResolver
from tensorir.targets.cpu_kernels import CpuKernels
from tensorir.targets.target import Target

VMVX = Target(
    "vmvx",
    CpuResolver(Features.NONE),
    "any machine, portable C kernels only",
    kernels=CpuKernels(Features.NONE),
    executor=Features.NONE,
    options=(COSTS, OWN_MEMORY),
    costs=CPU_COSTS,
)
