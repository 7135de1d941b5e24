"""Where values are placed: nothing moves fewer bytes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from hypothesis import assume, given, settings

from tensorir.analysis.devices import named_devices
from tensorir.dialects.device import Transfer
from tensorir.dialects.registry import OPS
from tensorir.ir.module import Function, Module
from tensorir.ir.value import Value
from tensorir.passes.pass_ import PassContext
from tensorir.passes.runner import run_passes
from tensorir.targets.costs import typical_bytes
from tensorir.text import parse
from tensorir.transforms.devices.assign_devices import AssignDevices
from tensorir.transforms.devices.placement import OPEN, Placement, is_remade
from tensorir.transforms.simplify.inline_calls import InlineCalls
from tests.support.device_programs import spread_programs

TWO = parse(
    """func @main(%x: tensor<32x4xf32> on "a", %y: tensor<4xf32> on "b") -> (tensor<32x4xf32>) {
  %0 = linalg.generic %x, %y {maps = [(d0, d1) -> (d0, d1), (d0, d1) -> (d1), (d0, d1) -> (d0, d1)],
    body = (a0: f32, a1: f32) { v0 = add a0, a1; yield v0 }} : (tensor<32x4xf32>, tensor<4xf32>) -> tensor<32x4xf32>
  return %0 : tensor<32x4xf32>
}""",
    OPS,
)


def moved(function: Function, place: Mapping[Value, str]) -> int:
    """The bytes that are moved if values are placed so: each to each device that reads it, once."""
    definitions = function.body.definitions
    read: dict[Value, set[str]] = {}

    def reads(value: Value, device: str, *, ordered: bool = False) -> None:
        while is_remade(maker := definitions.get(value)) or (isinstance(maker, Transfer) and not ordered):
            assert maker is not None
            value = maker.operands[0]
        read.setdefault(value, set()).add(device)

    for op in function.body.ops:
        for v in op.operands:
            if op.results and place[v] and place[op.results[0]]:
                reads(v, place[op.results[0]], ordered=isinstance(op, Transfer))
    for y, device in zip(function.body.yields, function.result_devices, strict=False):
        if device and place[y]:
            reads(y, device)
    return sum(typical_bytes(v.type) * len(devices - {place[v]}) for v, devices in read.items())


@settings(max_examples=max(20, settings().max_examples // 2))
@given(module=spread_programs(("a", "b", "c"), max_ops=5))
def test_nothing_moves_fewer_bytes(module: Module) -> None:
    (function, *_) = run_passes(module, (InlineCalls(),)).functions
    names = tuple(dict.fromkeys(name for name, _ in named_devices(module)))
    assume(names)
    placement = Placement(names, function)
    placement.find()
    assert OPEN not in placement.device.values()
    found = moved(function, placement.device)
    variables = sorted(set(placement.variable.values()))
    assume(len(names) ** len(variables) <= 729)
    for choice in product(names, repeat=len(variables)):
        chosen = dict(zip(variables, choice, strict=True))
        place = placement.device | {v: chosen[number] for v, number in placement.variable.items()}
        assert found <= moved(function, place)


def test_an_op_of_two_devices_runs_where_most_of_its_bytes_are_and_a_remark_says_so() -> None:
    module = run_passes(TWO, ())
    ctx = PassContext()
    made = AssignDevices().run(module, ctx)
    (moves,) = [op for op in made.walk() if isinstance(op, Transfer)]
    assert (moves.device, moves.source.hint) == ("a", "y")
    (remark,) = ctx.remarks
    assert remark.message == (
        "it runs on 'a', and its operand is on 'b': 16 bytes are moved; on 'b' it would be 496 more"
    )
    assert (remark.operand, made.functions[0].result_devices) == ("inputs[1]", ("a",))
