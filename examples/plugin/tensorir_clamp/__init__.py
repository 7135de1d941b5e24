"""A plug-in for tensorir; the tables below are its whole declaration."""

from tensorir_clamp import step
from tensorir_clamp.device import NPU
from tensorir_clamp.fuse import FuseClamps
from tensorir_clamp.op import Clamp, clamp

OPS = (Clamp,)
PASSES = (FuseClamps,)
TARGETS = (NPU,)
INTERPRETATIONS = {Clamp: clamp}
STEPS = (step.clamp,)
