"""Programs spread over devices: random devices of arguments and results, and random transfers."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve
from hypothesis import strategies as st

from tensorir.dialects.device import Transfer
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.value import Value
from tensorir.testing.strategies import programs
from tests.support.targets import DEVICES

NAMES = ("a", "b", "c")
KINDS = ("cpu", "cpu{features=avx2}", "vmvx", "reference", "blas", "tiles-16x16x1-nk", "tiles-3x5x7-nk-swapped")
"""The last two multiply in NumPy, the first of them in kernels that Python calls for the rest."""
assert {*KINDS[4:]} <= {*DEVICES}
MIX = st.fixed_dictionaries({name: st.sampled_from(KINDS) for name in NAMES})
"""Name in a program → device."""


@st.composite
def spread_programs(draw: st.DrawFn, names: Sequence[str], max_ops: int = 10) -> Module:
    """A random program for devices of these names, of which it names some."""
    module = draw(programs(max_ops))
    return module.replace(functions=[_spread(draw, f, names) for f in module.functions])


def _spread(draw: st.DrawFn, function: Function, names: Sequence[str]) -> Function:
    device, maybe = st.sampled_from(names), st.sampled_from(["", *names])
    env: dict[Value, Value] = {}
    ops: list[Op] = []
    for op in function.body.ops:
        operands = [env.get(v, v) for v in op.operands]
        for i, v in enumerate(operands):
            if draw(st.integers(0, 5)) == 0:
                move = Transfer(v, draw(device), loc=op.loc)
                ops.append(move)
                operands[i] = move.result
        made = op.with_operands(operands)
        if isinstance(made, Transfer):
            made = made.evolve(device=draw(device))
        ops.append(made)
        env.update(zip(op.results, made.results, strict=True))
    body = function.body
    yields = tuple(env.get(y, y) for y in body.yields)
    on = [tuple(draw(maybe) for _ in values) for values in (body.args, yields)]
    return evolve(function, body=Region(body.args, tuple(ops), yields), arg_devices=on[0], result_devices=on[1])
