"""The CPU features of the programs of a plan."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorir.native.plans import Plan
from tensorir.native.table import Features, cpu_features
from tests.support.plan_images import Buffer, Image, Kind, Launch, Operand, Program, Step


def test_a_program_uses_its_own_features_and_no_more_than_the_plan() -> None:
    """Sums of products round once with FMA and twice without, which portable kernels are built as."""
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 16, 64)).astype(np.float32)

    def product(program: int, plan: Features | None) -> Any:
        sizes = 16, 16, 64
        operands = [Operand(0, "f32", [64, 0, 1]), Operand(1, "f32", [0, 64, 1]), Operand(2, "f32", [16, 1, 0])]
        matmul = Program([], 3, [Step("matmul", sizes, operands)], features=program)
        buffers = [Buffer(Kind.ARGUMENT, i, 16 * 64 * 4) for i in range(2)] + [Buffer(Kind.RESULT, 0, 16 * 16 * 4)]
        out = np.zeros((16, 16), np.float32)
        Plan(Image(buffers, [matmul], [Launch(0, [0, 1, 2])]).words(), (), plan).frame().run([a, b], [out])
        return out

    portable, best = product(-1, Features.NONE), product(-1, None)
    assert (product(0, None) == portable).all()
    assert (product(int(cpu_features()), Features.NONE) == portable).all()
    assert (product(int(cpu_features()), None) == best).all()
    if Features.X86_AVX2 in cpu_features():
        assert (portable != best).any()
